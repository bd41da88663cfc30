/** Records that a source makes, with the position where it goes on after a restart. Those of sinks: record.ts. */
import { knownAcrossCopies } from './copies.ts'
import type { ConnectRecord, Header, RecordChanges } from './record.ts'
import { nothing, type SchemaAndValue } from './schema.ts'

/** What a source's partitions and offsets may hold: they are stored as JSON. */
export type SourceValue = string | number | bigint | boolean | null

/**
 * One of the streams that a source reads (a file, a table, a shard), named by the source's own members. Its JSON text is
 * its identity: give the members always in the same order.
 */
export type SourcePartition = Readonly<Record<string, SourceValue>>

/** A source's position in a {@link SourcePartition}: where it goes on after a restart. */
export type SourceOffset = Readonly<Record<string, SourceValue>>

/** What a source task makes a record of. */
export interface SourceRecordFields {
  readonly sourcePartition: SourcePartition
  /** The position after this record. */
  readonly sourceOffset: SourceOffset
  readonly topic: string
  /** Absent or null: chosen by the key. */
  readonly partition?: number | null
  /** Epoch milliseconds; absent or null: the time of sending. */
  readonly timestamp?: number | null
  readonly key?: SchemaAndValue
  readonly value: SchemaAndValue
  readonly headers?: readonly Header[]
}

/** A record on its way to Kafka. */
export class SourceRecord implements ConnectRecord<SourceRecord> {
  readonly kind = 'source'
  readonly sourcePartition: SourcePartition
  readonly sourceOffset: SourceOffset
  readonly topic: string
  readonly partition: number | null
  readonly timestamp: number | null
  readonly key: SchemaAndValue
  readonly value: SchemaAndValue
  readonly headers: readonly Header[]

  constructor(fields: SourceRecordFields) {
    this.sourcePartition = fields.sourcePartition
    this.sourceOffset = fields.sourceOffset
    this.topic = fields.topic
    this.partition = fields.partition ?? null
    this.timestamp = fields.timestamp ?? null
    this.key = fields.key ?? nothing
    this.value = fields.value
    this.headers = fields.headers ?? []
  }

  with(changes: RecordChanges): SourceRecord {
    return new SourceRecord({
      sourcePartition: this.sourcePartition,
      sourceOffset: this.sourceOffset,
      topic: changes.topic ?? this.topic,
      partition: changes.partition === undefined ? this.partition : changes.partition,
      timestamp: changes.timestamp === undefined ? this.timestamp : changes.timestamp,
      key: changes.key ?? this.key,
      value: changes.value ?? this.value,
      headers: changes.headers ?? this.headers,
    })
  }

  /** The source keeps no identity per record: parts of a record are records like any other. */
  asPart(): SourceRecord {
    return this
  }

  /** The record's place in its source, for messages. */
  toString(): string {
    return `record of ${JSON.stringify(this.sourcePartition, plain)} at ${JSON.stringify(this.sourceOffset, plain)}`
  }
}
knownAcrossCopies(SourceRecord, 'SourceRecord')

function plain(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
