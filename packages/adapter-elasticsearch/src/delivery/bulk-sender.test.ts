import { setTimeout as sleep } from 'node:timers/promises'
import { sinkRecord } from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'
import { type Answer, UnreachableError } from '../connection/client.ts'
import { AdaptiveLimits } from './adaptive-limits.ts'
import { Batch } from './batch.ts'
import { BufferPool } from './bulk-body.ts'
import { BulkSender } from './bulk-sender.ts'
import { fixedPace, type Limits, type Pace } from './limits.ts'

const most: Limits = { requests: 3, documents: 8, bytes: 1_000_000 }
const taken = (ids: readonly string[]): Answer => answerOf(ids.map(() => ({ index: { status: 201 } })))
const status = (status: number): Answer => ({ status, body: Buffer.from('{}'), retryAfterMs: 0 })
const queueFull = { type: 'es_rejected_execution_exception', reason: 'queue full' }
const rejectedItems = (ids: readonly string[]): Answer =>
  answerOf(ids.map(() => ({ index: { status: 429, error: queueFull } })))

function answerOf(items: readonly object[]): Answer {
  const errors = items.some((item) => JSON.stringify(item).includes('error'))
  return { status: 200, body: Buffer.from(JSON.stringify({ errors, items })), retryAfterMs: 0 }
}

/** A sender on a server that answers as told; resolves requests in the order of their coming. */
function setUp(pace: Pace, answer: (ids: readonly string[], request: number) => Answer | Error) {
  const requests: string[][] = []
  const state = { underWay: 0, mostUnderWay: 0 }
  const sender = new BulkSender({
    pace,
    onHold: () => {},
    onChange: () => {},
    delivery: {
      client: {
        urls: 'http://es:9200',
        request: async ({ body }) => {
          const ids = [...String(body).matchAll(/"_id":"(\w+)"/g)].map(([, id]) => String(id))
          requests.push(ids)
          state.mostUnderWay = Math.max(state.mostUnderWay, ++state.underWay)
          const answered = answer(ids, requests.length - 1)
          await sleep(1)
          state.underWay--
          if (answered instanceof Error) throw answered
          return answered
        },
      },
      settings: { query: '', maxRetries: 100, holdMs: 60_000, repeatable: true, backoffMs: 0, maxBackoffMs: 0 },
      clock: { now: () => Date.now() },
      setback: () => {},
      indexMissing: async () => {},
      refuse: async () => {},
      loseConflict: async () => {},
      count: () => {},
      observe: () => {},
      sleep: async () => {},
    },
  })
  return { sender, requests, state }
}

function adaptive(limits: Limits = most): AdaptiveLimits {
  const clock = { now: () => performance.now() }
  return new AdaptiveLimits({ most: limits, clock, slowMs: Number.POSITIVE_INFINITY, onChange: () => {} })
}

let number = 0
function batchOf(size: number): Batch {
  const batch = new Batch('logs', new BufferPool(0), size)
  for (let item = 0; item < size; item++) {
    batch.body.add(JSON.stringify({ index: { _id: `d${number++}` } }), '{}')
    batch.records.pushMade(sinkRecord())
  }
  return batch
}

async function untilIdle(sender: BulkSender): Promise<void> {
  while (!sender.idle) await sender.changed(100)
  expect(sender.failure).toBeNull()
}

describe('a sender', () => {
  test('has as many requests under way as the limits allow', async () => {
    const { sender, requests, state } = setUp(fixedPace(most), taken)
    for (let batch = 0; batch < 10; batch++) sender.send(batchOf(8))
    await untilIdle(sender)
    expect(requests).toHaveLength(10)
    expect(state.mostUnderWay).toBe(3)
  })

  test.each([
    ['a request that is turned away', () => status(429)],
    ['items that are turned away', rejectedItems],
    ['an answer that comes too late', () => new UnreachableError('late', { timedOut: true })],
  ])('sends less at once after %s', async (_, answer) => {
    const pace = adaptive()
    const { sender } = setUp(pace, (ids, request) => (request === 0 ? answer(ids) : taken(ids)))
    sender.send(batchOf(8))
    await untilIdle(sender)
    expect(pace.limits.requests).toBeLessThan(most.requests)
  })

  test.each([
    ['a connection that is refused', () => new UnreachableError('refused')],
    ['rights that are missing', () => status(403)],
    ['an error of the server', () => status(500)],
  ])('sends as much as before after %s', async (_, answer) => {
    const pace = adaptive()
    const { sender } = setUp(pace, (ids, request) => (request === 0 ? answer() : taken(ids)))
    sender.send(batchOf(8))
    await untilIdle(sender)
    expect(pace.limits).toEqual(most)
  })

  test('sends what was turned away again in pieces that fit the lowered limits, in order', async () => {
    const limits: Limits = { requests: 1, documents: 800, bytes: 1_000_000 }
    // Like a node that never has room for the memory of more than so many documents.
    const { sender, requests } = setUp(adaptive(limits), (ids) => (ids.length > 250 ? status(429) : taken(ids)))
    const first = number
    sender.send(batchOf(800))
    await untilIdle(sender)
    const through = requests.filter((ids) => ids.length <= 250)
    expect(through.flat()).toEqual(Array.from({ length: 800 }, (_, item) => `d${first + item}`))
  })

  test('remembers what size the server takes', async () => {
    const pace = adaptive()
    const { sender, requests } = setUp(pace, (ids) => (ids.length > 4 ? status(413) : taken(ids)))
    sender.send(batchOf(8))
    await untilIdle(sender)
    expect(requests.map((ids) => ids.length)).toEqual([8, 4, 4])
    expect(pace.limits.bytes).toBe(65_536)
  })
})
