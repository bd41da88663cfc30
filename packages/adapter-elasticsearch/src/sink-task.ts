/**
 * The Elasticsearch sink task. {@link ElasticsearchSinkTask.put} frames records into the current batch (batcher.ts);
 * full batches go to bulk-sender.ts, which sends several at once; bulk-delivery.ts brings each one home. Offsets may be
 * committed once every record before them is written, or refused and reported: offset-tracker.ts.
 */
import {
  ConnectError,
  codeOf,
  DataError,
  isRetriable,
  messageOf,
  type PartitionOffset,
  type SinkRecord,
  type SinkTask,
  type SinkTaskContext,
  type TopicPartition,
} from '@penstock/core'
import { type ElasticsearchSinkConfig, retiredKeys } from './config/config.ts'
import { ElasticsearchClient } from './connection/client.ts'
import type { Batch } from './delivery/batch.ts'
import { Batcher } from './delivery/batcher.ts'
import { bulkQuery } from './delivery/bulk-response.ts'
import { loseConflict } from './delivery/conflict.ts'
import { OffsetTracker, type PartitionProgress } from './delivery/offset-tracker.ts'
import { paceOf } from './delivery/pace.ts'
import { refuseDocument } from './delivery/refused.ts'
import { Setbacks } from './delivery/setbacks.ts'
import { sleep } from './delivery/sleep.ts'
import { actionLine } from './documents/action.ts'
import { type Route, Routes } from './documents/routes.ts'
import { toWrite, type WantedMapping, type Write } from './documents/write.ts'
import { Indices } from './indices/indices.ts'

/** What the framework is asked to wait before it puts again what could not be taken. */
const pauseMs = 500

export class ElasticsearchSinkTask implements SinkTask {
  readonly #config: ElasticsearchSinkConfig
  readonly #context: SinkTaskContext
  readonly #client: ElasticsearchClient
  readonly #indices: Indices
  readonly #routes: Routes
  readonly #batcher: Batcher
  readonly #tracker = new OffsetTracker()
  /** What the last `put` had taken over when it gave up midway, and what comes again; null when it didn't. */
  #takenOver: Set<SinkRecord> | null = null
  #failingSetUpSince: number | null = null

