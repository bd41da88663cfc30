/**
 * Limits that follow what Elasticsearch takes, never beyond the configured ones. Two signals move them:
 *
 * - A node that turns work away, or answers too late, is given half: half the requests at once, and when there is only
 *   one left (or time is the problem) half the documents in each. While all goes well both grow back step by step.
 * - A node whose answers take longer the more requests it has is saturated: what is added only waits in its queue. From
 *   the best time it takes for a byte and the present one follows how many of the requests are waiting
 *   ({@link queued}); with more than a few of them there are too many requests, though none is turned away.
 */
import type { Clock } from '@penstock/core'
import type { Limits, Pace, RequestOutcome, RequestStart } from './limits.ts'

export interface AdaptiveLimitsOptions {
  /** The configured limits. */
  readonly most: Limits
  readonly clock: Clock
  /** An answer that takes longer is a reason for smaller requests; infinite when there is none. */
  readonly slowMs: number
  /** Called with the limits at the start and whenever they change. */
  onChange(limits: Limits): void
}

/** Smaller requests than these would cost more than they save. */
const least = { documents: 100, bytes: 64 * 1024 }
/** Of the configured size, what requests grow by when one of full size is taken. */
const sizeStep = 1 / 16
/** Requests that may wait in the node's queue: with fewer there may be more of them, with more there are too many. */
const wanted = { queuedLeast: 2, queuedMost: 4 }
/** How long the best time counts: a cluster changes. */
const windowMs = 30_000
/** Weight of the latest answer in the present time. */
const smoothing = 0.2

export class AdaptiveLimits implements Pace {
  readonly #options: AdaptiveLimitsOptions
  #limits: Limits
  #requests: number
  /** Share of the configured documents and bytes. */
  #size = 1
  /** Half of a request that the server found too large. */
  #acceptedBytes = Number.POSITIVE_INFINITY
  #underWay = 0
  /** Answers to what was sent before say nothing about the limits since. */
  #cutAt = Number.NEGATIVE_INFINITY
  #presentMs = 0
  #best = Number.POSITIVE_INFINITY
  #bestInWindow = Number.POSITIVE_INFINITY
  #windowEnds: number
  /** For one answer only half of the requests go out: how fast the node is when it has less to do. */
  #probingSince: number | null = null

  constructor(options: AdaptiveLimitsOptions) {
    this.#options = options
    this.#requests = options.most.requests
    this.#windowEnds = options.clock.now() + windowMs
    this.#limits = options.most
    options.onChange(this.#limits)
  }

  get limits(): Limits {
    return this.#limits
  }

  begin(): RequestStart {
    return { at: this.#options.clock.now(), underWay: ++this.#underWay }
  }

  end(start: RequestStart, outcome: RequestOutcome, documents: number, bytes: number): void {
    this.#underWay--
    const now = this.#options.clock.now()
    switch (outcome) {
      case 'taken':
        this.#taken(start, now, documents, bytes)
        break
      case 'rejected':
      case 'timed-out':
        this.#cut(start, now, outcome === 'timed-out')
        break
      case 'too-large':
        this.#acceptedBytes = Math.min(this.#acceptedBytes, Math.max(least.bytes, bytes >> 1))
        break
      case 'failed':
        return
    }
    this.#update()
  }

  #taken(start: RequestStart, now: number, documents: number, bytes: number): void {
    if (start.at < this.#cutAt) return
    const { limits } = this
    const full = documents * 2 >= limits.documents || bytes * 2 >= limits.bytes
    const tookMs = Math.max(1, now - start.at)
    if (full) this.#noteTime(start, now, tookMs / Math.max(1, bytes))
    if (full && tookMs > this.#options.slowMs) {
      this.#cutAt = now
      this.#size /= 2
      return
    }
    if (full) this.#size = Math.min(1, this.#size + sizeStep)
    // More of them would change nothing while even these aren't used.
    if (start.underWay < Math.floor(this.#requests)) return
    const waiting = queued(this.#requests, this.#best, this.#presentMs)
    // Of those that wait too many, half go within one round of answers.
    if (waiting > wanted.queuedMost) this.#requests -= (waiting - wanted.queuedMost) / (2 * this.#requests)
    else if (waiting < wanted.queuedLeast) this.#requests += 1 / this.#requests
  }

  /** Once for all requests that were under way together: they met the same trouble. */
  #cut(start: RequestStart, now: number, late: boolean): void {
    if (start.at < this.#cutAt) return
    this.#cutAt = now
    if (late || this.#requests < 2) this.#size /= 2
    this.#requests /= 2
  }

  #noteTime(start: RequestStart, now: number, msPerByte: number): void {
    this.#presentMs = this.#presentMs === 0 ? msPerByte : this.#presentMs + (msPerByte - this.#presentMs) * smoothing
    this.#best = Math.min(this.#best, msPerByte)
    this.#bestInWindow = Math.min(this.#bestInWindow, msPerByte)
    if (this.#probingSince !== null && start.at > this.#probingSince && start.underWay <= this.#limits.requests) {
      this.#probingSince = null
    }
    if (now < this.#windowEnds) return
    this.#windowEnds = now + windowMs
    this.#best = this.#bestInWindow
    this.#bestInWindow = Number.POSITIVE_INFINITY
    // Without this, a queue that is always there would count as the node's own time after a while.
    if (this.#requests > wanted.queuedMost) this.#probingSince = now
  }

  #update(): void {
    const { most, onChange } = this.#options
    this.#requests = Math.min(most.requests, Math.max(1, this.#requests))
    const leastSize = Math.max(least.documents / most.documents, least.bytes / most.bytes)
    this.#size = Math.min(1, Math.max(leastSize, this.#size))
    const requests = Math.max(1, Math.floor(this.#probingSince === null ? this.#requests : this.#requests / 2))
    const documents = Math.max(1, Math.round(most.documents * this.#size))
    const bytes = Math.max(1, Math.min(most.bytes * this.#size, this.#acceptedBytes))
    const before = this.#limits
    if (requests === before.requests && documents === before.documents && bytes === before.bytes) return
    this.#limits = { requests, documents, bytes }
    onChange(this.#limits)
  }
}

/** How many of the requests under way wait for others to be done, by how much longer they take than alone. */
export function queued(requests: number, bestMs: number, presentMs: number): number {
  return presentMs === 0 ? 0 : requests * (1 - Math.min(1, bestMs / presentMs))
}
