/**
 * The Elasticsearch sink task. {@link ElasticsearchSinkTask.put} frames records into the current batch; full batches go
 * to bulk-sender.ts, which sends several at once; bulk-delivery.ts brings each one home. Offsets may be committed once
 * every record before them is written, or refused and reported: offset-tracker.ts.
 */
import {
  codeOf,
  ConnectError,
  isRetriable,
  messageOf,
  type PartitionOffset,
  RetriableError,
  type SinkRecord,
  type SinkTask,
  type SinkTaskContext,
  type TopicPartition,
} from '@penstock/core'
import { actionLine } from './action.ts'
import { Batch } from './batch.ts'
import { BufferPool } from './bulk-body.ts'
import { BulkSender } from './bulk-sender.ts'
import { ElasticsearchClient } from './client.ts'
import { type ElasticsearchSinkConfig, retiredKeys } from './config.ts'
import { Indices } from './indices.ts'
import type { Mapping } from './mapping.ts'
import { OffsetTracker, type PartitionProgress } from './offset-tracker.ts'
import { refuseDocument } from './refused.ts'
import { type Route, Routes } from './routes.ts'
import { sleep } from './sleep.ts'
import { toWrite, type Write } from './write.ts'

/** How long one `put` waits for room before it lets the framework look after its consumer. */
const longestPutMs = 5000
/** What a held batch asks the framework to wait before it puts again. */
const heldPauseMs = 500

export class ElasticsearchSinkTask implements SinkTask {
  readonly #config: ElasticsearchSinkConfig
  readonly #context: SinkTaskContext
  readonly #client: ElasticsearchClient
  readonly #indices: Indices
  readonly #routes: Routes
  readonly #sender: BulkSender
  readonly #pool: BufferPool
  readonly #tracker = new OffsetTracker()
  readonly #maxBytes: number
  readonly #maxBufferedBytes: number
  #batch: Batch | null = null
  #linger: NodeJS.Timeout | null = null
  #lingered = false
  /** The last `put` gave up midway: what it had taken over comes again. */
  #redelivery = false
  #failingSetUpSince: number | null = null
  #stuckSince: number | null = null
  #progressSeen = 0

