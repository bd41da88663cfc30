/** Records on their way to a sink: bytes until somebody looks at them. Those of sources: source-record.ts. */
import { knownAcrossCopies } from './copies.ts'
import type { SchemaAndValue } from './schema.ts'

/** One header of a record; names may repeat. */
export interface Header extends SchemaAndValue {
  readonly name: string
}

/** A key or value that is decoded when somebody looks at it. */
export interface LazyPart {
  /**
   * The undecoded bytes when they are JSON text of exactly this value: a sink that writes JSON may copy them instead of
   * decoding and encoding again. Never trusted to be well-formed.
   */
  readonly json: Uint8Array | null
  /** Decodes once. Throws what the converter throws, each time it is asked. */
  get(): SchemaAndValue
  /** The same part of another record, not decoded either; absent where the part is not what came from Kafka. */
  of?(origin: RecordOrigin): LazyPart
}

/** A part that is there already, or that a function decodes. */
export class Lazy implements LazyPart {
  readonly json: Uint8Array | null
  #decode: (() => SchemaAndValue) | null
  #decoded: SchemaAndValue | null

  private constructor(decode: (() => SchemaAndValue) | null, decoded: SchemaAndValue | null, json: Uint8Array | null) {
    this.#decode = decode
    this.#decoded = decoded
    this.json = json
  }

  static of(decoded: SchemaAndValue): Lazy {
    return new Lazy(null, decoded, null)
  }

  static from(decode: () => SchemaAndValue, json: Uint8Array | null): Lazy {
    return new Lazy(decode, null, json)
  }

  get(): SchemaAndValue {
    if (this.#decoded === null) {
      this.#decoded = (this.#decode as () => SchemaAndValue)()
      this.#decode = null
    }
    return this.#decoded
  }
}

/** Where a sink record came from in Kafka, untouched by transformations; commits and dead letters use it. */
export interface RecordOrigin {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  /** Epoch milliseconds, null when the broker keeps none. */
  readonly timestamp: number | null
  readonly timestampType: 'CreateTime' | 'LogAppendTime' | 'NoTimestampType'
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly (readonly [string, Uint8Array | null])[]
  /** True when there is neither a key nor a header; absent where nobody has looked. */
  readonly isBare?: boolean
}

/** What a transformation may change of a record. Absent members stay as they are. */
export interface RecordChanges {
  readonly topic?: string
  readonly partition?: number | null
  readonly timestamp?: number | null
  readonly key?: SchemaAndValue
  readonly value?: SchemaAndValue
  readonly headers?: readonly Header[]
}

/**
 * A record on its way through transformations: immutable, changed by {@link SinkRecord.with} and friends.
 * A transformation must not care whether it sees a source or a sink record, except where Kafka Connect does too.
 */
export interface ConnectRecord<Self = unknown> {
  readonly kind: 'sink' | 'source'
  readonly topic: string
  readonly partition: number | null
  readonly timestamp: number | null
  /** Decoded on first use; may throw a StageError of the converter. */
  readonly key: SchemaAndValue
  readonly value: SchemaAndValue
  readonly headers: readonly Header[]
  with(changes: RecordChanges): Self
  /** The same record as the `index`-th of those that a transformation made of one; the framework calls it. */
  asPart(index: number): Self
}

/** A record read from Kafka. */
export class SinkRecord implements ConnectRecord<SinkRecord> {
  readonly kind = 'sink'
  readonly topic: string
  readonly partition: number
  readonly timestamp: number | null
  readonly origin: RecordOrigin
  /**
   * Which of the records that transformations made of one in Kafka: `2`, or `2.0` where a part was split again. Null for
   * a record that was not split. With topic, partition and offset it is what makes this record unique.
   */
  readonly part: string | null
  /** The key was set after the split, so that it tells this part from the others. */
  readonly partHasOwnKey: boolean
  readonly #key: LazyPart
  readonly #value: LazyPart
  readonly #headers: readonly Header[] | (() => readonly Header[])

  constructor(
    origin: RecordOrigin,
    key: LazyPart,
    value: LazyPart,
    headers: readonly Header[] | (() => readonly Header[]),
    topic: string = origin.topic,
    partition: number = origin.partition,
    timestamp: number | null = origin.timestamp,
    part: string | null = null,
    partHasOwnKey = false,
  ) {
    this.origin = origin
    this.part = part
    this.partHasOwnKey = partHasOwnKey
    this.topic = topic
    this.partition = partition
    this.timestamp = timestamp
    this.#key = key
    this.#value = value
    this.#headers = headers
  }

  /** The record's position in Kafka; transformations can't change it. */
  get offset(): bigint {
    return this.origin.offset
  }

  get key(): SchemaAndValue {
    return this.#key.get()
  }

  get value(): SchemaAndValue {
    return this.#value.get()
  }

  get headers(): readonly Header[] {
    return typeof this.#headers === 'function' ? this.#headers() : this.#headers
  }

  /** The value's JSON text as it came from Kafka, when nothing has changed it; see {@link Lazy.json}. */
  get valueJson(): Uint8Array | null {
    return this.#value.json
  }

  with(changes: RecordChanges): SinkRecord {
    return new SinkRecord(
      this.origin,
      changes.key ? Lazy.of(changes.key) : this.#key,
      changes.value ? Lazy.of(changes.value) : this.#value,
      changes.headers ?? this.#headers,
      changes.topic ?? this.topic,
      changes.partition ?? this.partition,
      changes.timestamp === undefined ? this.timestamp : changes.timestamp,
      this.part,
      this.partHasOwnKey || (this.part !== null && changes.key !== undefined),
    )
  }

  asPart(index: number): SinkRecord {
    const part = this.part === null ? String(index) : `${this.part}.${index}`
    return new SinkRecord(
      this.origin,
      this.#key,
      this.#value,
      this.#headers,
      this.topic,
      this.partition,
      this.timestamp,
      part,
    )
  }

  /** Key and value are as they came from Kafka, and not of a part: {@link withOrigin} can be used. */
  get isEncoded(): boolean {
    return this.part === null && this.#key.of !== undefined && this.#value.of !== undefined
  }

  /**
   * What this record would be, had it come from there: with the same topic and the same converters. For tasks that hold
   * many records and would rather make the few anew that they look at again.
   */
  withOrigin(origin: RecordOrigin): SinkRecord {
    const key = this.#key.of?.(origin)
    const value = this.#value.of?.(origin)
    if (key === undefined || value === undefined) throw new TypeError(`record ${this} is not as it came from Kafka`)
    return new SinkRecord(origin, key, value, [], this.topic, origin.partition, origin.timestamp)
  }

  /** `topic-partition@offset` of the record in Kafka, with the part of a split one, for messages. */
  toString(): string {
    const position = `${this.origin.topic}-${this.origin.partition}@${this.origin.offset}`
    return this.part === null ? position : `${position} part ${this.part}`
  }
}
knownAcrossCopies(SinkRecord, 'SinkRecord')
