import type { RebalanceDelay } from './rebalance-delay.ts'

const backoffBaseMs = 40

/**
 * Slows down rounds that take work from workers for the sake of balance. Members that come and go quickly would otherwise
 * move the same work again and again: a second such round in a row has to wait 40 ms, the third 1600 ms, and so on.
 */
export class RevocationPacing {
  readonly #delay: RebalanceDelay
  #revokedInPreviousRound = false
  #successiveRounds = 0

  constructor(delay: RebalanceDelay) {
    this.#delay = delay
  }

  get revokedInPreviousRound(): boolean {
    return this.#revokedInPreviousRound
  }

  /** A wait has passed, or is still running: the next revocation counts as the first again, at the backoff reached. */
  forgetPreviousRound(): void {
    this.#revokedInPreviousRound = false
  }

  /**
   * Whether this round may revoke, `needed` telling whether it has to. If it has to but may not, the delay now runs.
   */
  mayRevoke(needed: boolean, now: number): boolean {
    if (!needed) {
      // The previous revocation has led to a balance.
      if (this.#revokedInPreviousRound) this.#successiveRounds = 0
      this.#revokedInPreviousRound = false
      return false
    }
    if (this.#revokedInPreviousRound) {
      this.#successiveRounds++
      const backoffMs = Math.min(backoffBaseMs ** this.#successiveRounds, this.#delay.maxMs)
      if (backoffMs > 0) {
        this.#delay.start(now, backoffMs)
        return false
      }
    }
    this.#revokedInPreviousRound = true
    return true
  }
}
