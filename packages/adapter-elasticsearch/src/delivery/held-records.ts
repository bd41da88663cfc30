/**
 * The records of a batch by item. A task holds tens of thousands of them until they are written, and nearly always it
 * needs nothing of them again. So of most records only numbers are kept, and the bytes that came from Kafka: the record
 * is garbage as soon as it is framed. On the way without decoding that is a quarter of the CPU time and a third of the
 * memory, most of it the garbage collector's.
 */
import { Lazy, type RecordOrigin, SinkRecord } from '@penstock/core'
import type { BufferPool } from './bulk-body.ts'
import { Originals } from './originals.ts'
import { withPlaceFor } from './room.ts'

/** Neighbours that are held in the same way. */
interface Run {
  /** The first item. */
  readonly from: number
  /** A record of the partition, which the others are made like. */
  readonly like: SinkRecord
  readonly kind: 'whole' | 'raw' | 'copied' | 'changed'
  /** The records themselves, of those that are held whole. */
  readonly whole: SinkRecord[]
}

export class HeldRecords {
  length = 0
  readonly #runs: Run[] = []
  #latest: Run | null = null
  #offsets = new Float64Array(0)
  #timestamps = new Float64Array(0)
  /** What came from Kafka of those whose body holds something else. */
  readonly #originals: Originals
  readonly #expectedItems: number
  #wholeBytes = 0

  /** Grows where more items come than are expected. */
  constructor(pool: BufferPool, expectedItems: number) {
    this.#originals = new Originals(pool, expectedItems)
    this.#expectedItems = expectedItems
  }

  /** What is held of them beside the body, as they came from Kafka. */
  get byteLength(): number {
    return this.#originals.byteLength + this.#wholeBytes
  }

  /** Hands its memory to the batches to come. */
  giveBack(): void {
    this.#originals.giveBack()
  }

  /** Holds a record whose undecoded value is in the body. */
  pushRaw(record: SinkRecord): void {
    if (isBare(record.origin) && record.isEncoded === true) this.#pushNumbers('raw', record)
    else this.#pushWhole(record)
  }

  /** Holds a record whose document was made of its value. */
  pushMade(record: SinkRecord): void {
    const kind = kindOfMade(record)
    const { value } = record.origin
    if (kind === 'whole' || value === null) {
      this.#pushWhole(record)
      return
    }
    this.#originals.put(this.length, value)
    this.#pushNumbers(kind, record)
  }

  /** False where only the origin can be looked at; then the value had no schema. */
  holdsValue(item: number): boolean {
    return this.#runOf(item).kind !== 'changed'
  }

  partitionOf(item: number): Pick<RecordOrigin, 'topic' | 'partition'> {
    return this.#runOf(item).like.origin
  }

  /** The record of an item; `rawOf` gives a copy of the bytes of one that is in the body. See {@link holdsValue}. */
  at(item: number, rawOf: (item: number) => Uint8Array): SinkRecord {
    const { from, like, kind, whole } = this.#runOf(item)
    switch (kind) {
      case 'whole':
        return whole[item - from] as SinkRecord
      case 'raw':
        return like.withOrigin(this.#originOf(item, like, rawOf(item)))
      case 'copied':
        return like.withOrigin(this.#originOf(item, like, this.#originals.copyOf(item)))
      case 'changed': {
        const origin = this.#originOf(item, like, this.#originals.copyOf(item))
        return new SinkRecord(origin, notHeld, notHeld, [], like.topic, origin.partition, origin.timestamp)
      }
    }
  }

  #originOf(item: number, { origin }: SinkRecord, value: Uint8Array): RecordOrigin {
    const { topic, partition, timestampType } = origin
    return {
      ...{ topic, partition, timestampType, value, key: null, headers: [] },
      offset: BigInt(this.#offsets[item] as number),
      timestamp: this.#timestamps[item] as number,
    }
  }

  #pushWhole(record: SinkRecord): void {
    this.#runFor('whole', record).whole.push(record)
    const { key, value } = record.origin
    this.#wholeBytes += (key?.length ?? 0) + (value?.length ?? 0)
    this.length++
  }

  #pushNumbers(kind: Exclude<Run['kind'], 'whole'>, record: SinkRecord): void {
    this.#runFor(kind, record)
    const item = this.length++
    this.#offsets = withPlaceFor(this.#offsets, item, this.#expectedItems)
    this.#timestamps = withPlaceFor(this.#timestamps, item, this.#expectedItems)
    this.#offsets[item] = Number(record.origin.offset)
    this.#timestamps[item] = record.origin.timestamp as number
  }

  /** The run that the record continues, or a new one. */
  #runFor(kind: Run['kind'], record: SinkRecord): Run {
    const latest = this.#latest
    if (latest?.kind === kind && isLike(latest.like, record)) return latest
    const run: Run = { from: this.length, like: record, kind, whole: [] }
    this.#runs.push(run)
    this.#latest = run
    return run
  }

  #runOf(item: number): Run {
    return this.#runs.findLast(({ from }) => from <= item) as Run
  }
}

const notHeld = Lazy.from(() => {
  throw new TypeError('what a record was changed to is not held once it is framed')
}, null)

/** `copied` was not decoded, and is not decoded here: should it not be JSON, Elasticsearch refuses it as one of many. */
function kindOfMade(record: SinkRecord): 'whole' | 'copied' | 'changed' {
  if (record.part !== null || !isBare(record.origin)) return 'whole'
  if (record.valueJson !== null) return record.isEncoded ? 'copied' : 'changed'
  return record.value.schema === null ? 'changed' : 'whole'
}

/** Anything else there is of it would have to be held anyhow. */
function isBare(origin: RecordOrigin): boolean {
  return origin.isBare === true && origin.timestamp !== null
}

function isLike(a: SinkRecord, b: SinkRecord): boolean {
  return a.origin.partition === b.origin.partition && a.topic === b.topic && a.origin.topic === b.origin.topic
}
