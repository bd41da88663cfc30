/** Milliseconds to wait: `firstMs` where there were no earlier attempts, twice as long with each of them, at most `mostMs`. */
export function doublingPause(earlierAttempts: number, firstMs: number, mostMs: number): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(earlierAttempts, 30))
}
