import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ExactlyOnce, type ExactlyOnceParts } from './exactly-once.ts'
import { lineOf, notedCallbacks, outgoing } from './fixtures/source-parts.ts'
import { errorPolicy, figuresOf } from './fixtures/task-parts.ts'
import type { StoredPosition } from './submitted-records.ts'
import { TransactionRequests } from './transaction-requests.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const textOf = ({ partition, offset }: StoredPosition): string => `${partition.file}@${offset.line}`

/** A delivery over a transactional producer in memory; `seen` is what a reader of committed records sees, positions too. */
function open(
  boundary: ExactlyOnceParts['boundary'],
  options: {
    intervalMs?: number
    call?: (name: string) => Promise<void>
    send?: (value: string) => Promise<void>
  } = {},
) {
  const seen: string[] = []
  const calls: string[] = []
  const notes: string[] = []
  const copied: string[] = []
  let inside: string[] | null = null
  const call = async (name: string, effect: () => void): Promise<void> => {
    calls.push(name)
    await options.call?.(name)
    effect()
  }
  const { meter, logger } = errorPolicy()
  const requests = new TransactionRequests()
  const cancel = new AbortController()
  const delivery = new ExactlyOnce({
    sender: {
      ready: () => null,
      send: async ({ value }) => {
        if (inside === null) throw new Error(`${value} was sent outside of a transaction`)
        inside.push(String(value))
        await options.send?.(String(value))
        return { topic: 't', partition: 0, offset: BigInt(inside.length) }
      },
    },
    producer: {
      beginTransaction: () =>
        call('begin', () => {
          inside = []
        }),
      commitTransaction: () =>
        call('commit', () => {
          seen.push(...(inside ?? []))
          inside = null
        }),
      abortTransaction: () =>
        call('abort', () => {
          inside = null
        }),
    },
    offsetRecords: (positions) =>
      positions.map((position) => ({ topic: 'offsets', key: null, value: Buffer.from(textOf(position)) })),
    onStored: async (positions) => void copied.push(...positions.map(textOf)),
    offsetsTopic: 'offsets',
    callbacks: notedCallbacks(notes),
    meter,
    logger,
    clock: { now: () => Date.now() },
    boundary,
    intervalMs: options.intervalMs ?? 10_000,
    requests,
    timeoutMs: 60_000,
    signal: cancel.signal,
  })
  return { delivery, seen, calls, notes, copied, requests, cancel, logger, figures: () => figuresOf(meter) }
}

describe('with boundary poll', () => {
  test('each batch is a transaction that holds its positions', async () => {
    const { delivery, seen, calls, notes, copied } = open('poll')
    await delivery.deliver(outgoing(lineOf('a', 1), lineOf('a', 2), lineOf('b', 1)))
    expect([seen, calls, notes]).toEqual([
      ['a1', 'a2', 'b1', 'a@2', 'b@1'],
      ['begin', 'commit'],
      ['a1@1', 'a2@2', 'b1@3', 'commit'],
    ])
    expect(copied).toEqual(['a@2', 'b@1'])
    await delivery.deliver([])
    expect(calls).toHaveLength(2)
  })

  test('a record for the topic of positions is refused, and nothing of its transaction is seen', async () => {
    const { delivery, seen, calls } = open('poll')
    const [first] = outgoing(lineOf('a', 1))
    const own = outgoing(lineOf('a', 2)).map((one) => ({
      ...one,
      produced: one.produced.map((record) => ({ ...record, topic: 'offsets' })),
    }))
    await expect(delivery.deliver([first as never, ...own])).rejects.toMatchObject({ code: 'source.own_offsets_topic' })
    await delivery.abandon()
    expect([seen, calls]).toEqual([[], ['begin', 'abort']])
  })

  test('a dropped record is told at once and opens no transaction', async () => {
    const { delivery, calls, notes } = open('poll')
    await delivery.deliver([{ source: lineOf('a', 1), produced: [] }])
    expect([calls, notes]).toEqual([[], ['a1@none', 'commit']])
  })

  test('a record that can’t be sent fails the task, and its transaction is aborted', async () => {
    const { delivery, seen, calls, notes } = open('poll', {
      send: (value) => (value === 'a2' ? Promise.reject(new Error('too large')) : Promise.resolve()),
    })
    await expect(delivery.deliver(outgoing(lineOf('a', 1), lineOf('a', 2)))).rejects.toMatchObject({
      code: 'source.send_failed',
      message: expect.stringContaining('too large'),
    })
    await delivery.abandon()
    expect([seen, calls, notes]).toEqual([[], ['begin', 'abort'], []])
  })

  test('an abort that fails in the end is only logged: the brokers or the next copy do it', async () => {
    const { delivery, logger } = open('poll', {
      call: (name) => (name === 'begin' ? Promise.resolve() : Promise.reject(new Error('fenced'))),
    })
    await expect(delivery.deliver(outgoing(lineOf('a', 1)))).rejects.toThrow('fenced')
    await delivery.abandon()
    expect(logger.lines).toEqual(['warn: the open transaction could not be aborted'])
  })
})

