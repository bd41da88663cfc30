/**
 * How long to wait for an answer. A cluster that has become slow would never finish anything if each request were given
 * up after the same time and sent again: so every timeout doubles the patience, and a quick answer ends that.
 */
export class ReadTimeout {
  readonly #baseMs: number
  #currentMs: number

  /** 0 waits for ever. */
  constructor(baseMs: number) {
    this.#baseMs = baseMs
    this.#currentMs = baseMs
  }

  get ms(): number {
    return this.#currentMs
  }

  /** A request that was given `ms` got no answer in time. */
  timedOut(ms: number): void {
    // Several requests under way time out together; that is one reason to wait longer, not many.
    if (ms === this.#currentMs) this.#currentMs = Math.min(ms * 2, this.#baseMs * most)
  }

  answered(elapsedMs: number): void {
    if (elapsedMs < this.#baseMs / 2) this.#currentMs = this.#baseMs
  }
}

/** A node that is gone without a word must be given up some time. */
const most = 10
