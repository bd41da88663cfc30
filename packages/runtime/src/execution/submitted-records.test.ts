import type { SourcePartition } from '@penstock/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type StoredPosition, SubmittedRecords } from './submitted-records.ts'

const a: SourcePartition = { file: 'a' }
const at = (line: number) => ({ line })
const offsetsOf = (positions: readonly StoredPosition[]) =>
  positions.map(({ partition, offset }) => `${partition.file}@${offset.line}`).sort()

test('a position is handed out when all before it are acknowledged, the newest only, and once', () => {
  const records = new SubmittedRecords()
  const [first, second, third] = [1, 2, 3].map((line) => records.submit(a, at(line)))
  second?.()
  third?.()
  expect([records.takePositions(), records.pending]).toEqual([[], 1])
  first?.()
  expect(offsetsOf(records.takePositions())).toEqual(['a@3'])
  expect([records.takePositions(), records.pending]).toEqual([[], 0])
})

test('partitions with equal contents are one, whatever objects stand for them', () => {
  const records = new SubmittedRecords()
  const first = records.submit({ file: 'a' }, at(1))
  records.submit({ file: 'b' }, at(7))()
  records.submit({ file: 'a' }, at(2))()
  expect(offsetsOf(records.takePositions())).toEqual(['b@7'])
  first()
  expect(offsetsOf(records.takePositions())).toEqual(['a@2'])
})

test('positions that could not be stored come again, unless there are newer ones', () => {
  const records = new SubmittedRecords()
  records.submit(a, at(1))()
  records.submit({ file: 'b' }, at(1))()
  const failed = records.takePositions()
  records.submit(a, at(2))()
  records.putBack(failed)
  expect(offsetsOf(records.takePositions())).toEqual(['a@2', 'b@1'])
})

describe('waiting', () => {
  test('ends when enough are acknowledged', async () => {
    const records = new SubmittedRecords()
    const acknowledge = [1, 2].map((line) => records.submit(a, at(line)))
    const atMostOne = records.untilPendingAtMost(1, new AbortController().signal)
    acknowledge[0]?.()
    await atMostOne
    await records.untilPendingAtMost(1, new AbortController().signal)
  })

  test('ends with its signal, and leaves no listener behind', async () => {
    const records = new SubmittedRecords()
    const acknowledge = records.submit(a, at(1))
    const controller = new AbortController()
    const { signal } = controller
    let listeners = 0
    const counting: AbortSignal = Object.assign(Object.create(signal), {
      addEventListener: (type: 'abort', listener: () => void) => {
        listeners++
        signal.addEventListener(type, listener)
      },
      removeEventListener: (type: 'abort', listener: () => void) => {
        listeners--
        signal.removeEventListener(type, listener)
      },
    })
    Object.defineProperty(counting, 'aborted', { get: () => signal.aborted })
    const waits = [records.untilPendingAtMost(0, counting), records.untilPendingAtMost(0, counting)]
    controller.abort()
    await Promise.all([...waits, records.untilPendingAtMost(0, counting)])
    expect([listeners, records.pending]).toEqual([0, 1])
    acknowledge()
  })
})

test('a queue that never empties is cut, and still in order', () => {
  const records = new SubmittedRecords()
  let last = records.submit(a, at(0))
  for (let line = 1; line <= 5_000; line++) {
    const next = records.submit(a, at(line))
    last()
    last = next
  }
  expect(offsetsOf(records.takePositions())).toEqual(['a@4999'])
})

test('whatever the order, no position passes a record that is not acknowledged, and none goes back', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('submit' as const), partition: fc.nat({ max: 2 }) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('store' as const), fails: fc.boolean() }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const records = new SubmittedRecords()
      const lines = new Map<number, number>()
      const stored = new Map<number, number>()
      const open: { partition: number; line: number; acknowledge: () => void }[] = []
      const firstOpen = (partition: number): number =>
        Math.min(
          ...open.filter((one) => one.partition === partition).map(({ line }) => line),
          lines.get(partition) ?? 0,
        )
      const store = (fails: boolean): void => {
        const positions = records.takePositions()
        for (const { partition, offset } of positions) {
          const [part, line] = [Number(partition.file), Number(offset.line)]
          expect(line).toBe(firstOpen(part) - 1)
          expect(line).toBeGreaterThan(stored.get(part) ?? -1)
          if (!fails) stored.set(part, line)
        }
        if (fails) records.putBack(positions)
      }
      for (const one of steps) {
        if (one.kind === 'submit') {
          const line = lines.get(one.partition) ?? 0
          lines.set(one.partition, line + 1)
          const acknowledge = records.submit({ file: String(one.partition) }, at(line))
          open.push({ partition: one.partition, line, acknowledge })
        } else if (one.kind === 'acknowledge') {
          open.splice(one.which % Math.max(1, open.length), 1)[0]?.acknowledge()
        } else store(one.fails)
        expect(records.pending).toBe(open.length)
      }
      for (const { acknowledge } of open.splice(0)) acknowledge()
      store(false)
      expect(stored).toEqual(new Map([...lines].map(([partition, next]) => [partition, next - 1])))
    }),
  )
})
