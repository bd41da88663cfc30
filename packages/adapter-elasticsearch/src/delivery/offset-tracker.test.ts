import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OffsetTracker, type Span } from './offset-tracker.ts'

const at = (offset: bigint, topic = 't', partition = 0) => ({ topic, partition, offset })

test('nothing is committed beyond a batch that is not done', () => {
  const tracker = new OffsetTracker()
  const progress = tracker.partition('t', 0)
  const [first, second] = [{}, {}]
  const a = progress.take(10n, first) as Span
  expect(progress.take(11n, first)).toBeNull()
  const b = progress.take(12n, second) as Span
  progress.complete(b)
  expect(tracker.committable([at(13n)])).toEqual([at(10n)])
  progress.complete(a)
  expect(tracker.committable([at(13n)])).toEqual([at(13n)])
})

test('consumed offsets are committed as they are when nothing is under way', () => {
  const tracker = new OffsetTracker()
  expect(tracker.committable([at(7n)])).toEqual([at(7n)])
})

test('records read again are written before their offsets are committed, whatever was before and is under way', () => {
  const tracker = new OffsetTracker()
  const progress = tracker.partition('t', 0)
  progress.complete(progress.take(5n, {}) as Span)
  expect(tracker.committable([at(6n)])).toEqual([at(6n)])
  const later = progress.take(6n, {}) as Span
  const again = progress.take(2n, {}) as Span
  expect(tracker.committable([at(5n)])).toEqual([at(2n)])
  progress.complete(again)
  expect(tracker.committable([at(5n)])).toEqual([at(5n)])
  expect(tracker.committable([at(9n)])).toEqual([at(6n)])
  progress.complete(later)
  expect(tracker.committable([at(9n)])).toEqual([at(9n)])
})

test('nor are they when they go into the batch that has later ones', () => {
  const tracker = new OffsetTracker()
  const progress = tracker.partition('t', 0)
  const batch = {}
  const span = progress.take(4n, batch) as Span
  expect(progress.take(0n, batch)).toBeNull()
  expect(tracker.committable([at(3n)])).toEqual([])
  progress.complete(span)
  expect(tracker.committable([at(3n)])).toEqual([at(3n)])
})

test('while records are to be put again nothing beyond the last one taken over is committed', () => {
  const tracker = new OffsetTracker()
  const progress = tracker.partition('t', 0)
  progress.complete(progress.take(5n, {}) as Span)
  expect(tracker.committable([at(100n), at(50n, 'other')], true)).toEqual([at(6n)])
})

test('an offset is committed when all parts of its record are done, whatever batches they went into', () => {
  const tracker = new OffsetTracker()
  const progress = tracker.partition('t', 0)
  const [a, b] = [progress.take(5n, {}, '0') as Span, progress.take(5n, {}, '1') as Span]
  progress.complete(a)
  expect(tracker.committable([at(6n)])).toEqual([at(5n)])
  progress.complete(b)
  expect(tracker.committable([at(6n)])).toEqual([at(6n)])
})

test('while records are to be put again the offset of a record whose parts may be to come is not committed', () => {
  const tracker = new OffsetTracker()
  const progress = tracker.partition('t', 0)
  progress.complete(progress.take(5n, {}, '0') as Span)
  expect(tracker.committable([at(6n)], true)).toEqual([at(5n)])
})

test('forgotten partitions no longer count', () => {
  const tracker = new OffsetTracker()
  const progress = tracker.partition('t', 0)
  const span = progress.take(5n, {}) as Span
  tracker.forget([{ topic: 't', partition: 0 }])
  expect(progress.revoked).toBe(true)
  progress.complete(span)
  expect(tracker.committable([at(3n)])).toEqual([at(3n)])
})

test('whatever the order of acknowledgements, no offset passes an unacknowledged record', () => {
  const records = fc.array(fc.record({ partition: fc.nat(2), batch: fc.nat(1), gap: fc.integer({ min: 1, max: 3 }) }))
  fc.assert(
    fc.property(records, fc.array(fc.nat()), (plan, acks) => {
      const tracker = new OffsetTracker()
      const batches: { spans: Span[]; records: [number, bigint][]; done: boolean }[] = []
      const next = [0n, 0n, 0n]
      for (const { partition, batch, gap } of plan) {
        if (batch === 0 || batches.length === 0) batches.push({ spans: [], records: [], done: false })
        const owner = batches.at(-1)!
        const offset = next[partition]! + BigInt(gap)
        next[partition] = offset + 1n
        const span = tracker.partition('t', partition).take(offset, owner)
        if (span) owner.spans.push(span)
        owner.records.push([partition, offset])
      }
      const consumed = next.map((offset, partition) => at(offset, 't', partition))
      const check = () => {
        for (const { partition, offset } of tracker.committable(consumed)) {
          for (const batch of batches) {
            if (batch.done) continue
            for (const [p, unacked] of batch.records) if (p === partition) expect(offset <= unacked).toBe(true)
          }
        }
      }
      for (const ack of acks) {
        const batch = batches[ack % Math.max(1, batches.length)]
        if (batch === undefined) break
        if (!batch.done) for (const span of batch.spans) span.partition.complete(span)
        batch.done = true
        check()
      }
      for (const batch of batches) {
        if (!batch.done) for (const span of batch.spans) span.partition.complete(span)
        batch.done = true
      }
      expect(tracker.committable(consumed)).toEqual(consumed.filter(({ offset }) => offset > 0n))
    }),
  )
})
