import type { Clock } from '@penstock/core'
import { pause } from '../../time/pause.ts'

/** Keeps something at so many records a second on average, without catching up on what was slow. */
export class Pace {
  readonly #perSecond: number
  readonly #clock: Clock
  #freeAt = 0

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond
    this.#clock = clock
  }

  /** How long to wait after so many records. */
  msAfter(records: number): number {
    const now = this.#clock.now()
    this.#freeAt = Math.max(now, this.#freeAt) + (records / this.#perSecond) * 1_000
    return this.#freeAt - now
  }

  /** Waits that long, less what was spent since the call before; ends early when `signal` aborts. */
  async keep(records: number, signal: AbortSignal): Promise<void> {
    const early = this.#freeAt - this.#clock.now()
    if (early > 0) await pause(early, signal)
    this.msAfter(records)
  }
}
