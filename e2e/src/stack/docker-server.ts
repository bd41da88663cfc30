import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { GuardedProcess, whenWeDie } from './guarded-process.ts'
import { freePorts } from './ports.ts'
import { untilReady } from './readiness.ts'
import type { Progress, Server, ServerName } from './server.ts'

const run = promisify(execFile)
const READY_MS = 300_000 // the first time images are pulled

/** True where a Docker engine with Compose answers. */
export async function dockerAnswers(): Promise<boolean> {
  try {
    await run('docker', ['info'], { timeout: 10_000 })
    await run('docker', ['compose', 'version'], { timeout: 10_000 })
    return true
  } catch {
    return false
  }
}

/** Starts one service of compose.yaml as a Compose project of its own, with fresh data. */
export async function startContainer(name: ServerName, logFile: string, progress: Progress): Promise<Server> {
  const [port] = (await freePorts(1)) as [number]
  const project = `penstock-${name}-${process.pid}`
  const compose = ['compose', '-p', project, '-f', join(import.meta.dirname, 'compose.yaml')]
  const env = { ...process.env, KAFKA_PORT: String(port), ELASTICSEARCH_PORT: String(port) }
  const docker = async (...args: string[]) => {
    await run('docker', [...compose, ...args], { env, maxBuffer: 1e8 })
  }
  const address = name === 'kafka' ? `127.0.0.1:${port}` : `http://127.0.0.1:${port}`
  const start = async (...command: string[]) => {
    await docker(...command, name)
    await untilReady(name, address, READY_MS)
  }

  progress(`starting ${name} in Docker`)
  const keep = whenWeDie(`docker compose -p ${project} down --volumes --timeout 0`)
  let logs: GuardedProcess | undefined
  const close = async () => {
    await logs?.[Symbol.asyncDispose]()
    await docker('down', '--volumes', '--timeout', '10')
    keep()
  }
  try {
    await docker('up', '--detach', name)
    const follow = [...compose, 'logs', '--follow', '--no-color', '--no-log-prefix', name]
    logs = await GuardedProcess.start({ command: 'docker', args: follow, env, logFile })
    await untilReady(name, address, READY_MS)
  } catch (error) {
    await close()
    throw error
  }
  return {
    name,
    address,
    origin: 'Docker Compose',
    close,
    control: {
      start: () => start('start'),
      stop: () => docker('stop', name),
      kill: () => docker('kill', name),
      restart: () => start('restart'),
      pause: () => docker('pause', name),
      resume: () => docker('unpause', name),
    },
  }
}
