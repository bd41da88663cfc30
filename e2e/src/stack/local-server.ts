import { readFile } from 'node:fs/promises'
import { GuardedProcess, type ProcessOptions } from './guarded-process.ts'
import { untilReady } from './readiness.ts'
import type { Server, ServerControl, ServerName } from './server.ts'

const READY_MS = 180_000 // a few seconds, but on a machine that is busy
const STOP_MS = 20_000

export interface LocalServerOptions {
  readonly name: ServerName
  readonly address: string
  readonly origin: string
  readonly process: ProcessOptions
}

/** A server that runs as our own process; it can be stopped and started again on the same data and port. */
export class LocalServer implements Server {
  readonly name: ServerName
  readonly address: string
  readonly origin: string
  readonly #options: LocalServerOptions
  #process: GuardedProcess | undefined
  #last: Promise<void> = Promise.resolve()

  /** One action at a time, in the order they were asked for. */
  readonly control: ServerControl = {
    start: () => this.#next(() => this.start()),
    stop: () => this.#next(() => this.#end(STOP_MS)),
    kill: () => this.#next(() => this.#end(0)),
    restart: () =>
      this.#next(async () => {
        await this.#end(STOP_MS)
        await this.start()
      }),
    pause: () => this.#next(async () => this.#process?.signal('SIGSTOP')),
    resume: () => this.#next(async () => this.#process?.signal('SIGCONT')),
  }

  constructor(options: LocalServerOptions) {
    this.name = options.name
    this.address = options.address
    this.origin = options.origin
    this.#options = options
  }

  /** Resolves when the server answers. Does nothing where it runs. */
  async start(): Promise<void> {
    if (this.#process && !this.#process.exit) return
    const started = await GuardedProcess.start(this.#options.process)
    this.#process = started
    try {
      const gone = () => (started.exit ? JSON.stringify(started.exit) : undefined)
      await untilReady(this.name, this.address, READY_MS, gone)
    } catch (error) {
      await this.#end(0)
      const { logFile } = this.#options.process
      throw new Error(`${(error as Error).message}\n${await tail(logFile)}\n(log: ${logFile})`, { cause: error })
    }
  }

  #next(action: () => Promise<void>): Promise<void> {
    const done = this.#last.then(action)
    this.#last = done.catch(() => {})
    return done
  }

  async close(): Promise<void> {
    await this.#end(STOP_MS)
  }

  async #end(graceMs: number): Promise<void> {
    const ending = this.#process
    if (!ending) return
    if (graceMs > 0 && !ending.exit) await ending.stop(graceMs)
    else await ending[Symbol.asyncDispose]()
    if (this.#process === ending) this.#process = undefined
  }
}

async function tail(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.trimEnd().split('\n').slice(-25).join('\n')
}
