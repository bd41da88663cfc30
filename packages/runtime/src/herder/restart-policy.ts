import type { Clock } from '@penstock/core'
import type { RestartPolicy } from '../config/connector-config.ts'
import { doublingPause } from '../time/doubling-pause.ts'

/** Remembers when something was restarted and says whether and when it may be again. */
export class RestartBudget {
  readonly #clock: Clock
  readonly #restartsByName = new Map<string, number[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds to wait before the next restart, which is counted; null when the policy allows none. */
  next(name: string, { maxAttempts, firstAtOnce, backoffMs, backoffMaxMs, windowMs }: RestartPolicy): number | null {
    const now = this.#clock.now()
    const recent = (this.#restartsByName.get(name) ?? []).filter((at) => at > now - windowMs)
    if (maxAttempts >= 0 && recent.length >= maxAttempts) return null
    // The first one after a while of calm need not wait: whatever ended it did so for the first time.
    const delayMs = recent.length === 0 && firstAtOnce ? 0 : doublingPause(recent.length, backoffMs, backoffMaxMs)
    recent.push(now)
    this.#restartsByName.set(name, recent)
    return delayMs
  }

  forget(name: string): void {
    this.#restartsByName.delete(name)
  }
}
