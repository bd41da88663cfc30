/** Aborts one request, when its time is up or an outer signal aborts. Must be ended. */
export class Deadline {
  /** 0 waits for ever. */
  readonly ms: number
  passed = false
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal
  readonly #timer: NodeJS.Timeout | null
  readonly #abort = (): void => this.#controller.abort()

  constructor(ms: number, outer: AbortSignal) {
    this.ms = ms
    this.#outer = outer
    if (outer.aborted) this.#abort()
    else outer.addEventListener('abort', this.#abort)
    this.#timer = ms > 0 ? setTimeout(() => this.#pass(), ms) : null
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Lets go of timer and outer signal; whatever still goes on of the request is cut off. */
  end(): void {
    this.#outer.removeEventListener('abort', this.#abort)
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#abort()
  }

  #pass(): void {
    this.passed = true
    this.#abort()
  }
}
