import { sinkRecord } from '@penstock/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Answer, UnreachableError } from '../connection/client.ts'
import { Batch } from './batch.ts'
import { BufferPool } from './bulk-body.ts'
import { type Delivery, deliver } from './bulk-delivery.ts'
import { bulkQuery } from './bulk-response.ts'
import { fixedPace } from './limits.ts'
import { OffsetTracker } from './offset-tracker.ts'
import type { Trouble } from './verdict.ts'

interface Item {
  readonly action: string
  readonly id: string
  readonly n: number
}
type Result = { readonly status: number; readonly error?: { readonly type: string; readonly reason: string } }
/** Answers a request, or throws. */
type Server = (items: readonly Item[], request: number) => readonly Result[] | Answer

const written: Result = { status: 201 }
const failed = (status: number, type: string, reason = 'because'): Result => ({ status, error: { type, reason } })
const queueFull = failed(429, 'es_rejected_execution_exception')
const malformed = failed(400, 'document_parsing_exception')
const answer = (status: number, body: string): Answer => ({ status, body: Buffer.from(body), retryAfterMs: 0 })

/** Delivers a batch of updates (or other actions) of these documents to a server; time passes only in waits. */
function setUp(
  ids: readonly string[],
  server: Server,
  {
    ordered = true,
    maxRetries = 3,
    holdMs = 10_000,
    action = 'update',
    repeatable = true,
    indexMissing = async (): Promise<void> => {},
  } = {},
) {
  const tracker = new OffsetTracker()
  const batch = new Batch('i', new BufferPool(0), ids.length)
  for (const [n, id] of ids.entries()) {
    const record = sinkRecord({ topic: 't', partition: n % 2, offset: BigInt(n) })
    batch.body.add(`{"${action}":{"_id":"${id}"}}`, `{"n":${n}}`)
    batch.records.pushMade(record)
    if (ordered) batch.ids.push(id)
    batch.account(tracker.partition('t', n % 2), record)
  }
  batch.body.seal()
  const requests: Item[][] = []
  const refused: number[] = []
  const lost: number[] = []
  const held: string[] = []
  const setbacks: Trouble[] = []
  const counts: Record<string, number> = {}
  const stop = new AbortController()
  let now = 0
  const delivery: Delivery = {
    client: {
      urls: 'http://es:9200',
      request: async ({ body }) => {
        const items = itemsOf(String(body))
        requests.push(items)
        const answered = server(items, requests.length - 1)
        if ('body' in answered) return answered
        const entries = answered.map((result, i) => ({ [items[i]?.action ?? 'update']: result }))
        return answer(200, JSON.stringify({ errors: answered.some(({ error }) => error), items: entries }))
      },
    },
    settings: { query: bulkQuery(0), maxRetries, holdMs, repeatable, backoffMs: 100, maxBackoffMs: 1000 },
    pace: fixedPace({ requests: 1, documents: 10_000, bytes: Number.POSITIVE_INFINITY }),
    clock: { now: () => now },
    signal: stop.signal,
    indexMissing,
    refuse: async (_batch, item) => void refused.push(item),
    loseConflict: async (_batch, item) => void lost.push(item),
    held: (reason) => void held.push(reason),
    setback: (trouble) => void setbacks.push(trouble),
    progress: () => {},
    count: (name, by = 1) => {
      counts[name] = (counts[name] ?? 0) + by
    },
    observe: () => {},
    sleep: async (ms, signal) => {
      now += Math.max(1, ms)
      signal.throwIfAborted()
    },
  }
  const run = () => deliver(batch, [], delivery)
  return { run, requests, refused, lost, held, setbacks, counts, stop, tracker, seconds: () => now / 1000 }
}

function itemsOf(body: string): Item[] {
  const lines = body.trimEnd().split('\n')
  return lines.flatMap((line, i) => {
    if (i % 2 === 1) return []
    const [[action, { _id }]] = Object.entries(JSON.parse(line)) as [[string, { _id: string }]]
    return [{ action, id: _id, n: (JSON.parse(lines[i + 1] ?? '') as { n: number }).n }]
  })
}

