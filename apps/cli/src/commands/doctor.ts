import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { messageOf, parseProperties } from '@penstock/core'
import type { Command } from 'commander'
import { type Cli, options } from '../cli.ts'
import { connectorFindings } from '../doctor/connector-findings.ts'
import type { Finding } from '../doctor/finding.ts'
import { restFindings } from '../doctor/rest-findings.ts'
import { exitCodes } from '../exit-codes.ts'
import { usageError } from '../failure.ts'
import { collect } from '../option-values.ts'
import { oneLine } from '../output/table.ts'
import { paint, type Style } from '../terminal.ts'
import { ownVersion } from './version.ts'

interface DoctorOptions {
  readonly workerProperties?: string
  readonly connector: readonly string[]
}

const styles: Readonly<Record<Finding['status'], Style>> = {
  ok: 'green',
  warning: 'yellow',
  failed: 'red',
  unknown: 'gray',
}

export function addDoctor(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('Checks a cluster and says how to mend what is wrong; exit code 1 where something is.')
    .option(
      '-w, --worker-properties <path>',
      'check Kafka as a worker with this file sees it; REST only if --url or --context names workers',
    )
    .option('--connector <connector>', 'only the access of this connector; may be given several times', collect, [])
    .addHelpText(
      'after',
      '\nBy REST: whether workers answer, their versions, health and clocks, what has failed, and whether each connector reaches\nthe system that it writes to. With -w: whether Kafka answers, the rights of its user, the internal topics and the group.\nNothing is changed.',
    )
    .action(async ({ workerProperties, connector }: DoctorOptions, command: Command) => {
      const findings: Finding[] = []
      if (workerProperties !== undefined) findings.push(...(await kafkaFindings(workerProperties, cli)))
      if (workerProperties === undefined || namesWorkers(cli, command)) {
        const connection = await cli.connect(command)
        const rest = await restFindings(connection, await ownVersion())
        findings.push(...rest)
        if (rest.some(({ area, status }) => area === 'workers' && status === 'ok')) {
          findings.push(...(await connectorFindings(connection.client, connector)))
        }
      }
      print(findings, cli, command)
      if (findings.some(({ status }) => status === 'failed')) cli.exitCode = exitCodes.failed
    })
}

function namesWorkers(cli: Cli, command: Command): boolean {
  const { url, context } = options(command)
  const { PENSTOCK_URL, PENSTOCK_CONTEXT } = cli.environment
  return (
    url.length > 0 || [context, PENSTOCK_URL, PENSTOCK_CONTEXT].some((given) => given !== undefined && given !== '')
  )
}

async function kafkaFindings(path: string, cli: Cli): Promise<readonly Finding[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw usageError(`the worker properties can't be read: ${messageOf(error)}`)
  }
  // Loaded late: no other command needs the clients of Kafka.
  const { diagnoseWorker, mergeEnvironment } = await import('@penstock/runtime/diagnosis')
  const raw = mergeEnvironment(parseProperties(text), cli.environment)
  // The worker program lies beside this one; with it come the providers that its properties may name.
  const worker = fileURLToPath(new URL('../../../worker', import.meta.url))
  return diagnoseWorker({ raw, appFolder: existsSync(`${worker}/package.json`) ? worker : null })
}

function print(findings: readonly Finding[], cli: Cli, command: Command): void {
  const printer = cli.printer(command)
  printer.list(findings, {
    columns: [
      { title: 'AREA', text: ({ area }) => area },
      { title: 'WHAT', text: ({ subject }) => subject },
      { title: 'RESULT', text: ({ status }) => status, style: ({ status }) => styles[status] },
      { title: 'FOUND', text: ({ message }) => message },
    ],
    name: ({ area, subject, status }) => `${area}/${subject}: ${status}`,
  })
  if (!printer.isForPeople) return
  const advice = findings.filter(({ status, advice }) => status !== 'ok' && advice !== null)
  if (advice.length === 0) return
  const lines = advice.map(
    ({ subject, advice: text }) => `  ${paint(cli.terminal, 'bold', oneLine(subject))}: ${oneLine(text ?? '', 400)}\n`,
  )
  cli.terminal.out(`\nHow to mend it:\n${lines.join('')}`)
}
