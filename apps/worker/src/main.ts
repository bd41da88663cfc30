/**
 * The worker program: reads the properties, starts a worker, stops it on SIGTERM and SIGINT. Next on the way is
 * `startWorker` in packages/runtime/src/worker.ts.
 */
import { fileURLToPath } from 'node:url'
import { messageOf, type RawConfig } from '@penstock/core'
import { readConnectorFiles, startWorker, type Worker, type WorkerRole } from '@penstock/runtime'
import { type CommandLine, helpText, parseCommandLine, UsageError } from './command-line.ts'
import { readWorkerProperties } from './worker-properties.ts'

/** Exit codes: 0 stopped in order, 1 the worker failed or a connector file is wrong, 2 the command line or configuration is wrong. */
const exitCodes = { ok: 0, failed: 1, usage: 2 } as const

const appFolder = fileURLToPath(new URL('..', import.meta.url))
const consoleFolder = fileURLToPath(new URL('../../console/dist', import.meta.url))

const defaultGraceMs = 5_000
const closeMs = 10_000

function graceMs(raw: RawConfig): number {
  return (Number(raw['task.shutdown.graceful.timeout.ms']) || defaultGraceMs) + closeMs
}

async function roleOf(command: Exclude<CommandLine, { kind: 'help' }>): Promise<WorkerRole> {
  if (command.kind === 'distributed') return { mode: 'distributed' }
  return { mode: 'standalone', connectors: await readConnectorFiles(command.connectorFiles) }
}

async function main(args: readonly string[]): Promise<void> {
  const command = parseCommandLine(args)
  if (command.kind === 'help') {
    process.stdout.write(helpText)
    return
  }
  const raw = await readWorkerProperties(command.propertiesFile, process.env)
  const role = await roleOf(command)
  let worker: Worker | null = null
  let stopping = false
  const stop = (exitCode: number): void => {
    process.exitCode = exitCode
    if (stopping) return
    stopping = true
    void (worker?.stop() ?? Promise.resolve()).then(() => process.exit())
    // Whatever hangs (an unreachable broker) must not keep the process from ending.
    setTimeout(() => process.exit(exitCodes.failed), graceMs(raw)).unref()
  }
  process.on('SIGTERM', () => stop(exitCodes.ok))
  process.on('SIGINT', () => stop(exitCodes.ok))
  // A defect. The others take over at once from a worker that leaves; one that just dies is missed only in time.
  process.on('uncaughtException', (error) => {
    const text = `penstock-worker: unexpected failure, stopping: ${error.stack ?? error.message}\n`
    process.stderr.write(worker?.redact(text) ?? text)
    stop(exitCodes.failed)
  })
  worker = await startWorker({
    role,
    raw,
    appFolder,
    consoleFolder,
    onFatal: (error) => {
      process.stderr.write(`${error.message}\n`)
      stop(exitCodes.failed)
    },
  })
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const usage = error instanceof UsageError || (error as { code?: unknown }).code === 'config.invalid'
  process.stderr.write(`penstock-worker: ${messageOf(error)}\n`)
  process.exit(usage ? exitCodes.usage : exitCodes.failed)
})
