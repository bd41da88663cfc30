/** How much Elasticsearch is given at once. Fixed here; adaptive-limits.ts follows what the node can take. */

export interface Limits {
  /** Bulk requests under way. */
  readonly requests: number
  /** Documents in one request. */
  readonly documents: number
  /** Bytes in one request; infinite when there is no limit. A single larger document is sent alone. */
  readonly bytes: number
}

/**
 * - `taken`: Elasticsearch took on the whole request; single documents may still be refused for what they are
 * - `rejected`: all or some of it was turned away because the node has too much to do
 * - `timed-out`: no answer in time
 * - `too-large`: the request is larger than the server accepts
 * - `failed`: anything else, which says nothing about the load
 */
export type RequestOutcome = 'taken' | 'rejected' | 'timed-out' | 'too-large' | 'failed'

/** A request under way, as {@link Pace.begin} noted it. */
export interface RequestStart {
  readonly at: number
  /** Requests under way with this one. */
  readonly underWay: number
}

/** Decides how much to send. Told of each request when it goes out and when it is over. */
export interface Pace {
  readonly limits: Limits
  begin(): RequestStart
  end(start: RequestStart, outcome: RequestOutcome, documents: number, bytes: number): void
}

const nothing: RequestStart = { at: 0, underWay: 0 }

/** Always the same limits. */
export function fixedPace(limits: Limits): Pace {
  return { limits, begin: () => nothing, end: () => {} }
}
