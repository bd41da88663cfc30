/** One worker as a real process. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConnectClient, type ConnectClientOptions } from '@penstock/client'
import { rootFolder } from '../stack/folders.ts'
import { GuardedProcess, type ProcessExit } from '../stack/guarded-process.ts'
import { until } from './until.ts'

const LAUNCHER = join(rootFolder, 'apps', 'worker', 'bin', 'penstock-worker')
const READY_MS = 30_000
const GRACE_MS = 30_000
/** Of the log, in what is told of a failure. */
const TAIL_LINES = 40

export interface WorkerOptions {
  readonly number: number
  readonly port: number
  /** Holds the properties file and the log. */
  readonly folder: string
  readonly properties: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Files with the connectors of a standalone worker; one without them is distributed. */
  readonly connectorFiles?: readonly string[]
  /** http and no credentials where not given. */
  readonly rest?: RestAccess
}

/** How the harness talks to workers that don't talk to everybody. */
export interface RestAccess extends Pick<ConnectClientOptions, 'authorization' | 'fetch'> {
  readonly protocol: 'http' | 'https'
}

export class WorkerProcess implements AsyncDisposable {
  readonly url: string
  /** host:port, as statuses name it. */
  readonly workerId: string
  /** Talks to this worker only. */
  readonly client: ConnectClient
  readonly logFile: string
  readonly #options: WorkerOptions
  #process: GuardedProcess | undefined
  #paused = false

  constructor(options: WorkerOptions) {
    this.#options = options
    this.workerId = `127.0.0.1:${options.port}`
    const { protocol = 'http', ...access } = options.rest ?? {}
    this.url = `${protocol}://${this.workerId}`
    this.client = new ConnectClient({ baseUrl: this.url, timeoutMs: 30_000, ...access })
    this.logFile = join(options.folder, `worker-${options.number}.log`)
  }

  /** Of the worker's main process; throws where none was started. */
  get pid(): number {
    return this.#started().pid
  }

  /** Runs and isn't paused. */
  get responsive(): boolean {
    return this.#process !== undefined && !this.#process.exit && !this.#paused
  }

  /** Starts the process without waiting for it to answer. */
  async launch(): Promise<void> {
    const { folder, number, properties, connectorFiles, env } = this.#options
    const file = join(folder, `worker-${number}.properties`)
    await writeFile(
      file,
      Object.entries(properties)
        .map(([key, value]) => `${key}=${escaped(value)}\n`)
        .join(''),
    )
    this.#paused = false
    this.#process = await GuardedProcess.start({
      command: LAUNCHER,
      args: connectorFiles ? ['standalone', file, ...connectorFiles] : ['distributed', file],
      logFile: this.logFile,
      cwd: folder,
      env: { ...process.env, ...env },
    })
  }

  /** Starts the process and resolves when it answers `GET /`. */
  async start(): Promise<void> {
    await this.launch()
    await this.untilAnswers()
  }

  async untilAnswers(): Promise<void> {
    const started = this.#started()
    const answer = until(() => this.client.root(), { what: `${this.url} to answer`, deadlineMs: READY_MS, everyMs: 50 })
    const ended = started.exited.then((exit) => `ended with ${JSON.stringify(exit)}`)
    const failure = await Promise.race([
      answer.then(
        () => undefined,
        (error: Error) => error.message,
      ),
      ended,
    ])
    if (failure) throw new Error(`worker ${this.#options.number} ${failure}\n${await this.tail()}`)
  }

  /** Signals the main process; after SIGKILL also waits for its end. Its executors are left alone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const started = this.#started()
    started.signal(signal)
    if (signal === 'SIGKILL') await started.exited
  }

  /** SIGTERM; resolves with how it ended. SIGKILL for what is left after a while. */
  async stop(): Promise<ProcessExit> {
    return await this.#started().stop(GRACE_MS)
  }

  /** How the process ended; undefined while it runs. */
  get exit(): ProcessExit | undefined {
    return this.#process?.exit
  }

  /** SIGKILL of the main process and its executors at once, as when a machine goes down. */
  async killAll(): Promise<void> {
    const started = this.#started()
    started.killGroup()
    await started.exited
  }

  /** SIGSTOP of the main process; its executors go on. */
  pause(): void {
    this.#started().signal('SIGSTOP')
    this.#paused = true
  }

  /** SIGSTOP of the main process and its executors, as when a machine is suspended. */
  pauseAll(): void {
    process.kill(-this.pid, 'SIGSTOP')
    this.#paused = true
  }

  resume(): void {
    process.kill(-this.pid, 'SIGCONT')
    this.#paused = false
  }

  /** Starts again on the same port: after a stop by SIGTERM where it still ran. */
  async restart(): Promise<void> {
    if (this.#process && !this.#process.exit) await this.stop()
    await this[Symbol.asyncDispose]()
    await this.start()
  }

  /** Pids of the child processes that run plugin code. */
  async executorPids(): Promise<number[]> {
    return await childPids(this.pid, 'executor')
  }

  async logs(): Promise<string> {
    return await readFile(this.logFile, 'utf8').catch(() => '')
  }

  async tail(): Promise<string> {
    return `${this.logFile}:\n${(await this.logs()).trimEnd().split('\n').slice(-TAIL_LINES).join('\n')}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]()
  }

  #started(): GuardedProcess {
    if (!this.#process) throw new Error(`worker ${this.#options.number} was not started`)
    return this.#process
  }
}

async function childPids(parent: number, word: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      const [, parentPid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(parentPid) !== parent) return undefined
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return command.includes(word) ? pid : undefined
    }),
  )
  return found.filter((pid) => pid !== undefined)
}

/** As java.util.Properties reads it. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
