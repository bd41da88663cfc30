import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OffsetEntry } from '../storage/offset-store.ts'
import { AtLeastOnce, type AtLeastOnceParts } from './at-least-once.ts'
import { heldSender, lineOf, notedCallbacks, outgoing, producedOf } from './fixtures/source-parts.ts'
import { errorPolicy, figuresOf } from './fixtures/task-parts.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A delivery of connector `files` that flushes each minute and gives a flush five seconds; `stored` has what it stored. */
function open(parts: { tolerance?: 'none' | 'all'; write?: () => Promise<void>; commit?: () => Promise<void> } = {}) {
  const notes: string[] = []
  const stored: string[] = []
  const failures: string[] = []
  const held = heldSender()
  const { policy, meter, logger } = errorPolicy({ tolerance: parts.tolerance ?? 'none' })
  const cancel = new AbortController()
  const callbacks: AtLeastOnceParts['callbacks'] = { ...notedCallbacks(notes) }
  const delivery = new AtLeastOnce({
    connector: 'files',
    sender: held.sender,
    offsets: {
      write: async (_connector: string, entries: readonly OffsetEntry[]) => {
        await parts.write?.()
        stored.push(entries.map(({ partition, offset }) => `${partition.file}@${offset?.line}`).join(' '))
      },
    },
    callbacks: parts.commit === undefined ? callbacks : { ...callbacks, commit: parts.commit },
    policy,
    meter,
    logger,
    clock: { now: () => Date.now() },
    flushIntervalMs: 60_000,
    flushTimeoutMs: 5_000,
    onFailure: () => void failures.push('told'),
    signal: cancel.signal,
  })
  return { ...held, delivery, notes, stored, failures, cancel, logger, figures: () => figuresOf(meter) }
}
const settle = () => vi.advanceTimersByTimeAsync(0)

test('positions are stored each interval, only below the first record that is not acknowledged', async () => {
  const { delivery, acknowledge, stored, notes, sent } = open()
  await delivery.deliver(outgoing(lineOf('a', 1), lineOf('a', 2), lineOf('b', 1)))
  acknowledge(1)
  acknowledge(1)
  await vi.advanceTimersByTimeAsync(60_000)
  expect([sent, stored, notes]).toEqual([['a1', 'a2', 'b1'], ['b@1'], ['a2@0', 'b1@1', 'commit']])
  acknowledge()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(stored).toEqual(['b@1', 'a@2'])
  await delivery.abandon()
  expect(vi.getTimerCount()).toBe(0)
})

test('a dropped record is told, and moves nothing; one that was split counts when all its parts are there', async () => {
  const { delivery, acknowledge, stored, notes } = open()
  const [dropped, split] = [lineOf('a', 1), lineOf('a', 2)]
  await delivery.deliver([
    { source: dropped, produced: [] },
    { source: split, produced: [producedOf(split), producedOf(split)] },
  ])
  acknowledge()
  await vi.advanceTimersByTimeAsync(60_000)
  expect([notes, stored]).toEqual([['a1@none', 'commit'], []])
  acknowledge()
  await vi.advanceTimersByTimeAsync(60_000)
  expect([notes.slice(2), stored]).toEqual([['a2@1', 'commit'], ['a@2']])
})

