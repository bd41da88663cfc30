import { type Clock, ConnectError } from '@penstock/core'

interface Job {
  readonly name: string
  run(): Promise<void>
}

/**
 * Runs the herder's jobs one at a time in their order: no other job starts or stops connectors and tasks meanwhile. What
 * executors tell does not wait here, so after an `await` a task may have failed, or be another copy. Jobs have names, so
 * a request that times out can tell what the herder was busy with.
 */
export class JobQueue {
  readonly #clock: Clock
  readonly #jobs: Job[] = []
  #busy: { name: string; since: number } | null = null
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Runs a job after those queued before; rejects with what it throws, or when the queue is closed meanwhile. */
  async run<T>(name: string, job: () => Promise<T> | T): Promise<T> {
    if (this.#closed) throw new ConnectError('herder.stopping', 'this worker is stopping')
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({
        name,
        run: async () => {
          try {
            resolve(await job())
          } catch (error) {
            reject(error)
          }
        },
      })
      void this.#next()
    })
  }

  /** What is being done, for messages; null when idle. */
  current(): { name: string; since: number } | null {
    return this.#busy
  }

  /** Nothing new is taken; what is queued still runs. */
  close(): void {
    this.#closed = true
  }

  async #next(): Promise<void> {
    if (this.#busy !== null) return
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      this.#busy = { name: job.name, since: this.#clock.now() }
      await job.run()
    }
    this.#busy = null
  }
}
