/** Reads the records of given offset ranges, a few at a time: what is not asked for yet waits in Kafka. */
import { type Clock, RetriableError, type TopicPartition } from '@penstock/core'
import type { ConsumedMessage, KafkaConsumer, Position } from '../../kafka/consumer.ts'
import { partitionKey } from '../../kafka/places.ts'
import type { OffsetRange } from './job.ts'

/** The part of the consumer that is used here. */
export type RangeConsumer = Pick<KafkaConsumer, 'poll' | 'assign' | 'pause' | 'resume' | 'seek' | 'onEndOfPartition'>

const pollTimeoutMs = 500
const seekTimeoutMs = 10_000
/** Nothing at all for so long: no record, and no end of a partition either. */
const stalledMs = 60_000
/** Records between two ranges are read and thrown away, up to so many. */
const cheapToSkip = 2_000

interface Cursor extends TopicPartition {
  /** In their order, not overlapping. */
  readonly ranges: readonly OffsetRange[]
  /** The range that is read; beyond the last one the partition is done. */
  current: number
  /** The range that the consumer has been told of. */
  told: number
  /** The next offset to come. */
  next: number
}

export class RangeReader {
  readonly #consumer: RangeConsumer
  readonly #clock: Clock
  readonly #cursors = new Map<string, Cursor>()
  readonly #ends: (TopicPartition & { offset: number })[] = []
  #started = false
  recordsRead = 0
  readonly offsetsTotal: number

  /** Ranges of one partition may come in any order and overlap. */
  constructor(consumer: RangeConsumer, ranges: readonly OffsetRange[], clock: Clock) {
    this.#consumer = consumer
    this.#clock = clock
    for (const [name, ofPartition] of Map.groupBy(ranges, partitionKey)) {
      const merged = mergeRanges(ofPartition)
      const [first] = merged
      if (first === undefined) continue
      const { topic, partition, from } = first
      this.#cursors.set(name, { topic, partition, ranges: merged, current: 0, told: 0, next: from })
    }
    this.offsetsTotal = sum(
      [...this.#cursors.values()].flatMap(({ ranges: all }) => all.map(({ from, to }) => to - from)),
    )
  }

  get offsetsDone(): number {
    return sum(
      [...this.#cursors.values()].flatMap(({ ranges, current, next }) =>
        ranges.map(({ from, to }, at) => {
          if (at < current) return to - from
          return at === current ? Math.min(to, Math.max(from, next)) - from : 0
        }),
      ),
    )
  }

  /** The next offset of each partition; of a finished one, the end of its last range. */
  positions(): Position[] {
    return [...this.#cursors.values()].map(({ topic, partition, ranges, current, next }) => {
      const end = ranges.at(-1)?.to ?? 0
      return { topic, partition, offset: current < ranges.length ? Math.min(next, end) : end }
    })
  }

  /**
   * Up to `max` records, at least one, each partition's in its order; null at the end, or once `signal` has aborted.
   * Offsets without a record are passed over.
   */
  async read(max: number, signal: AbortSignal): Promise<ConsumedMessage[] | null> {
    this.#start()
    let quietSince = this.#clock.now()
    while (!signal.aborted && this.#isOpen()) {
      const messages = await this.#consumer.poll(max, pollTimeoutMs)
      if (messages.length > 0 || this.#ends.length > 0) quietSince = this.#clock.now()
      const wanted = messages.filter((message) => this.#take(message))
      for (const end of this.#ends.splice(0)) this.#reachEnd(end)
      await this.#move()
      this.recordsRead += wanted.length
      if (wanted.length > 0) return wanted
      if (this.#clock.now() - quietSince > stalledMs) throw stalled(this.positions())
    }
    return null
  }

  #start(): void {
    if (this.#started) return
    this.#started = true
    this.#consumer.onEndOfPartition = (end) => void this.#ends.push(end)
    const open = [...this.#cursors.values()]
    if (open.length === 0) return
    this.#consumer.assign(open.map(({ topic, partition, next }) => ({ topic, partition, offset: next })))
    // A pause outlasts the assignment, and a reader before this one may have finished these.
    this.#consumer.resume(open.map(({ topic, partition }) => ({ topic, partition })))
  }

  #isOpen(): boolean {
    for (const { current, ranges } of this.#cursors.values()) if (current < ranges.length) return true
    return false
  }

  /** Whether a record is one of those to read. */
  #take({ topic, partition, offset }: ConsumedMessage): boolean {
    const cursor = this.#cursors.get(partitionKey({ topic, partition }))
    if (cursor === undefined || offset < cursor.next) return false
    cursor.next = offset
    pass(cursor)
    const range = cursor.ranges[cursor.current]
    cursor.next = offset + 1
    return range !== undefined && offset >= range.from
  }

  #reachEnd({ topic, partition, offset }: TopicPartition & { offset: number }): void {
    const cursor = this.#cursors.get(partitionKey({ topic, partition }))
    // One of before a jump says nothing.
    if (cursor === undefined || offset < cursor.next) return
    cursor.current = cursor.ranges.length
  }

  /** Finished partitions are quiet from now on, others jump to their next range. */
  async #move(): Promise<void> {
    for (const cursor of this.#cursors.values()) {
      pass(cursor)
      if (cursor.told === cursor.current) continue
      cursor.told = cursor.current
      const { topic, partition } = cursor
      const range = cursor.ranges[cursor.current]
      if (range === undefined) this.#consumer.pause([{ topic, partition }])
      else if (range.from - cursor.next > cheapToSkip) {
        cursor.next = range.from
        await this.#consumer.seek({ topic, partition, offset: range.from }, seekTimeoutMs)
      }
    }
  }
}

/** Goes on to the range that the next offset belongs to, or that follows it. */
function pass(cursor: Cursor): void {
  while (cursor.current < cursor.ranges.length && cursor.next >= (cursor.ranges[cursor.current] as OffsetRange).to) {
    cursor.current++
  }
}

/** The same offsets in order, without overlaps. */
export function mergeRanges(ranges: readonly OffsetRange[]): OffsetRange[] {
  const merged: OffsetRange[] = []
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    if (range.from >= range.to) continue
    const last = merged.at(-1)
    if (last === undefined || range.from > last.to) merged.push(range)
    else if (range.to > last.to) merged[merged.length - 1] = { ...last, to: range.to }
  }
  return merged
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function stalled(positions: readonly Position[]): RetriableError {
  const where = positions.slice(0, 3).map(({ topic, partition, offset }) => `${topic}-${partition}@${offset}`)
  return new RetriableError(
    'inspection.stalled',
    `Kafka gave no records for ${stalledMs / 1000} s (next would be ${where.join(', ')}${positions.length > 3 ? ' …' : ''}); see whether its brokers are up, and ask again`,
  )
}
