/** The time the whole group waits before the leader rebalances again: at most one wait runs at any moment. */
export class RebalanceDelay {
  /** `scheduled.rebalance.max.delay.ms`; 0 means that the group never waits. */
  readonly maxMs: number
  #endsAt: number | null = null
  #remainingMs = 0

  constructor(maxMs: number) {
    this.maxMs = maxMs
  }

  /** What this round tells the members to wait for, 0 for nothing. */
  get remainingMs(): number {
    return this.#remainingMs
  }

  get isRunning(): boolean {
    return this.#endsAt !== null
  }

  hasEnded(now: number): boolean {
    return this.#endsAt !== null && now >= this.#endsAt
  }

  start(now: number, ms: number): void {
    this.#remainingMs = ms
    this.#endsAt = now + ms
  }

  /** Goes on waiting for what is left of the running wait, or starts the longest one when none is running. */
  continueOrStart(now: number): void {
    const left = this.#endsAt === null ? this.maxMs : Math.ceil(this.#endsAt - now)
    // A clock that was set back must not prolong the wait.
    this.start(now, Math.min(Math.max(left, 0), this.maxMs))
  }

  clear(): void {
    this.#endsAt = null
    this.#remainingMs = 0
  }
}
