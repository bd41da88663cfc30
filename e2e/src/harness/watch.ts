import { setTimeout as sleep } from 'node:timers/promises'

/** Looks at something again and again in the background while a test goes on. */
export class Watch<T> implements AsyncDisposable {
  readonly seen: { readonly at: number; readonly value: T }[] = []
  readonly failures: { readonly at: number; readonly error: Error; readonly tookMs: number }[] = []
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>

  constructor(look: () => Promise<T>, { everyMs = 200 } = {}) {
    this.#running = this.#run(look, everyMs)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #run(look: () => Promise<T>, everyMs: number): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const at = Date.now()
      try {
        this.seen.push({ at, value: await look() })
      } catch (error) {
        this.failures.push({ at, error: error as Error, tookMs: Date.now() - at })
      }
      await sleep(everyMs, undefined, { signal }).catch(() => {})
    }
  }
}
