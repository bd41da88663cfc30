import type { Finding } from '@penstock/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Refusal } from './job.ts'
import { type Outcome, VerifyLedger, worstOf } from './verify-ledger.ts'

const refusal = (offset: number): Refusal => ({
  ...{ topic: 't', partition: 0, offset },
  ...{ stage: 'VALUE_CONVERTER', executingClass: 'Json', exceptionClass: 'DataError', message: 'no JSON' },
})
const outcomeOf: Readonly<Record<string, (offset: number) => Outcome>> = {
  once: () => ({ kind: 'once' }),
  missing: () => ({ kind: 'missing' }),
  several: () => ({ kind: 'several', where: ['a', 'b'] }),
  dropped: () => ({ kind: 'dropped' }),
  failed: (offset) => ({ kind: 'failed', refusal: refusal(offset) }),
  not_verifiable: () => ({ kind: 'not_verifiable', why: 'nobody knows' }),
}

/** Records of two partitions in their order, with holes between the offsets, and what became of each. */
const story = fc.array(
  fc.record({ partition: fc.nat(1), hole: fc.nat(3), kind: fc.constantFrom(...Object.keys(outcomeOf)) }),
  { maxLength: 200 },
)

test('every record is counted once, and the gaps are exactly the missing ones', () => {
  fc.assert(
    fc.property(story, fc.integer({ min: 1, max: 20 }), (events, mostGaps) => {
      const ends = [0, 0]
      const records = events.map(({ partition, hole, kind }) => {
        const offset = (ends[partition] ?? 0) + hole
        ends[partition] = offset + 1
        return { topic: 't', partition, offset, kind }
      })
      const range = (partition: number) => ({ topic: 't', partition, from: 0, to: ends[partition] ?? 0 })
      const ledger = new VerifyLedger([range(0), range(1)], { mostGaps })
      for (const record of records) ledger.book(record, outcomeOf[record.kind]?.(record.offset) as Outcome)
      const { total, partitions, gaps, gapsNotListed, notVerifiable, duplicates, failures } = ledger.report()

      const count = (kind: string): number => records.filter((record) => record.kind === kind).length
      expect(total).toEqual({
        read: records.length,
        found: count('once'),
        missing: count('missing'),
        duplicated: count('several'),
        dropped: count('dropped'),
        failed: count('failed'),
        notVerifiable: count('not_verifiable'),
      })
      expect(partitions.map(({ read }) => read)).toEqual(
        [0, 1].map((p) => records.filter((r) => r.partition === p).length),
      )
      expect(notVerifiable.reduce((sum, reason) => sum + reason.records, 0)).toBe(total.notVerifiable)
      expect([duplicates.length, failures.length]).toEqual([
        Math.min(100, total.duplicated),
        Math.min(100, total.failed),
      ])

      const isIn = (place: { partition: number; offset: number }): boolean =>
        gaps.some(
          ({ partition, from, to }) => partition === place.partition && place.offset >= from && place.offset < to,
        )
      // A gap holds missing records alone, those that are listed as many as they say.
      for (const record of records) if (record.kind !== 'missing') expect(isIn(record)).toBe(false)
      const listed = records.filter((record) => record.kind === 'missing' && isIn(record)).length
      expect(gaps.reduce((sum, gap) => sum + gap.records, 0)).toBe(listed)
      const runs = [0, 1].flatMap((p) =>
        records
          .filter(({ partition }) => partition === p)
          .filter(({ kind }, at, all) => kind === 'missing' && all[at - 1]?.kind !== 'missing'),
      )
      expect(gaps.length + gapsNotListed).toBe(runs.length)
      expect(gaps.length).toBe(Math.min(mostGaps, runs.length))
      if (gapsNotListed === 0) expect(listed).toBe(total.missing)
    }),
  )
})

test('a record that became several is as bad as the worst of them', () => {
  const once: Finding = { kind: 'once' }
  expect(worstOf([])).toEqual({ kind: 'dropped' })
  expect(worstOf([{ kind: 'skipped' }])).toEqual({ kind: 'dropped' })
  expect(worstOf([{ kind: 'skipped' }, once])).toEqual(once)
  expect(worstOf([once, { kind: 'not_verifiable', why: 'x' }])).toEqual({ kind: 'not_verifiable', why: 'x' })
  expect(worstOf([{ kind: 'several', where: [] }, once, { kind: 'missing' }])).toEqual({ kind: 'missing' })
})

test('of many reasons the first are told, and how many records have others', () => {
  const ledger = new VerifyLedger([{ topic: 't', partition: 0, from: 0, to: 30 }], { mostGaps: 1 })
  for (let offset = 0; offset < 30; offset++) {
    ledger.book({ topic: 't', partition: 0, offset }, { kind: 'not_verifiable', why: `reason ${offset}` })
  }
  const reasons = ledger.report().notVerifiable
  expect([reasons.length, reasons.at(-1)]).toEqual([21, { why: 'other reasons', records: 10 }])
})