  constructor(config: ElasticsearchSinkConfig, context: SinkTaskContext) {
    this.#config = config
    this.#context = context
    this.#client = new ElasticsearchClient(config)
    const { clock, logger, signal } = context
    this.#indices = new Indices({ client: this.#client, config, clock, logger, signal })
    this.#routes = new Routes(config, logger)
    const setbacks = new Setbacks(context)
    this.#batcher = new Batcher({
      config,
      signal: context.signal,
      pace: paceOf(config, { clock: context.clock, gauge: (name, value) => context.gauge(name, value) }),
      onHold: (reason) => context.holding(reason),
      delivery: {
        client: this.#client,
        clock: context.clock,
        settings: {
          query: bulkQuery(config['read.timeout.ms']),
          maxRetries: config['max.retries'],
          backoffMs: config['retry.backoff.ms'],
          maxBackoffMs: config['retry.backoff.max.ms'],
          holdMs: config['flush.timeout.ms'],
          repeatable: config['write.method'] !== 'script' && config['write.method'] !== 'create',
        },
        setback: (trouble, reason) => setbacks.note(trouble, reason),
        refuse: (batch, item, failure) =>
          refuseDocument(batch, item, failure, config, context, (index, schema) =>
            this.#indices.explain(index, schema, failure.reason),
          ),
        loseConflict: (batch, item, failure) => loseConflict(batch, item, failure, config, context),
        indexMissing: (index) => this.#indices.remake(index),
        count: (name, by) => context.count(name, by),
        observe: (name, value) => context.observe(name, value),
        sleep,
      },
    })
    context.signal.addEventListener('abort', () => void this.#batcher.stop(), { once: true })
  }

  start(): void {
    for (const name of retiredKeys) {
      if (this.#config[name] !== null) {
        this.#context.logger.warn(`${name} is a key of older versions and has no effect`)
      }
    }
  }

  /** Frames the records and returns; waits while the buffer is full, or an index has to be seen to first. */
  async put(records: readonly SinkRecord[]): Promise<void> {
    const since = this.#context.clock.now()
    let taken = 0
    try {
      this.#batcher.throwFailure()
      await this.#indices.check()
      for (; taken < records.length; taken++) {
        const record = records[taken] as SinkRecord
        if (this.#takenOver?.has(record)) continue
        const { topic, partition } = record.origin
        const progress = this.#tracker.partition(topic, partition)
        if (this.#batcher.isFull) await this.#batcher.untilRoom(since)
        let route: Route
        try {
          route = this.#routes.of(record)
        } catch (error) {
          await this.#reject(record, progress, error)
          continue
        }
        // The prefix of raw documents' ids ends with the offset, which parts of one record share.
        const json = route.raw && record.part === null ? record.valueJson : null
        if (json !== null && !this.#indices.use(route.resource)) await this.#prepareIndex(route, null, record)
        // Raw JSON with an id of topic, partition and offset: nothing is decoded.
        if (json === null || !this.#addRaw(record, progress, route, json))
          await this.#addDecoded(record, progress, route)
      }
      this.#takenOver = null
      this.#failingSetUpSince = null
      this.#context.gauge('held', 0)
    } catch (error) {
      if (isRetriable(error)) {
        // Meanwhile nothing is set up, so that does not fail either.
        if (this.#batcher.isHeld) this.#failingSetUpSince = null
        // Not by their offsets: those of a topic that was made anew begin again.
        this.#takenOver ??= new Set()
        for (const record of records.slice(0, taken)) this.#takenOver.add(record)
        this.#context.timeout(pauseMs)
        this.#context.gauge('held', codeOf(error) === 'elasticsearch.buffer_full' ? 0 : 1)
      }
      throw error
    } finally {
      this.#batcher.armLinger()
    }
  }

  /** Names what is done; with `closing`, or `flush.synchronously`, writes everything first. */
  async preCommit(
    consumed: readonly PartitionOffset[],
    { closing }: { closing: boolean },
  ): Promise<readonly PartitionOffset[]> {
    if (closing || this.#config['flush.synchronously']) await this.#batcher.drain()
    else this.#batcher.send()
    return this.#tracker.committable(consumed, this.#takenOver !== null)
  }

  close(partitions: readonly TopicPartition[]): void {
    this.#tracker.forget(partitions)
    for (const record of this.#takenOver ?? []) {
      const { topic, partition } = record.origin
      if (partitions.some((closed) => closed.topic === topic && closed.partition === partition)) {
        this.#takenOver?.delete(record)
      }
    }
    // Sealed now: should a partition come back, its records must not share a batch with those that are dropped here.
    this.#batcher.send()
  }

  /** Cuts off what `preCommit` with `closing` did not bring home: it is read again later. */
  async stop(): Promise<void> {
    await this.#batcher.stop()
    await this.#client.close()
  }

  #addRaw(record: SinkRecord, progress: PartitionProgress, route: Route, json: Uint8Array): boolean {
    const batch = this.#batcher.batchFor(route.index, route.lineBytes + json.length)
    const line = this.#routes.idPrefix(record, route, batch.index).lineFor(record.offset)
    if (!batch.body.addRaw(line, json)) return false
    batch.records.pushRaw(record)
    this.#added(batch, record, progress, null)
    return true
  }

  /** Decodes where needed, decides and frames; a record that can't be written is reported, and done with. */
  async #addDecoded(record: SinkRecord, progress: PartitionProgress, route: Route): Promise<void> {
    let write: Write | null
    try {
      write = toWrite(record, route, (schema) => this.#indices.isMapped(route.resource, schema))
    } catch (error) {
      await this.#reject(record, progress, error)
      return
    }
    if (write === null) {
      this.#context.count('records_skipped')
      this.#batcher.account(progress, record)
      return
    }
    if (write.mapping !== null || !this.#indices.use(route.resource)) {
      const problem = await this.#prepareIndex(route, write.mapping, record)
      if (problem !== null) {
        await this.#reject(record, progress, problem)
        return
      }
    }
    const { action, source } = write
    let line = actionLine(action, null, route)
    const sourceBytes = source === null ? 0 : Buffer.byteLength(source)
    const batch = this.#batcher.batchFor(route.index, Buffer.byteLength(line) + sourceBytes + 2)
    if (batch.index !== route.index) line = actionLine(action, route.index, route)
    if (source === null || typeof source === 'string') batch.body.add(line, source)
    else batch.body.addRaw(Buffer.from(`${line} `), source)
    batch.records.pushMade(record)
    this.#added(batch, record, progress, action.id)
  }

  /** Nothing may happen between framing a record and this: the offset belongs to the batch that holds the record. */
  #added(batch: Batch, record: SinkRecord, progress: PartitionProgress, id: string | null): void {
    if (this.#routes.ordered) batch.ids.push(id ?? record.toString())
    batch.account(progress, record)
    this.#batcher.sendIfFull()
  }

  /** Resolves with the error of a record whose fields can't be mapped. */
  async #prepareIndex(
    { resource }: Route,
    wanted: WantedMapping | null,
    record: SinkRecord,
  ): Promise<DataError | null> {
    try {
      await this.#indices.ensureExists(resource)
      if (wanted !== null) await this.#indices.ensureMapping(resource, wanted, record.toString())
      this.#failingSetUpSince = null
      return null
    } catch (error) {
      if (error instanceof DataError) return error
      if (!isRetriable(error)) throw error
      if (codeOf(error) === 'elasticsearch.overloaded') {
        this.#failingSetUpSince = null
        throw error
      }
      this.#failingSetUpSince ??= this.#context.clock.now()
      if (this.#context.clock.now() - this.#failingSetUpSince < this.#config['flush.timeout.ms']) throw error
      throw new ConnectError(codeOf(error) ?? 'elasticsearch.unreachable', messageOf(error), { cause: error })
    }
  }

  /** A record that can't become a document goes by `errors.tolerance`, or `drop.invalid.message` if it could be decoded. */
  async #reject(record: SinkRecord, progress: PartitionProgress, error: unknown): Promise<void> {
    this.#context.count('records_invalid')
    const decoded = (error as { stage?: unknown }).stage === undefined
    await this.#context.reporter.report(record, error, { tolerated: decoded && this.#config['drop.invalid.message'] })
    this.#batcher.account(progress, record)
  }
}
