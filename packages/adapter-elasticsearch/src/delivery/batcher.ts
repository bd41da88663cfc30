/**
 * Collects documents into batches and hands them to the sender when they are full or have waited long enough. Bounds
 * what is held: records and bytes that Elasticsearch has not yet taken.
 */
import { ConnectError, RetriableError, type SinkRecord } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { Batch } from './batch.ts'
import { BufferPool } from './bulk-body.ts'
import type { DeliveryParts } from './bulk-delivery.ts'
import { BulkSender, type SenderOptions } from './bulk-sender.ts'
import type { Pace } from './limits.ts'
import type { PartitionProgress } from './offset-tracker.ts'

export interface BatcherOptions {
  readonly config: ElasticsearchSinkConfig
  readonly signal: AbortSignal
  readonly pace: Pace
  /** See {@link SenderOptions.onHold}. */
  readonly onHold: SenderOptions['onHold']
  readonly delivery: DeliveryParts
}

/** How long one `put` waits for room before it lets the framework look after its consumer: for one record, for all. */
const longestWaitMs = 5000
const longestPutMs = 30_000
const pollMs = 250
/**
 * A batch that is not full waits for busy requests at most this much longer than `linger.ms`, or as long as the last of
 * them took: to a node that needs seconds for a request, many small ones beside it are the least help.
 */
const patience = { factor: 10, leastMs: 50, mostMs: 5000 }
const mostPooledBytes = 32 * 1024 * 1024
/** However large a batch may be, places for more items are made as they come. */
const mostExpectedItems = 4096

export class Batcher {
  readonly #options: BatcherOptions
  readonly #sender: BulkSender
  readonly #pool: BufferPool
  readonly #urls: string
  readonly #pace: Pace
  readonly #lingerMs: number
  readonly #maxBufferedBytes: number
  readonly #maxBufferedRecords: number
  #batch: Batch | null = null
  #linger: NodeJS.Timeout | null = null
  #lingered = false
  #stuckSince: number | null = null
  #progressSeen = 0

