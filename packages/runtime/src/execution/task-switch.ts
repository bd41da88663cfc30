/** Tells a task's loop from outside to pause, to go on, to stop, or that it was given up. */
import { ConnectError } from '@penstock/core'

export class TaskSwitch {
  readonly #stop = new AbortController()
  readonly #cancel = new AbortController()
  #run = new AbortController()
  #isPaused: boolean
  #waiting: (() => void)[] = []

  constructor(paused: boolean) {
    this.#isPaused = paused
    if (paused) this.#run.abort()
  }

  /** Aborts when the task shall end in order. */
  get stopped(): AbortSignal {
    return this.#stop.signal
  }

  /** Aborts when the task was given up: no more retries, commits or statuses. */
  get cancelled(): AbortSignal {
    return this.#cancel.signal
  }

  /** Aborts with the next pause, interruption or stop. */
  get running(): AbortSignal {
    return this.#run.signal
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** True when that changed anything. */
  setPaused(paused: boolean): boolean {
    if (this.#isPaused === paused) return false
    this.#isPaused = paused
    if (paused) this.#run.abort()
    else if (!this.#stop.signal.aborted) this.#run = new AbortController()
    this.#wake()
    return true
  }

  /** Wakes what waits on {@link running}; it may go on at once. */
  interrupt(): void {
    if (this.#isPaused || this.#stop.signal.aborted) return
    const interrupted = this.#run
    this.#run = new AbortController()
    interrupted.abort()
    this.#wake()
  }

  stop(): void {
    this.#stop.abort()
    this.#run.abort()
    this.#wake()
  }

  cancel(task: string): void {
    this.stop()
    this.#cancel.abort(new ConnectError('task.cancelled', `task ${task} was cancelled, it did not stop in time`))
  }

  /** Resolves when the task may go on, or shall stop. */
  async untilResumed(): Promise<void> {
    while (this.#isPaused && !this.#stop.signal.aborted) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** Waits, less when the task is paused or stopped meanwhile. */
  async pause(ms: number): Promise<void> {
    if (this.#run.signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
    this.#waiting.length = 0
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
