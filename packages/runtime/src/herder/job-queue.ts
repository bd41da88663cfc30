import { type Clock, ConnectError } from '@penstock/core'

interface Job {
  readonly name: string
  run(): Promise<void>
}

/**
 * Runs the herder's jobs one at a time in their order: the cluster's state has one owner, and after an `await` inside a
 * job only events of other topics can have changed it. Jobs have names, so a request that times out can tell what the
 * herder was busy with.
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
