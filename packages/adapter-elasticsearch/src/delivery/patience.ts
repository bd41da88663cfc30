/** How long one batch is tried: after each setback, whether and when what is left of it is sent again. */
import { type BackoffSettings, backoffMs } from './retry-policy.ts'
import type { Trouble } from './verdict.ts'

export interface Setback {
  readonly trouble: Trouble
  readonly reason: string
  /** As the server asks by Retry-After; 0 where it does not. */
  readonly retryAfterMs: number
  /** The server says "later" itself, see `asksForPatience` of verdict.ts. */
  readonly asksForPatience: boolean
}

export interface PatienceSettings extends BackoffSettings {
  readonly maxRetries: number
  /** How long a batch may be tried while nothing of it gets through; without end where the server says "later" itself. */
  readonly holdMs: number
}

/** `isHeld`: it fails for so long that nothing more should be read meanwhile. */
export type NextTry =
  | { readonly kind: 'again'; readonly waitMs: number; readonly isHeld: boolean }
  | { readonly kind: 'given-up'; readonly attempts: number }

export class Patience {
  readonly #settings: PatienceSettings
  /** All of these since something last got through. */
  #retries = 0
  #conflicts = 0
  #failingSince: number | null = null
  /** Since when it fails for what the server does not ask patience for. */
  #brokenSince: number | null = null

  constructor(settings: PatienceSettings) {
    this.#settings = settings
  }

  /** Something got through. */
  progressed(): void {
    this.#retries = 0
    this.#conflicts = 0
    this.#failingSince = null
    this.#brokenSince = null
  }

  /** `now` in epoch milliseconds. */
  after({ trouble, retryAfterMs, asksForPatience }: Setback, now: number): NextTry {
    const { maxRetries, holdMs } = this.#settings
    this.#retries++
    if (trouble === 'conflict' && ++this.#conflicts > maxRetries) return { kind: 'given-up', attempts: this.#conflicts }
    this.#failingSince ??= now
    this.#brokenSince = asksForPatience ? null : (this.#brokenSince ?? now)
    const isSpent = this.#retries > maxRetries
    if (isSpent && this.#brokenSince !== null && now - this.#brokenSince >= holdMs)
      return { kind: 'given-up', attempts: this.#retries }
    // However many retries there may be, a full buffer must be known to be held before it is taken for stuck.
    const isHeld = isSpent || now - this.#failingSince >= holdMs / 2
    return { kind: 'again', waitMs: backoffMs(this.#retries, this.#settings, retryAfterMs), isHeld }
  }
}
