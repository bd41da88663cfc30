import type { Clock } from '@penstock/core'
import { pause } from '../../time/pause.ts'

/** Keeps something at so many records a second. Time that was lost is not made up for later. */
export class Pace {
  readonly #perSecond: number
  readonly #clock: Clock
  #doneAt: number

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
    this.#doneAt = clock.now()
  }

  /** So many records at a time, at most: about a second's worth, so that none waits for long. */
  chunk(most: number): number {
    return Math.max(1, Math.min(most, this.#perSecond))
  }

  /** Resolves when so many records, counted from the call before, have taken their time, or when `signal` aborts. */
  async keep(records: number, signal: AbortSignal): Promise<void> {
    const due = this.#doneAt + (records / this.#perSecond) * 1_000
    const now = this.#clock.now()
    this.#doneAt = Math.max(due, now)
    if (due > now) await pause(due - now, signal)
  }
}
