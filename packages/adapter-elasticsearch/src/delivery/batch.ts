/** The records that go into one bulk request, with what is needed to retry, report and account for them. */
import type { SinkRecord } from '@penstock/core'
import { type BufferPool, BulkBody } from './bulk-body.ts'
import { HeldRecords } from './held-records.ts'
import type { PartitionProgress, Span } from './offset-tracker.ts'

export class Batch {
  readonly body: BulkBody
  /** The index in the request's path, that of the first document; items of other indices name theirs. */
  index: string
  readonly records: HeldRecords
  /** Document ids by item where the order of writes to one id matters, else empty. */
  readonly ids: string[] = []
  readonly #pool: BufferPool
  readonly #spans: Span[] = []

  constructor(index: string, pool: BufferPool, expectedItems: number) {
    this.index = index
    this.#pool = pool
    this.body = new BulkBody(pool.take(), expectedItems)
    this.records = new HeldRecords(pool, expectedItems)
  }

  get size(): number {
    return this.records.length
  }

  /**
   * The larger of its body and of what is held beside it: mostly they are alike, but a transformation may leave a few bytes of
   * a large record.
   */
  get byteLength(): number {
    return Math.max(this.body.byteLength, this.records.byteLength)
  }

  recordOf(item: number): SinkRecord {
    return this.records.at(item, (item) => this.body.original(item))
  }

  indexOf(item: number): string {
    return this.body.target(item).index ?? this.index
  }

  idOf(item: number): string | null {
    return this.body.target(item).id
  }

  /** The document of an item, for people. */
  documentName(item: number): string {
    return `document ${this.idOf(item) ?? 'without id'} of index ${this.indexOf(item)}`
  }

  /** Makes this batch responsible for the record's offset. */
  account(partition: PartitionProgress, record: SinkRecord): void {
    const span = partition.take(record.offset, this, record.part)
    if (span !== null) this.#spans.push(span)
  }

  /** True when some of its records belong to partitions that were taken away. */
  get partlyRevoked(): boolean {
    return this.#spans.some((span) => span.partition.revoked)
  }

  isRevoked(item: number): boolean {
    const { topic, partition } = this.records.partitionOf(item)
    return this.#spans.some(
      ({ partition: progress }) => progress.revoked && progress.topic === topic && progress.partition === partition,
    )
  }

  /** Hands its memory to the batches to come; nothing may read or send it any more. */
  giveBack(): void {
    this.#pool.give(this.body.buffer, this.body.byteLength)
    this.records.giveBack()
  }

  /** All of it is written, or refused and reported: its offsets may be committed. */
  complete(): void {
    for (const span of this.#spans) span.partition.complete(span)
  }
}