describe('what is not the fault of a document is held until it passes', () => {
  test.each<[string, Trouble, () => Result | Answer]>([
    ['a closed index', 'index_unavailable', () => failed(400, 'index_closed_exception')],
    ['a deleted index', 'index_unavailable', () => failed(404, 'index_not_found_exception')],
    ['a read-only index', 'index_unavailable', () => failed(429, 'cluster_block_exception')],
    ['a red index', 'index_unavailable', () => failed(503, 'unavailable_shards_exception')],
    [
      'a missing pipeline',
      'index_unavailable',
      () => failed(400, 'illegal_argument_exception', 'pipeline with id [p] does not exist'),
    ],
    ['a full disk', 'server_error', () => failed(500, 'i_o_exception')],
    ['revoked credentials', 'access_denied', () => answer(401, '{"error":{"type":"security_exception"}}')],
    ['missing rights', 'access_denied', () => answer(403, '{"error":{"type":"security_exception"}}')],
    ['a login page', 'bad_answer', () => answer(200, '<html>Log in</html>')],
    ['a redirect', 'request_refused', () => answer(302, '')],
    ['a proxy that refuses', 'request_refused', () => answer(400, '<html>400 Bad Request</html>')],
    ['a gateway without nodes', 'unreachable', () => answer(502, '<html>')],
    ['half an answer', 'bad_answer', () => answer(200, '{"errors":false,"items":[{"update":{"status":201}}')],
    [
      'an answer to other items',
      'bad_answer',
      () => answer(200, '{"errors":false,"items":[{"update":{"status":201}}]}'),
    ],
    [
      'an answer that contradicts itself',
      'bad_answer',
      () => answer(200, '{"errors":true,"items":[{"update":{"status":201}},{"update":{"status":201}}]}'),
    ],
    [
      'no answer',
      'unreachable',
      () => {
        throw new UnreachableError('cut off')
      },
    ],
  ])('%s', async (_what, trouble, fault) => {
    const server: Server = (items, n) => {
      const result = n < 8 ? fault() : written
      return 'body' in result ? result : items.map(({ id }) => (id === 'a' ? result : written))
    }
    const s = setUp(['a', 'b'], server, { ordered: false })
    await s.run().catch((error: unknown) => expect.fail(String(error)))
    expect(new Set(s.setbacks)).toEqual(new Set([trouble]))
    expect(s.refused).toEqual([])
    expect(s.requests.flat().filter(({ id }) => id === 'a').length).toBeGreaterThan(8)
  })

  test('and at most for flush.timeout.ms, then the reason is told', async () => {
    const s = setUp(['a'], () => [failed(403, 'security_exception', 'no rights')])
    await expect(s.run()).rejects.toThrow(
      /writing to Elasticsearch at http:\/\/es:9200 failed after \d+ attempts: document a .*no rights/,
    )
    expect(s.held[0]).toContain('no rights')
    expect(s.seconds()).toBeGreaterThanOrEqual(10)
    expect(s.seconds()).toBeLessThan(12)
  })

  test.each([
    ['load', failed(429, 'es_rejected_execution_exception')],
    ['a full disk', failed(429, 'cluster_block_exception', 'disk usage exceeded flood-stage watermark')],
  ])('what a node answers with 429 is waited for, however long: %s', async (_what, tooMany) => {
    const s = setUp(['a'], (_items, n) => [n < 100 ? tooMany : written])
    await s.run()
    expect(s.seconds()).toBeGreaterThan(20)
    expect(s.held[0]).toContain(tooMany.error?.type)
  })

  test('after a long while of 429 another failure is given its own time', async () => {
    const down = () => {
      throw new UnreachableError('restarting')
    }
    const s = setUp(['a'], (_items, n) => (n < 100 ? [queueFull] : n < 103 ? down() : [written]))
    await s.run()
    expect(s.seconds()).toBeGreaterThan(20)
    expect(s.setbacks.at(-1)).toBe('unreachable')
  })

  test('of several items that fail the one that asks for no patience decides', async () => {
    const s = setUp(['a', 'b'], () => [queueFull, failed(403, 'security_exception', 'no rights')], { ordered: false })
    await expect(s.run()).rejects.toThrow(/no rights/)
  })

  test('an index that is missing is asked for, and why it can not be made is told', async () => {
    const obstacle = 'alias i is not there, and nothing is created'
    let asked = 0
    const indexMissing = async () => {
      if (++asked < 8) throw new Error(obstacle)
    }
    const server: Server = () => [asked < 8 ? failed(404, 'index_not_found_exception') : written]
    const s = setUp(['a'], server, { indexMissing })
    await s.run()
    expect(s.requests).toHaveLength(9)
    expect(s.held[0]).toContain(obstacle)
  })

  test('a conflict that does not pass is given up after max.retries, however long something else was held', async () => {
    const s = setUp(['a'], (_items, n) => (n < 10 ? [queueFull] : [failed(409, 'version_conflict_engine_exception')]))
    await expect(s.run()).rejects.toThrow('failed after 4 attempts')
    expect(s.requests).toHaveLength(14)
  })

  test('being stopped ends a hold at once', async () => {
    const s = setUp(['a'], (_items, n) => {
      if (n === 6) s.stop.abort()
      return [queueFull]
    })
    await expect(s.run()).rejects.toThrow('aborted')
    expect(s.requests).toHaveLength(7)
  })
})

