/** How long to wait before trying again. */

export interface BackoffSettings {
  readonly backoffMs: number
  readonly maxBackoffMs: number
}

/**
 * Exponential backoff with full jitter: before retry `attempt` (1 for the first) a random time up to
 * `backoffMs` × 2^attempt, capped. Never less than what the server asked for by Retry-After, as far as the cap allows.
 */
export function backoffMs(attempt: number, settings: BackoffSettings, retryAfterMs = 0, random = Math.random): number {
  const cap = Math.max(settings.maxBackoffMs, settings.backoffMs)
  const window = Math.min(cap, settings.backoffMs * 2 ** Math.min(attempt, 30))
  return Math.round(Math.max(random() * window, Math.min(retryAfterMs, Math.max(cap, maxRetryAfterMs))))
}

/** A server may ask for a longer wait than our own cap, but not for an unbounded one. */
const maxRetryAfterMs = 30_000