describe('a record that can’t be sent', () => {
  test('fails the task, which is told at once, and no position passes it', async () => {
    const { delivery, acknowledge, refuse, failures, stored } = open()
    await delivery.deliver(outgoing(lineOf('a', 1), lineOf('a', 2), lineOf('a', 3)))
    acknowledge()
    refuse(new Error('message too large'))
    acknowledge()
    await settle()
    expect(failures).toEqual(['told'])
    await expect(delivery.deliver([])).rejects.toThrow(/"file":"a".*"line":2.*message too large/)
    await delivery.abandon()
    expect(stored).toEqual(['a@1'])
  })

  test('is passed over where errors are tolerated', async () => {
    const { delivery, acknowledge, refuse, stored, notes } = open({ tolerance: 'all' })
    await delivery.deliver(outgoing(lineOf('a', 1), lineOf('a', 2)))
    refuse(new Error('message too large'))
    acknowledge()
    await delivery.finish()
    expect([stored, notes]).toEqual([['a@2'], ['a2@0', 'a1@none', 'commit']])
  })

  test('is no unhandled rejection while others are still under way', async () => {
    const { delivery, refuse, waiting } = open()
    await delivery.deliver(outgoing(lineOf('a', 1), lineOf('a', 2), lineOf('b', 1)))
    refuse(new Error('first'), 2)
    refuse(new Error('second'), 1)
    await settle()
    expect(waiting()).toBe(1)
    await expect(delivery.finish()).rejects.toThrow('first')
  })
})

describe('a flush that fails', () => {
  test('is made up for by the next, with what is newest then', async () => {
    let isDown = true
    const { delivery, acknowledge, stored, notes, figures } = open({
      write: async () => {
        if (isDown) throw new Error('no leader')
      },
    })
    await delivery.deliver(outgoing(lineOf('a', 1), lineOf('b', 1)))
    acknowledge()
    acknowledge()
    await vi.advanceTimersByTimeAsync(60_000)
    expect([stored, notes, figures()['offset-commit-failures']]).toEqual([[], ['a1@0', 'b1@1'], 1])
    isDown = false
    await delivery.deliver(outgoing(lineOf('a', 2)))
    acknowledge()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(stored).toEqual(['a@2 b@1'])
  })

  test('or takes too long is given up, and does not hold up the end of the task', async () => {
    const { delivery, acknowledge, logger } = open({ write: () => new Promise(() => {}) })
    await delivery.deliver(outgoing(lineOf('a', 1)))
    acknowledge()
    const finished = delivery.finish()
    await vi.advanceTimersByTimeAsync(5_000)
    await finished
    expect(logger.lines).toEqual([expect.stringContaining('could not be stored')])
  })
})

test('a task that ends waits for its records, and stores what is acknowledged when they take too long', async () => {
  // The deadline is the platform's own, which no fake clock moves.
  vi.useRealTimers()
  const { delivery, acknowledge, stored } = open()
  await delivery.deliver(outgoing(lineOf('a', 1), lineOf('b', 1)))
  const finished = delivery.finish()
  acknowledge()
  acknowledge()
  await finished
  expect(stored).toEqual(['a@1 b@1'])
  await delivery.abandon()
})

describe('a cancelled task', () => {
  test('stores nothing any more: its next copy may be further by now', async () => {
    const { delivery, acknowledge, stored, notes, cancel } = open()
    await delivery.deliver(outgoing(lineOf('a', 1)))
    acknowledge()
    await settle()
    cancel.abort()
    await vi.advanceTimersByTimeAsync(60_000)
    await delivery.finish()
    await delivery.abandon()
    expect([stored, notes, vi.getTimerCount()]).toEqual([[], ['a1@0'], 0])
  })

  test('does not wait for records that are still under way', async () => {
    const { delivery, cancel, stored } = open()
    await delivery.deliver(outgoing(lineOf('a', 1)))
    const finished = delivery.finish()
    cancel.abort()
    await finished
    expect(stored).toEqual([])
  })
})

test('flushes never overlap', async () => {
  const writes: (() => void)[] = []
  const { delivery, acknowledge } = open({ write: () => new Promise((resolve) => writes.push(resolve)) })
  await delivery.deliver(outgoing(lineOf('a', 1), lineOf('a', 2)))
  acknowledge()
  await vi.advanceTimersByTimeAsync(60_000)
  acknowledge()
  const finished = delivery.finish()
  await settle()
  expect(writes).toHaveLength(1)
  writes[0]?.()
  await settle()
  expect(writes).toHaveLength(2)
  writes[1]?.()
  await finished
})
