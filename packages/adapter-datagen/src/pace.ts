/** Most that may be caught up on after a pause: a source that was paused does not flood afterwards. */
const backlogMs = 1_000

/** Says how many records are due, so that they come as evenly as the intervals between them say. */
export class Pace {
  readonly #nextInterval: () => number
  #due: number | null = null

  /** `nextInterval` gives the milliseconds between a record and the next; null for as fast as possible. */
  constructor(nextInterval: (() => number) | null) {
    this.#nextInterval = nextInterval ?? (() => 0)
  }

  /** How many records to make at `now`, at most `most`. */
  take(now: number, most: number): number {
    // A clock that was set back must not stop the source until it is as late again.
    if (this.#due === null || this.#due > now + longestWaitMs) this.#due = now
    this.#due = Math.max(this.#due, now - backlogMs)
    let count = 0
    while (count < most && this.#due <= now) {
      this.#due += Math.min(this.#nextInterval(), longestWaitMs)
      count++
    }
    return count
  }

  /** Milliseconds until the next record is due. */
  msToNext(now: number): number {
    return Math.max(0, (this.#due ?? now) - now)
  }
}

const longestWaitMs = 30 * 86_400_000
