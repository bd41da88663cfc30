import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ProcessOptions {
  readonly command: string
  readonly args: readonly string[]
  /** Output and errors are appended here. */
  readonly logFile: string
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/**
 * A process in a process group of its own, whose whole group dies when we die, even by SIGKILL:
 * a watchdog shell reads a pipe from us, and the end of that pipe is its cue.
 */
export class GuardedProcess implements AsyncDisposable {
  readonly pid: number
  readonly exited: Promise<ProcessExit>
  readonly #child: ChildProcess
  readonly #releaseWatchdog: () => void
  #exit: ProcessExit | undefined

  static async start(options: ProcessOptions): Promise<GuardedProcess> {
    mkdirSync(dirname(options.logFile), { recursive: true })
    const log = openSync(options.logFile, 'a')
    try {
      const child = spawn(options.command, options.args, {
        detached: true,
        stdio: ['ignore', log, log],
        ...(options.cwd ? { cwd: options.cwd } : {}),
        env: options.env ?? process.env,
      })
      await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
      return new GuardedProcess(child)
    } finally {
      closeSync(log)
    }
  }

  private constructor(child: ChildProcess) {
    if (child.pid === undefined) throw new Error(`${child.spawnfile} has no pid`)
    this.pid = child.pid
    this.#child = child
    this.#releaseWatchdog = whenWeDie(`kill -9 -${this.pid}`)
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exit = { code, signal }
        resolve(this.#exit)
      })
    })
  }

  /** How it ended; undefined while it runs. */
  get exit(): ProcessExit | undefined {
    return this.#exit
  }

  /** Signals the process itself, not the others of its group. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#exit) this.#child.kill(signal)
  }

  /** SIGTERM, and SIGKILL for whoever of the group is left after `graceMs`. */
  async stop(graceMs: number): Promise<ProcessExit> {
    this.signal('SIGCONT')
    this.signal('SIGTERM')
    const timer = setTimeout(() => this.killGroup(), graceMs)
    const exit = await this.exited
    clearTimeout(timer)
    await this[Symbol.asyncDispose]()
    return exit
  }

  /** SIGKILL for the process and its group, also for children that outlived it. */
  killGroup(): void {
    try {
      process.kill(-this.pid, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.killGroup()
    await this.exited
    this.#releaseWatchdog()
  }
}

/** Has `shellCommand` run as soon as this process is gone, however it goes. The result calls that off. */
export function whenWeDie(shellCommand: string): () => void {
  const script = `trap '' INT TERM HUP; while read -r line; do :; done; ${shellCommand}`
  const watchdog = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  watchdog.unref()
  return () => watchdog.kill('SIGKILL')
}
