/** Quantiles of what was observed within the last minute or less, from counts in buckets that grow by an eighth. */
export class RecentQuantiles {
  #current: Uint32Array | null = null
  #previous: Uint32Array | null = null
  #turnedAt = 0

  observe(value: number, now: number): void {
    this.#turn(now)
    this.#current ??= new Uint32Array(buckets)
    const bucket = bucketOf(value)
    this.#current[bucket] = (this.#current[bucket] ?? 0) + 1
  }

  /** The values that such parts of the observations are not above; null when there were none. */
  read<const Parts extends readonly number[]>(parts: Parts, now: number): { [K in keyof Parts]: number } | null {
    this.#turn(now)
    const counts = [this.#current, this.#previous].filter((count) => count !== null)
    const total = counts.reduce((sum, count) => sum + count.reduce((all, one) => all + one, 0), 0)
    if (total === 0) return null
    return parts.map((part) => {
      let left = Math.ceil(part * total)
      for (let bucket = 0; bucket < buckets; bucket++) {
        for (const count of counts) left -= count[bucket] ?? 0
        if (left <= 0) return upperEnd(bucket)
      }
      return upperEnd(buckets - 1)
    }) as { [K in keyof Parts]: number }
  }

  #turn(now: number): void {
    if (now - this.#turnedAt < turnMs) return
    this.#previous = now - this.#turnedAt < 2 * turnMs ? this.#current : null
    this.#current = null
    this.#turnedAt = now
  }
}

const turnMs = 30_000
const growth = Math.log(1.125)
/** Up to more than two hours in milliseconds. */
const buckets = 136

function bucketOf(value: number): number {
  return value < 1 ? 0 : Math.min(buckets - 1, 1 + Math.floor(Math.log(value) / growth))
}

function upperEnd(bucket: number): number {
  return bucket === 0 ? 1 : Math.round(Math.exp(bucket * growth) * 10) / 10
}