describe('partitions taken away during a hold', () => {
  test('are sent no more, the others are', async () => {
    const s = setUp(['a', 'b', 'c', 'd'], (items, n) => {
      if (n === 5) s.tracker.forget([{ topic: 't', partition: 1 }])
      return items.map(() => (n < 8 ? queueFull : written))
    })
    await s.run()
    expect(s.requests[5]?.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
    expect(s.requests.at(-1)?.map(({ id }) => id)).toEqual(['a', 'c'])
  })

  test('have nothing reported: their new owner meets the refused document too', async () => {
    const s = setUp(['a', 'b'], (items) => {
      s.tracker.forget([{ topic: 't', partition: 1 }])
      return items.map(() => malformed)
    })
    await s.run()
    expect(s.refused).toEqual([0])
  })
})

test('a refused document is reported once, also when an earlier write to it is sent again', async () => {
  const s = setUp(['a', 'b', 'a', 'a'], (items, n) =>
    items.map((item) => (n === 0 && item.n === 0 ? queueFull : item.n === 2 ? malformed : written)),
  )
  await s.run()
  expect(s.refused).toEqual([2])
  expect(s.requests.map((items) => items.map(({ n }) => n))).toEqual([
    [0, 1, 2, 3],
    [0, 3],
  ])
  expect(s.counts.documents_written).toBe(3)
})

test('a request that one document makes unreadable is split, and trouble meanwhile changes nothing', async () => {
  const unreadable = answer(400, '{"error":{"type":"x_content_parse_exception","reason":"bad"},"status":400}')
  const s = setUp(['a', 'b', 'c', 'd', 'e'], (items, n) => {
    if (n % 3 === 2) return answer(503, '')
    return items.some(({ id }) => id === 'd') ? unreadable : items.map(() => written)
  })
  await s.run()
  expect(s.refused).toEqual([3])
  expect(s.counts.documents_written).toBe(4)
})

test('whatever happens on the way, each document is written or refused once, and the last write to it stays', async () => {
  const faults = fc.array(fc.constantFrom('taken', 'cut', 'lost', '429', 'half', 'items'), { maxLength: 12 })
  const ids = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'bad'), { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(ids, faults, fc.infiniteStream(fc.boolean()), async (documents, list, luck) => {
      const index = new Map<string, number>()
      const write = (items: readonly Item[], lucky: () => boolean) =>
        items.map(({ id, n }) => {
          if (!lucky()) return queueFull
          if (id === 'bad') return malformed
          index.set(id, n)
          return written
        })
      const s = setUp(documents, (items, request) => {
        const fault = list[request]
        if (fault === 'lost') throw new UnreachableError('refused')
        if (fault === '429') return answer(429, '')
        const results = write(items, () => fault !== 'items' || luck.next().value)
        if (fault === 'cut') throw new UnreachableError('cut off')
        if (fault === 'half') return answer(200, '{"errors":false,"items":[')
        return results
      })
      await s.run()
      const last = new Map(documents.flatMap((id, n) => (id === 'bad' ? [] : [[id, n] as const])))
      expect(index).toEqual(last)
      expect(s.refused.toSorted((x, y) => x - y)).toEqual(documents.flatMap((id, n) => (id === 'bad' ? [n] : [])))
      expect(s.counts.documents_written ?? 0).toBe(documents.filter((id) => id !== 'bad').length)
    }),
  )
})

test('what does harm when it is repeated never goes together with a later write to its document', async () => {
  const ids = ['a', 'b', 'a', 'c', 'a', 'b']
  const s = setUp(ids, (items, n) => items.map(({ id }) => (n === 0 && id === 'a' ? queueFull : written)), {
    repeatable: false,
  })
  await s.run()
  const sent = s.requests.map((items) => items.map(({ id, n }) => `${id}${n}`).join(' '))
  expect(sent).toEqual(['a0 b1 c3', 'a0', 'a2 b5', 'a4'])
  expect(s.counts).toMatchObject({ documents_written: 6, documents_retried: 1 })
})

test('Elasticsearch is to give up on a shard before it is given up itself', () => {
  expect(bulkQuery(3000)).toMatch(/^filter_path=errors,.*&timeout=2400ms$/)
  expect(bulkQuery(600_000)).toMatch(/&timeout=60000ms$/)
  expect(bulkQuery(0)).not.toContain('timeout')
})

test('an answer that makes no sense is told without the credentials that it repeats', async () => {
  const echo = 'Authorization: Basic c2luazpyaWdodA==\n<html>Log in</html>'
  const s = setUp(['a'], () => answer(200, echo))
  await expect(s.run()).rejects.toThrow('makes no sense: Authorization: Basic … <html>Log in</html>')
})

test('a create that is sent again after an answer was lost meets its own document', async () => {
  const there = failed(409, 'version_conflict_engine_exception', '[a]: version conflict, document already exists')
  const server: Server = (_items, request) => {
    if (request === 0) throw new UnreachableError('cut off')
    return [there, written]
  }
  const s = setUp(['a', 'b'], server, { action: 'create' })
  await s.run()
  expect(s.lost).toEqual([])
  const answered = setUp(['a', 'b'], () => [there, written], { action: 'create' })
  await answered.run()
  expect(answered.lost).toEqual([0])
})
