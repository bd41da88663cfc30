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

/** Reads a Retry-After header: seconds or an HTTP date. 0 when there is none or it makes no sense. */
export function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined || header.trim() === '') return 0
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(header)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now)
}
