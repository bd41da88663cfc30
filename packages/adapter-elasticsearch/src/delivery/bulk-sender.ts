/**
 * Decides which batches are sent when: a queue, as many of them under way as the limits allow, and, where the order
 * of writes to one document matters, never two with a common document id at once. What happens to a single batch is in
 * bulk-delivery.ts.
 */
import { setMaxListeners } from 'node:events'
import type { Batch } from './batch.ts'
import { type DeliveryParts, deliver } from './bulk-delivery.ts'
import type { Pace } from './limits.ts'

export interface SenderOptions {
  readonly pace: Pace
  /** How to deliver; the rest is the sender's own. */
  readonly delivery: DeliveryParts
  /** A batch is held for this reason, or, with null, none is any more. */
  onHold(reason: string | null): void
  /** A batch is through, or the sender has failed: there may be room now. */
  onChange(): void
}

export class BulkSender {
  readonly #options: SenderOptions
  readonly #queue: Batch[] = []
  readonly #stop = new AbortController()
  readonly #idsInFlight = new Set<string>()
  readonly #waiting = new Set<() => void>()
  #inFlight = 0
  #failure: { readonly error: unknown } | null = null
  #heldFor: string | null = null
  /** Records and bytes handed over and not yet done. */
  records = 0
  bytes = 0
  /** How long the last batch was under way, with all its retries. */
  lastTookMs = 0
  /** Counts parts of batches that got through, and batches that are done with. */
  progressCount = 0

  constructor(options: SenderOptions) {
    this.#options = options
    // Each request and each wait listens.
    setMaxListeners(0, this.#stop.signal)
  }

  /** Why nothing more will be written, or null. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure
  }

  /** Why a batch is held while Elasticsearch can't be reached or takes no load, or null. */
  get heldFor(): string | null {
    return this.#heldFor
  }

  get idle(): boolean {
    return this.#inFlight === 0 && this.#queue.length === 0
  }

  get hasFreeSlot(): boolean {
    return this.#queue.length === 0 && this.#inFlight < this.#options.pace.limits.requests
  }

  /** Takes a batch over; it is sealed from now on. */
  send(batch: Batch): void {
    this.records += batch.size
    this.bytes += batch.byteLength
    this.#queue.push(batch)
    this.#startNext()
  }

  /** Resolves when something changed (a batch is through, is held, has failed), or after `ms`. */
  async changed(ms: number): Promise<void> {
    let resume: () => void = () => {}
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      resume = resolve
      this.#waiting.add(resume)
      timer = setTimeout(resolve, ms)
    })
    clearTimeout(timer)
    this.#waiting.delete(resume)
  }

  /** Gives up what isn't written; requests under way are cut off. */
  async stop(): Promise<void> {
    this.#queue.length = 0
    this.#stop.abort()
    const deadline = Date.now() + 1000
    while (this.#inFlight > 0 && Date.now() < deadline) await this.changed(50)
  }

  #startNext(): void {
    while (
      this.#inFlight < this.#options.pace.limits.requests &&
      this.#failure === null &&
      !this.#stop.signal.aborted
    ) {
      const batch = this.#queue[0]
      // Batches behind one that has to wait for its ids wait too: they might share ids with it.
      if (batch === undefined || batch.ids.some((id) => this.#idsInFlight.has(id))) return
      this.#queue.shift()
      for (const id of batch.ids) this.#idsInFlight.add(id)
      this.#inFlight++
      void this.#run(batch)
    }
  }

  async #run(batch: Batch): Promise<void> {
    const { clock } = this.#options.delivery
    const startedAt = clock.now()
    let held = false
    try {
      const invalid = batch.body.seal()
      await deliver(batch, invalid, {
        ...this.#options.delivery,
        pace: this.#options.pace,
        signal: this.#stop.signal,
        held: (reason) => {
          held = true
          this.#hold(reason)
          this.#notify()
        },
        progress: () => {
          this.#hold(null)
          this.progressCount++
          this.#notify()
        },
      })
      batch.complete()
      batch.giveBack()
      this.progressCount++
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#failure ??= { error }
    }
    if (held) this.#hold(null)
    this.lastTookMs = clock.now() - startedAt
    this.#inFlight--
    this.records -= batch.size
    this.bytes -= batch.byteLength
    for (const id of batch.ids) this.#idsInFlight.delete(id)
    this.#startNext()
    this.#notify()
  }

  #hold(reason: string | null): void {
    if (reason === this.#heldFor) return
    this.#heldFor = reason
    this.#options.onHold(reason)
  }

  #notify(): void {
    for (const resume of this.#waiting) resume()
    this.#options.onChange()
  }
}