describe('with boundary interval', () => {
  test('a transaction ends with the first batch after the interval, which is told as due', async () => {
    const { delivery, calls, seen } = open('interval')
    expect(delivery.dueAt()).toBeNull()
    await delivery.deliver(outgoing(lineOf('a', 1)))
    expect(delivery.dueAt()).toBe(Date.now() + 10_000)
    vi.advanceTimersByTime(9_999)
    await delivery.deliver(outgoing(lineOf('a', 2)))
    expect(calls).toEqual(['begin'])
    vi.advanceTimersByTime(1)
    await delivery.deliver([])
    expect([calls, seen, delivery.dueAt()]).toEqual([['begin', 'commit'], ['a1', 'a2', 'a@2'], null])
  })

  test('it ends well before the brokers would abort it, however long the interval', async () => {
    const { delivery, calls } = open('interval', { intervalMs: 60_000 })
    vi.advanceTimersByTime(20_000)
    await delivery.deliver(outgoing(lineOf('a', 1)))
    expect(delivery.dueAt()).toBe(Date.now() + 30_000)
    vi.advanceTimersByTime(30_000)
    await delivery.deliver([])
    expect(calls).toEqual(['begin', 'commit'])
  })

  test('a pause and an end commit what is open', async () => {
    const { delivery, seen } = open('interval')
    await delivery.deliver(outgoing(lineOf('a', 1)))
    await delivery.settle()
    await delivery.deliver(outgoing(lineOf('a', 2)))
    await delivery.finish()
    await delivery.abandon()
    expect(seen).toEqual(['a1', 'a@1', 'a2', 'a@2'])
  })
})

describe('with boundary connector', () => {
  test('the task says where transactions end: after a batch, or after a record', async () => {
    const { delivery, seen, requests } = open('connector')
    const [first, second, third] = [lineOf('a', 1), lineOf('a', 2), lineOf('a', 3)]
    await delivery.deliver(outgoing(first))
    requests.commit(second)
    await delivery.deliver(outgoing(second, third))
    expect(seen).toEqual(['a1', 'a2', 'a@2'])
    requests.commit()
    await delivery.deliver([])
    expect(seen.slice(3)).toEqual(['a3', 'a@3'])
  })

  test('what is aborted is not seen, but not read again either; an abort wins over a commit', async () => {
    const { delivery, seen, requests, notes } = open('connector')
    requests.commit()
    requests.abort()
    await delivery.deliver(outgoing(lineOf('a', 1), lineOf('a', 2)))
    expect([seen, notes]).toEqual([['a@2'], ['a1@none', 'a2@none', 'commit']])
  })

  test('a paused task goes on with its transaction when it is resumed', async () => {
    const { delivery, seen, calls, requests } = open('connector')
    await delivery.deliver(outgoing(lineOf('a', 1)))
    await delivery.settle()
    requests.commit()
    await delivery.deliver(outgoing(lineOf('a', 2)))
    expect([seen, calls]).toEqual([
      ['a1', 'a2', 'a@2'],
      ['begin', 'commit'],
    ])
  })

  test('a task that ends within a transaction leaves nothing of it', async () => {
    const { delivery, seen, calls } = open('connector')
    await delivery.deliver(outgoing(lineOf('a', 1)))
    await delivery.finish()
    await delivery.abandon()
    expect([seen, calls]).toEqual([[], ['begin', 'abort']])
  })
})

test('a cancelled task leaves its transaction to its next copy', async () => {
  const { delivery, calls, cancel } = open('interval')
  await delivery.deliver(outgoing(lineOf('a', 1)))
  cancel.abort()
  await delivery.abandon()
  expect(calls).toEqual(['begin'])
})

test('whatever fails, a committed position has all its records before it, each once, and those after it are not seen', async () => {
  const step = fc.record({
    records: fc.nat({ max: 3 }),
    ask: fc.constantFrom('commit', 'abort', 'nothing', 'pause'),
    waitMs: fc.constantFrom(0, 6_000),
    fails: fc.constantFrom('begin', 'commit', 'abort', 'send', 'nothing', 'nothing', 'nothing', 'nothing'),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('poll', 'interval', 'connector' as const),
      fc.array(step, { maxLength: 30 }),
      async (boundary, steps) => {
        const all: string[] = []
        const aborted = new Set<string>()
        let position = 0
        let failing = 'nothing'
        const fail = async (what: string): Promise<void> => {
          if (failing === what) throw new Error(`${what} failed`)
        }
        const start = () => open(boundary, { call: fail, send: () => fail('send') })
        let copy = start()
        let line = 0
        for (const { records, ask, waitMs, fails } of steps) {
          let hasFailed = false
          failing = fails
          vi.advanceTimersByTime(waitMs)
          const batch = Array.from({ length: records }, () => lineOf('a', ++line))
          if (boundary === 'connector' && ask === 'commit') copy.requests.commit()
          if (boundary === 'connector' && ask === 'abort') copy.requests.abort()
          try {
            await copy.delivery.deliver(outgoing(...batch))
            if (ask === 'pause') await copy.delivery.settle()
          } catch {
            hasFailed = true
            await copy.delivery.abandon()
          }
          for (const text of copy.seen.splice(0)) {
            all.push(text)
            if (text.startsWith('a@')) position = Number(text.slice(2))
          }
          for (const note of copy.notes.splice(0)) if (note.endsWith('@none')) aborted.add(note.split('@')[0] ?? '')
          if (hasFailed) {
            // The next copy of the task begins at the stored position.
            copy = start()
            line = position
          }
        }
        const values = all.filter((text) => !text.startsWith('a@'))
        const expected = Array.from({ length: position }, (_, index) => `a${index + 1}`)
        expect(values).toEqual(expected.filter((value) => !aborted.has(value) || values.includes(value)))
        expect(new Set(values).size).toBe(values.length)
      },
    ),
  )
})
