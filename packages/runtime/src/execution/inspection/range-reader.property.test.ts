import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ConsumedMessage, EndOfPartition, Position } from '../../kafka/consumer.ts'
import { message } from '../fixtures/messages.ts'
import type { OffsetRange } from './job.ts'
import { mergeRanges, type RangeConsumer, RangeReader } from './range-reader.ts'

/** Partitions of topic `t` with records at these offsets only; ends are told as librdkafka does, before the records of a poll. */
class LogConsumer implements RangeConsumer {
  onEndOfPartition: ((end: EndOfPartition) => void) | null = null
  readonly #logs: readonly (readonly number[])[]
  readonly #ends: readonly number[]
  readonly #next = new Map<number, number>()
  readonly #paused = new Set<number>()
  seeks = 0
  polled = 0

  constructor(logs: readonly (readonly number[])[], ends: readonly number[]) {
    this.#logs = logs
    this.#ends = ends
  }

  /** As in librdkafka, a pause outlasts it. */
  assign(positions: readonly Position[]): void {
    this.#next.clear()
    for (const { partition, offset } of positions) this.#next.set(partition, offset)
  }

  pause(partitions: readonly { partition: number }[]): void {
    for (const { partition } of partitions) this.#paused.add(partition)
  }

  resume(partitions: readonly { partition: number }[]): void {
    for (const { partition } of partitions) this.#paused.delete(partition)
  }

  async seek({ partition, offset }: Position): Promise<void> {
    this.seeks++
    this.#next.set(partition, offset)
  }

  async poll(max: number): Promise<ConsumedMessage[]> {
    const messages: ConsumedMessage[] = []
    for (const [partition, next] of this.#next) {
      if (this.#paused.has(partition)) continue
      const found = (this.#logs[partition] ?? []).filter((offset) => offset >= next).slice(0, max - messages.length)
      messages.push(...found.map((offset) => message({ partition, offset })))
      const last = found.at(-1)
      if (last !== undefined) this.#next.set(partition, last + 1)
      const rest = (this.#logs[partition] ?? []).some((offset) => offset > (last ?? next - 1))
      if (!rest) this.onEndOfPartition?.({ topic: 't', partition, offset: this.#ends[partition] ?? 0 })
    }
    this.polled += messages.length
    return messages
  }
}

const clock = { now: () => 0 }
const topic = 't'

async function readAll(reader: RangeReader, max: number): Promise<string[]> {
  const read: string[] = []
  for (;;) {
    const messages = await reader.read(max, new AbortController().signal)
    if (messages === null) return read
    expect(messages.length).toBeGreaterThan(0)
    expect(messages.length).toBeLessThanOrEqual(max)
    read.push(...messages.map(({ partition, offset }) => `${partition}@${offset}`))
  }
}

const offset = fc.integer({ min: 0, max: 40 })
const logs = fc.array(
  fc.uniqueArray(offset).map((offsets) => offsets.sort((a, b) => a - b)),
  { minLength: 1, maxLength: 4 },
)
const ranges = fc.array(fc.tuple(fc.nat(3), offset, offset), { maxLength: 8 })

test('exactly the records of the ranges are read, in order, whatever offsets are empty', async () => {
  await fc.assert(
    fc.asyncProperty(logs, ranges, fc.integer({ min: 1, max: 10 }), async (partitions, wanted, max) => {
      const ends = partitions.map((offsets) => (offsets.at(-1) ?? -1) + 1)
      const given = wanted
        .map(
          ([partition, a, b]): OffsetRange => ({
            topic,
            partition: partition % partitions.length,
            from: Math.min(a, b),
            to: Math.max(a, b),
          }),
        )
        .map((range) => ({ ...range, to: Math.min(range.to, ends[range.partition] ?? 0) }))
        .filter(({ from, to }) => from < to)
      const reader = new RangeReader(new LogConsumer(partitions, ends), given, clock)
      const read = await readAll(reader, max)
      const isWanted = (partition: number, at: number): boolean =>
        given.some((range) => range.partition === partition && at >= range.from && at < range.to)
      const expected = partitions.flatMap((offsets, partition) =>
        offsets.filter((at) => isWanted(partition, at)).map((at) => `${partition}@${at}`),
      )
      const ofPartition = (partition: number) => (place: string) => place.startsWith(`${partition}@`)
      for (const [partition] of partitions.entries()) {
        expect(read.filter(ofPartition(partition))).toEqual(expected.filter(ofPartition(partition)))
      }
      expect(reader.recordsRead).toBe(expected.length)
      expect(reader.offsetsDone).toBe(reader.offsetsTotal)
      for (const position of reader.positions()) {
        const last = Math.max(...given.filter(({ partition }) => partition === position.partition).map(({ to }) => to))
        expect(position.offset).toBe(last)
      }
    }),
  )
})

test('merged ranges cover the same offsets, once', () => {
  const list = fc.array(fc.tuple(offset, offset).map(([a, b]) => ({ topic, partition: 0, from: a, to: b })))
  fc.assert(
    fc.property(list, (given) => {
      const covered = (all: readonly OffsetRange[]) =>
        Array.from({ length: 45 }, (_, at) => all.some(({ from, to }) => at >= from && at < to))
      const merged = mergeRanges(given)
      expect(covered(merged)).toEqual(covered(given))
      for (const [index, range] of merged.slice(1).entries()) expect(range.from).toBeGreaterThan(merged[index]?.to ?? 0)
    }),
  )
})

test('a long way between two ranges is jumped over', async () => {
  const offsets = Array.from({ length: 10_000 }, (_, at) => at)
  const consumer = new LogConsumer([offsets], [10_000])
  const given = [
    { topic, partition: 0, from: 10, to: 12 },
    { topic, partition: 0, from: 9_000, to: 9_001 },
  ]
  expect(await readAll(new RangeReader(consumer, given, clock), 100)).toEqual(['0@10', '0@11', '0@9000'])
  expect(consumer.seeks).toBe(1)
  expect(consumer.polled).toBeLessThan(300)
})

test('one reader after the other reads with the same consumer', async () => {
  const consumer = new LogConsumer([[0, 1, 2, 3, 4]], [5])
  for (const from of [3, 1]) {
    const reader = new RangeReader(consumer, [{ topic, partition: 0, from, to: from + 2 }], clock)
    expect(await readAll(reader, 10)).toEqual([`0@${from}`, `0@${from + 1}`])
  }
})

test('positions and progress follow the records', async () => {
  const consumer = new LogConsumer([[0, 1, 2, 5, 6]], [7])
  const reader = new RangeReader(consumer, [{ topic, partition: 0, from: 1, to: 7 }], clock)
  await reader.read(2, new AbortController().signal)
  expect([reader.positions(), reader.offsetsDone, reader.offsetsTotal]).toEqual([
    [{ topic, partition: 0, offset: 3 }],
    2,
    6,
  ])
})

test('a cancelled reader ends, and one that hears nothing for a minute says so', async () => {
  const silent: RangeConsumer = {
    onEndOfPartition: null,
    poll: async () => [],
    assign: () => {},
    pause: () => {},
    resume: () => {},
    seek: async () => {},
  }
  const given = [{ topic, partition: 0, from: 0, to: 9 }]
  expect(await new RangeReader(silent, given, clock).read(10, AbortSignal.abort())).toBe(null)
  let now = 0
  const reader = new RangeReader(silent, given, { now: () => (now += 10_000) })
  await expect(reader.read(10, new AbortController().signal)).rejects.toMatchObject({
    code: 'inspection.stalled',
    message: expect.stringContaining('t-0@0'),
  })
})