  constructor(config: ElasticsearchSinkConfig, context: SinkTaskContext) {
    this.#config = config
    this.#context = context
    this.#client = new ElasticsearchClient(config)
    this.#indices = new Indices(this.#client, context.signal)
    this.#routes = new Routes(config)
    const inFlight = config['max.in.flight.requests']
    this.#maxBytes = config['bulk.size.bytes'] < 0 ? Number.POSITIVE_INFINITY : config['bulk.size.bytes']
    this.#maxBufferedBytes = this.#maxBytes * (inFlight + 1)
    this.#pool = new BufferPool(inFlight + 1, Math.min(this.#maxBytes * 2, 16 * 1024 * 1024))
    this.#sender = new BulkSender({
      maxInFlight: inFlight,
      pool: this.#pool,
      onChange: () => this.#flushLingering(),
      delivery: {
        client: this.#client,
        clock: context.clock,
        settings: {
          maxRetries: config['max.retries'],
          backoffMs: config['retry.backoff.ms'],
          maxBackoffMs: config['retry.backoff.max.ms'],
          holdMs: config['flush.timeout.ms'],
        },
        refuse: (batch, item, failure) => refuseDocument(batch, item, failure, config, context),
        count: (name, by) => context.count(name, by),
        observe: (name, value) => context.observe(name, value),
        sleep,
      },
    })
    context.signal.addEventListener('abort', () => void this.#sender.stop(), { once: true })
  }

  start(): void {
    for (const name of retiredKeys) {
      if (this.#config[name] !== null) this.#context.logger.warn(`${name} is a key of older versions and has no effect`)
    }
  }

  async put(records: readonly SinkRecord[]): Promise<void> {
    try {
      this.#throwFailure()
      for (const record of records) {
        const { topic, partition } = record.origin
        const progress = this.#tracker.partition(topic, partition)
        if (this.#redelivery && record.offset <= progress.latest) continue
        if (this.#isFull) await this.#untilRoom()
        const route = this.#routes.of(record)
        const json = route.raw ? record.valueJson : null
        if (json !== null && !this.#indices.has(route.index)) await this.#prepareIndex(route, null)
        // Raw JSON with an id of topic, partition and offset: nothing is decoded.
        if (json === null || !this.#addRaw(record, progress, route, json)) await this.#addDecoded(record, progress, route)
      }
      this.#redelivery = false
    } catch (error) {
      if (isRetriable(error)) {
        this.#redelivery = true
        this.#context.timeout(heldPauseMs)
      }
      throw error
    } finally {
      this.#armLinger()
    }
  }

  async preCommit(
    consumed: readonly PartitionOffset[],
    { closing }: { closing: boolean },
  ): Promise<readonly PartitionOffset[]> {
    this.#sendBatch()
    if (closing || this.#config['flush.synchronously']) await this.#drain()
    return this.#tracker.committable(consumed, this.#redelivery)
  }

  close(partitions: readonly TopicPartition[]): void {
    this.#tracker.forget(partitions)
  }

  async stop(): Promise<void> {
    if (this.#linger !== null) clearTimeout(this.#linger)
    await this.#sender.stop()
    await this.#client.close()
  }

  #addRaw(record: SinkRecord, progress: PartitionProgress, route: Route, json: Uint8Array): boolean {
    const batch = this.#batchFor(json.length) ?? this.#newBatch(route.index)
    const line = this.#routes.idPrefix(record, route, batch.index).lineFor(record.offset)
    if (!batch.body.addRaw(line, json)) return false
    this.#added(batch, record, progress, null)
    return true
  }

  /** Decodes, decides and frames; a record that can't be written is reported, and done with. */
  async #addDecoded(record: SinkRecord, progress: PartitionProgress, route: Route): Promise<void> {
    let write: Write | null
    try {
      write = toWrite(record, route, this.#indices.isMapped(route.index))
    } catch (error) {
      await this.#reject(record, error)
      this.#passedOver(record, progress)
      return
    }
    if (write === null) {
      this.#context.count('records_skipped')
      this.#passedOver(record, progress)
      return
    }
    if (write.mapping !== null || !this.#indices.has(route.index)) await this.#prepareIndex(route, write.mapping)
    const batch = this.#batchFor(write.source?.length ?? 0) ?? this.#newBatch(route.index)
    batch.body.add(actionLine(write.action, batch.index === route.index ? null : route.index, route), write.source)
    this.#added(batch, record, progress, write.action.id)
  }

  /** Nothing may happen between framing a record and this: the offset belongs to the batch that holds the record. */
  #added(batch: Batch, record: SinkRecord, progress: PartitionProgress, id: string | null): void {
    batch.records.push(record)
    if (this.#routes.ordered) batch.ids.push(id ?? record.toString())
    batch.account(progress, record.offset)
    if (batch.size >= this.#config['batch.size'] || batch.body.byteLength >= this.#maxBytes) this.#sendBatch()
  }

  /** A record that needs no write is done when those before it are. */
  #passedOver(record: SinkRecord, progress: PartitionProgress): void {
    const batch = this.#batch ?? this.#newBatch(this.#routes.of(record).index)
    batch.account(progress, record.offset)
  }

  async #prepareIndex(route: Route, mapping: Mapping | null): Promise<void> {
    try {
      await this.#indices.ensureExists(route.index)
      if (mapping !== null) await this.#indices.ensureMapping(route.index, mapping)
      this.#failingSetUpSince = null
    } catch (error) {
      if (!isRetriable(error)) throw error
      this.#failingSetUpSince ??= this.#context.clock.now()
      if (this.#context.clock.now() - this.#failingSetUpSince < this.#config['flush.timeout.ms']) throw error
      throw new ConnectError(codeOf(error) ?? 'elasticsearch.unreachable', messageOf(error), { cause: error })
    }
  }

  /** A record that can't become a document goes by `errors.tolerance`, or `drop.invalid.message` if it could be decoded. */
  async #reject(record: SinkRecord, error: unknown): Promise<void> {
    this.#context.count('records_invalid')
    const decoded = (error as { stage?: unknown }).stage === undefined
    await this.#context.reporter.report(record, error, { tolerated: decoded && this.#config['drop.invalid.message'] })
  }

  /** The current batch, after sending it if `bytes` more would make it too large. */
  #batchFor(bytes: number): Batch | null {
    if (this.#batch !== null && this.#batch.size > 0 && this.#batch.body.byteLength + bytes > this.#maxBytes) this.#sendBatch()
    return this.#batch
  }

  #newBatch(index: string): Batch {
    this.#batch = new Batch(index, this.#pool.take(), Math.min(this.#config['batch.size'], 4096))
    this.#lingered = false
    return this.#batch
  }

  #sendBatch(): void {
    const batch = this.#batch
    if (batch === null) return
    this.#batch = null
    if (batch.size > 0) return this.#sender.send(batch)
    batch.complete()
    this.#pool.give(batch.body.buffer)
  }

  get #isFull(): boolean {
    return (
      this.#sender.records + (this.#batch?.size ?? 0) >= this.#config['max.buffered.records'] ||
      this.#sender.bytes >= this.#maxBufferedBytes ||
      this.#sender.failure !== null
    )
  }

  /** Waits for room in the buffer; not for ever, because the framework has a consumer to look after. */
  async #untilRoom(): Promise<void> {
    this.#sendBatch()
    const since = this.#context.clock.now()
    while (this.#isFull) {
      this.#throwFailure()
      this.#context.signal.throwIfAborted()
      const now = this.#context.clock.now()
      if (this.#sender.progressCount !== this.#progressSeen || this.#stuckSince === null) {
        this.#progressSeen = this.#sender.progressCount
        this.#stuckSince = now
      }
      const advice = 'raise max.buffered.records or flush.timeout.ms, or give Elasticsearch more room'
      if (now - this.#stuckSince >= this.#config['flush.timeout.ms']) {
        throw new ConnectError(
          'elasticsearch.buffer_full',
          `no bulk request to ${this.#client.urls} got through within flush.timeout.ms, and the buffer is full; ${advice}`,
        )
      }
      if (now - since >= longestPutMs) {
        throw new RetriableError('elasticsearch.buffer_full', `the buffer is full: Elasticsearch takes records more slowly than they come; ${advice}`)
      }
      await this.#sender.changed(Math.min(250, longestPutMs))
    }
    this.#stuckSince = null
  }

  #throwFailure(): void {
    const { failure, heldFor } = this.#sender
    if (failure !== null) throw failure.error
    if (heldFor !== null) {
      throw new RetriableError('elasticsearch.unavailable', `Elasticsearch at ${this.#client.urls} takes no documents now: ${heldFor}`)
    }
  }

  /** Waits until everything is written, or it is clear that it won't be for now. */
  async #drain(): Promise<void> {
    const deadline = this.#context.clock.now() + this.#config['flush.timeout.ms']
    while (!this.#sender.idle && this.#sender.failure === null && this.#sender.heldFor === null) {
      const left = deadline - this.#context.clock.now()
      if (left <= 0 || this.#context.signal.aborted) return
      await this.#sender.changed(Math.min(left, 250))
    }
  }

  #armLinger(): void {
    if (this.#batch === null || this.#linger !== null) return
    const linger = this.#config['linger.ms']
    if (linger === 0 && this.#sender.idle) return this.#sendBatch()
    this.#linger = setTimeout(() => {
      this.#linger = null
      if (this.#batch === null) return
      const waitedAgain = this.#lingered
      this.#lingered = true
      this.#flushLingering(waitedAgain)
      this.#armLinger()
    }, this.#lingered ? Math.max(50, linger * 10) : linger)
  }

  /**
   * Sends a batch that has waited for more records long enough, when no request is under way or one has just ended:
   * while Elasticsearch is busy, fuller batches save it and us work.
   */
  #flushLingering(even = true): void {
    if (this.#lingered && this.#batch !== null && this.#sender.hasFreeSlot && (even || this.#sender.idle)) this.#sendBatch()
  }
}