  constructor(options: BatcherOptions) {
    const { config, pace } = options
    this.#options = options
    this.#urls = options.delivery.client.urls
    this.#pace = pace
    this.#lingerMs = config['linger.ms']
    this.#maxBufferedBytes = pace.limits.bytes * (pace.limits.requests + 1)
    this.#maxBufferedRecords = config['max.buffered.records']
    this.#pool = new BufferPool(mostPooledBytes)
    this.#sender = new BulkSender({
      pace,
      onHold: options.onHold,
      onChange: () => this.#sendLingering(),
      delivery: options.delivery,
    })
  }

  get isFull(): boolean {
    const records = this.#sender.records + (this.#batch?.size ?? 0)
    const bytes = this.#sender.bytes + (this.#batch?.byteLength ?? 0)
    return records >= this.#maxBufferedRecords || bytes >= this.#maxBufferedBytes || this.#sender.failure !== null
  }

  /** The batch to put a document of about `bytes` into; `index` is that of a new one. */
  batchFor(index: string, bytes: number): Batch {
    if (this.#batch !== null && this.#batch.size > 0 && this.#batch.body.byteLength + bytes > this.#pace.limits.bytes)
      this.send()
    if (this.#batch === null) {
      this.#batch = new Batch(index, this.#pool, Math.min(this.#pace.limits.documents, mostExpectedItems))
      this.#lingered = false
    } else if (this.#batch.size === 0) this.#batch.index = index
    return this.#batch
  }

  /** Takes a record over that is not written: its offset is done when those before it are. */
  account(progress: PartitionProgress, record: SinkRecord): void {
    this.batchFor(this.#batch?.index ?? '', 0).account(progress, record)
  }

  sendIfFull(): void {
    const batch = this.#batch
    const { documents, bytes } = this.#pace.limits
    if (batch !== null && (batch.size >= documents || batch.byteLength >= bytes)) this.send()
  }

  /** Sends what there is. */
  send(): void {
    const batch = this.#batch
    if (batch === null) return
    this.#batch = null
    if (batch.size > 0) {
      this.#sender.send(batch)
      return
    }
    batch.complete()
    batch.giveBack()
  }

  /** Elasticsearch takes nothing at present, see {@link throwFailure}. */
  get isHeld(): boolean {
    return this.#sender.heldFor !== null
  }

  /** Throws what has failed for good, or a retriable error while Elasticsearch takes nothing. */
  throwFailure(): void {
    const { failure, heldFor } = this.#sender
    if (failure !== null) throw failure.error
    if (heldFor !== null) {
      // Whatever fills the buffer afterwards is given its own time.
      this.#stuckSince = null
      throw new RetriableError(
        'elasticsearch.unavailable',
        `Elasticsearch at ${this.#urls} takes no documents now: ${heldFor}`,
      )
    }
  }

  /**
   * Waits for room; not for ever, because the framework has a consumer to look after. `putSince` is when the
   * `put` began: a little room for each of its records, again and again, must not make it last for minutes.
   */
  async untilRoom(putSince: number): Promise<void> {
    const { config, signal } = this.#options
    const { clock } = this.#options.delivery
    const advice = 'raise max.buffered.records or flush.timeout.ms, or give Elasticsearch more room'
    const since = clock.now()
    while (this.isFull) {
      this.throwFailure()
      // Else it waits for its turn, and goes on growing as soon as there is room.
      if (this.#sender.hasFreeSlot) this.send()
      signal.throwIfAborted()
      const now = clock.now()
      if (this.#sender.progressCount !== this.#progressSeen || this.#stuckSince === null) {
        this.#progressSeen = this.#sender.progressCount
        this.#stuckSince = now
      }
      if (now - this.#stuckSince >= config['flush.timeout.ms']) {
        throw new ConnectError(
          'elasticsearch.buffer_full',
          `the buffer is full, and no bulk request to ${this.#urls} got through within flush.timeout.ms; ${advice}`,
        )
      }
      if (now - since >= longestWaitMs || now - putSince >= longestPutMs) {
        throw new RetriableError(
          'elasticsearch.buffer_full',
          `the buffer is full: Elasticsearch takes records more slowly than they come; ${advice}`,
        )
      }
      await this.#sender.changed(pollMs)
    }
    this.#stuckSince = null
  }

  /** Waits until everything is written, or it is clear that it won't be for now; at most `flush.timeout.ms`. */
  async drain(): Promise<void> {
    const { config, signal } = this.#options
    const { clock } = this.#options.delivery
    this.send()
    const deadline = clock.now() + config['flush.timeout.ms']
    while (!this.#sender.idle && this.#sender.failure === null && this.#sender.heldFor === null) {
      const left = deadline - clock.now()
      if (left <= 0 || signal.aborted) return
      await this.#sender.changed(Math.min(left, pollMs))
    }
  }

  /** Sees to it that a batch that is not full goes out too; to be called after each `put`. */
  armLinger(): void {
    if (this.#batch === null || this.#linger !== null) return
    const waitMs = this.#lingered ? this.#patienceMs() : this.#lingerMs
    this.#linger = setTimeout(() => {
      this.#linger = null
      if (this.#batch === null) return
      const secondTime = this.#lingered
      this.#lingered = true
      if (secondTime || this.#sender.idle) this.#sendLingering()
      this.armLinger()
    }, waitMs)
  }

  #patienceMs(): number {
    const lastTookMs = Math.min(patience.mostMs, this.#sender.lastTookMs)
    return Math.max(patience.leastMs, this.#lingerMs * patience.factor, lastTookMs)
  }

  /** Gives up what isn't written. */
  async stop(): Promise<void> {
    if (this.#linger !== null) clearTimeout(this.#linger)
    this.#batch = null
    await this.#sender.stop()
  }

  /**
   * Sends a batch that has waited for more records, when no request is under way, or one has just ended: while
   * Elasticsearch is busy, fuller batches save it and us work.
   */
  #sendLingering(): void {
    if (this.#lingered && this.#batch !== null && this.#sender.hasFreeSlot) this.send()
  }
}
