import {
  isRetriable,
  Lazy,
  type RawConfig,
  SinkRecord as Sink,
  type SinkRecord,
  StageError,
  Struct,
  schema,
} from '@penstock/core'
import {
  type FakeSinkTaskContext,
  fakeSinkTaskContext,
  type SinkRecordFields,
  sinkRecord,
} from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'
import { config } from './config/config.ts'
import { ElasticsearchSinkTask } from './sink-task.ts'
import { FakeElasticsearch, type ItemError } from './testing/fake-elasticsearch.ts'

const json = (offset: number, value: unknown = { n: offset }): SinkRecord =>
  sinkRecord({ topic: 'orders', offset: BigInt(offset), valueJson: JSON.stringify(value) })
const many = (count: number, from = 0) => Array.from({ length: count }, (_, i) => json(from + i))
const consumed = (offset: number, partition = 0) => [{ topic: 'orders', partition, offset: BigInt(offset) }]
const flush = { closing: true }
const rejected: ItemError = { status: 429, type: 'es_rejected_execution_exception', reason: 'queue full' }
const unreadable = { type: 'x_content_parse_exception', reason: 'unexpected end of file' }
const malformed: ItemError = { status: 400, type: 'document_parsing_exception', reason: 'failed to parse field [n]' }

interface Setup extends AsyncDisposable {
  readonly server: FakeElasticsearch
  readonly task: ElasticsearchSinkTask
  readonly context: FakeSinkTaskContext
}

async function setUp(raw: RawConfig = {}, existing?: FakeElasticsearch): Promise<Setup> {
  const server = existing ?? (await FakeElasticsearch.start())
  const context = fakeSinkTaskContext()
  const parsed = config.parse({
    'connection.url': server.url,
    'key.ignore': 'true',
    'schema.ignore': 'true',
    'retry.backoff.ms': '1',
    'retry.backoff.max.ms': '20',
    ...raw,
  })
  const task = new ElasticsearchSinkTask(parsed, context)
  task.start()
  return {
    server,
    task,
    context,
    [Symbol.asyncDispose]: async () => {
      await task.stop()
      await server.close()
    },
  }
}

async function until(condition: () => boolean, ms = 5000): Promise<void> {
  const deadline = Date.now() + ms
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('a partition that comes back before a lost batch went out is written, before its offsets are named', async () => {
  await using s = await setUp({ 'linger.ms': '60000' })
  await s.task.put(many(2))
  s.task.close([{ topic: 'orders', partition: 0 }])
  await s.task.put(many(3))
  expect(await s.task.preCommit(consumed(3), flush)).toEqual(consumed(3))
  expect([...s.server.documents.keys()]).toEqual(['orders/orders+0+0', 'orders/orders+0+1', 'orders/orders+0+2'])
})

describe('writing', () => {
  test('raw JSON arrives byte for byte under topic, partition and offset', async () => {
    await using s = await setUp()
    const value = '{"big":12345678901234567890, "d":0.10,\n"s":"ü"}'
    await s.task.put([json(0), sinkRecord({ topic: 'orders', partition: 2, offset: 7n, valueJson: value })])
    await s.task.preCommit(consumed(1), flush)
    expect(s.server.documents.get('orders/orders+2+7')?.source).toBe(value.replace('\n', '\t'))
    expect(s.server.requests.slice(0, 3)).toEqual(['GET /orders', 'PUT /orders', 'POST /orders/_bulk'])
  })

  test('what was not flushed goes out by itself after linger.ms', async () => {
    await using s = await setUp()
    await s.task.put(many(3))
    await until(() => s.server.documents.size === 3)
    // The server has them before the task has its answer.
    await expect.poll(() => s.task.preCommit(consumed(3), { closing: false })).toEqual(consumed(3))
  })

  test('a request holds at most batch.size documents and bulk.size.bytes bytes', async () => {
    await using s = await setUp({ 'batch.size': '10', 'bulk.size.bytes': '400', 'linger.ms': '1000' })
    await s.task.put([...many(40), json(40, { long: 'x'.repeat(1000) }), ...many(5, 41)])
    await s.task.preCommit(consumed(46), flush)
    expect(s.server.documents.size).toBe(46)
    for (const { items, bytes } of s.server.bulks) {
      expect(items.length).toBeLessThanOrEqual(10)
      expect(bytes <= 400 || items.length === 1).toBe(true)
    }
  })

  test('records of several topics share requests; a renamed topic gives index and id', async () => {
    await using s = await setUp({ 'linger.ms': '1000' })
    const renamed = json(1).with({ topic: 'orders-2026' })
    await s.task.put([json(0), renamed, json(2)])
    expect(await s.task.preCommit(consumed(3), flush)).toEqual(consumed(3))
    expect([...s.server.documents.keys()].sort()).toEqual([
      'orders-2026/orders-2026+0+1',
      'orders/orders+0+0',
      'orders/orders+0+2',
    ])
    expect(s.server.bulks).toHaveLength(1)
  })

  test('requests run at once, up to max.in.flight.requests', async () => {
    await using s = await setUp({ 'batch.size': '10', 'max.in.flight.requests': '3' })
    s.server.onBulk = () => ({ delayMs: 30 })
    await s.task.put(many(100))
    await s.task.preCommit(consumed(100), flush)
    expect(s.server.mostInFlight).toBe(3)
    expect(s.server.documents.size).toBe(100)
  })

  test('bodies are compressed when asked for', async () => {
    await using s = await setUp({ 'connection.compression': 'true' })
    await s.task.put(many(100))
    await s.task.preCommit(consumed(100), flush)
    expect(s.server.bulks[0]?.headers['content-encoding']).toBe('gzip')
    expect(s.server.documents.size).toBe(100)
  })

  test('plain media types and a small answer are asked for', async () => {
    await using s = await setUp()
    await s.task.put(many(1))
    await s.task.preCommit(consumed(1), flush)
    const { headers, url } = s.server.bulks[0]!
    expect(headers['content-type']).toBe('application/x-ndjson')
    expect(headers.accept).toBe('application/json')
    expect(url).toContain('filter_path=errors,items.*.error')
  })
})

describe('keys, versions and order', () => {
  const keyed = (offset: number, key: string | null, value: unknown, more: SinkRecordFields = {}) =>
    sinkRecord({ topic: 'orders', offset: BigInt(offset), key, value, ...more })

  test('the newest record of a key wins, whatever is retried', async () => {
    await using s = await setUp({ 'key.ignore': 'false', 'batch.size': '2' })
    s.server.onBulk = (_request, n) =>
      n % 3 === 0 ? { item: (item) => (item.version! % 2 ? rejected : undefined) } : {}
    for (let i = 0; i < 20; i++) await s.task.put([keyed(i, 'k', { i })])
    expect(await s.task.preCommit(consumed(20), flush)).toEqual(consumed(20))
    expect(s.server.documents.get('orders/k')).toEqual({ version: 19, source: '{"i":19}' })
  })

  test('the last part of a key wins, although all parts have one offset', async () => {
    await using s = await setUp({ 'key.ignore': 'false', 'batch.size': '2' })
    const parts = [0, 1, 2].map((i) => {
      const part = keyed(1, 'whole', { i }).asPart(i)
      return part.with({ key: { schema: null, value: 'k' } })
    })
    await s.task.put(parts)
    await s.task.put(parts)
    expect(await s.task.preCommit(consumed(2), flush)).toEqual(consumed(2))
    expect([...s.server.documents]).toEqual([['orders/k', { version: 1, source: '{"i":2}' }]])
  })

  test('parts of undecoded records have ids of their own', async () => {
    await using s = await setUp()
    await s.task.put([0, 1].map((i) => json(5).asPart(i)))
    expect(await s.task.preCommit(consumed(6), flush)).toEqual(consumed(6))
    expect([...s.server.documents.keys()].sort()).toEqual(['orders/orders+0+5+0', 'orders/orders+0+5+1'])
  })

  test('two requests with the same document id are never under way at once', async () => {
    await using s = await setUp({ 'key.ignore': 'false', 'write.method': 'upsert', 'batch.size': '1' })
    const under = new Map<string, number>()
    s.server.onBulk = ({ items }) => {
      const id = items[0]!.id
      expect(under.get(id) ?? 0).toBe(0)
      under.set(id, 1)
      setTimeout(() => under.set(id, 0), 8)
      return { delayMs: 10 }
    }
    await s.task.put(Array.from({ length: 12 }, (_, i) => keyed(i, i % 3 ? 'a' : `b${i}`, { [`f${i}`]: i })))
    await s.task.preCommit(consumed(12), flush)
    expect(Object.keys(JSON.parse(s.server.documents.get('orders/a')!.source))).toHaveLength(8)
    expect(s.server.mostInFlight).toBeGreaterThan(1)
  })

  test('later updates of a document are sent again behind one that failed', async () => {
    await using s = await setUp({ 'key.ignore': 'false', 'write.method': 'upsert', 'linger.ms': '1000' })
    s.server.onBulk = (_request, n) =>
      n === 0 ? { item: ({ source }) => (source!.includes('"v":1') ? rejected : undefined) } : {}
    await s.task.put([keyed(0, 'a', { v: 1 }), keyed(1, 'b', { v: 5 }), keyed(2, 'a', { v: 2 })])
    await s.task.preCommit(consumed(3), flush)
    expect(s.server.bulks[1]?.items.map(({ id }) => id)).toEqual(['a', 'a'])
    expect(s.server.documents.get('orders/a')?.source).toBe('{"v":2}')
  })

  test('records without value delete, skip or fail, as configured', async () => {
    await using s = await setUp({ 'key.ignore': 'false', 'behavior.on.null.values': 'delete' })
    await s.task.put([keyed(0, 'a', { v: 1 }), keyed(1, 'a', null), keyed(2, 'none', null), keyed(3, null, null)])
    expect(await s.task.preCommit(consumed(4), flush)).toEqual(consumed(4))
    expect(s.server.documents.size).toBe(0)

    await using strict = await setUp({ 'behavior.on.null.values': 'fail' })
    await expect(strict.task.put([keyed(0, 'a', null)])).rejects.toThrow('record orders-0@0 has no value')

    await using lax = await setUp({ 'behavior.on.null.values': 'ignore' })
    await lax.task.put([keyed(0, 'a', null)])
    expect(await lax.task.preCommit(consumed(1), { closing: false })).toEqual(consumed(1))
    expect(lax.server.requests).toEqual([])
  })

  test('a record read again is no error: its version is known', async () => {
    await using s = await setUp({ 'key.ignore': 'false' })
    await s.task.put([keyed(0, 'a', { v: 1 })])
    await s.task.preCommit(consumed(1), flush)
    await s.task.put([keyed(0, 'a', { v: 1 })])
    expect(await s.task.preCommit(consumed(1), flush)).toEqual(consumed(1))
    expect(s.context.reported).toEqual([])
  })
})

describe('schemas', () => {
  const order = schema.struct([['id', schema.int64()]])
  const withSchema = (offset: number) =>
    sinkRecord({ topic: 'orders', offset: BigInt(offset), valueSchema: order, value: new Struct(order, { id: 5n }) })

  test('the mapping is put once, before the first document', async () => {
    await using s = await setUp({ 'schema.ignore': 'false' })
    await s.task.put([withSchema(0), withSchema(1)])
    await s.task.preCommit(consumed(2), flush)
    expect(s.server.indices.mapping('orders')).toEqual({ properties: { id: { type: 'long' } } })
    expect(s.server.requests.filter((request) => request === 'PUT /orders/_mapping')).toHaveLength(1)
    expect(s.server.documents.get('orders/orders+0+1')?.source).toBe('{"id":5}')
  })

  test('a schema that grows is mapped; a document refused for a field that widened says so', async () => {
    await using s = await setUp({ 'schema.ignore': 'false' })
    s.context.tolerance = 'all'
    s.server.indices.make('orders', { properties: { id: { type: 'integer' } } })
    const grown = schema.struct([
      ['id', schema.int64()],
      ['note', schema.string()],
    ])
    const value = new Struct(grown, { id: 3000000000n, note: 'x' })
    const reason = "failed to parse field [id] of type [integer] in document with id 'orders+0+0'"
    s.server.onBulk = () => ({ item: () => ({ status: 400, type: 'document_parsing_exception', reason }) })
    await s.task.put([sinkRecord({ topic: 'orders', valueSchema: grown, value })])
    expect(await s.task.preCommit(consumed(1), flush)).toEqual(consumed(1))
    expect(s.server.indices.mapping('orders')?.properties).toMatchObject({ id: { type: 'integer' }, note: {} })
    expect(String(s.context.reported[0]?.error)).toContain(
      '(status 400); field id of orders is integer, the schema of the record asks for long',
    )
  })

  test('tombstones come first, with key and without: no schema is asked for, and their offsets are done', async () => {
    await using s = await setUp({
      'schema.ignore': 'false',
      'key.ignore': 'false',
      'behavior.on.null.values': 'delete',
    })
    const gone = (offset: bigint, key: string | null) => sinkRecord({ topic: 'orders', offset, key, value: null })
    await s.task.put([gone(0n, null), gone(1n, 'a'), gone(2n, null)])
    expect(await s.task.preCommit(consumed(3), flush)).toEqual(consumed(3))
    expect(s.server.requests).not.toContain('PUT /orders/_mapping')
    expect(s.server.bulks.flatMap(({ items }) => items)).toMatchObject([{ action: 'delete', id: 'a' }])
  })

  test('a record without schema is reported with what to set, and makes no index', async () => {
    await using s = await setUp({ 'schema.ignore': 'false' })
    s.context.tolerance = 'all'
    await s.task.put([json(0)])
    expect(await s.task.preCommit(consumed(1), flush)).toEqual(consumed(1))
    expect(String(s.context.reported[0]?.error)).toContain('set schema.ignore=true')
    expect(s.server.requests).toEqual([])
    s.context.tolerance = 'none'
    await expect(s.task.put([json(1)])).rejects.toThrow('set schema.ignore=true')
  })
})

describe('what is not an index per topic', () => {
  const stream = { 'data.stream.type': 'logs', 'data.stream.dataset': 'shop' }

  test('data streams get creates, with the time of the record put into undecoded JSON', async () => {
    await using s = await setUp(stream)
    const twice = [json(0), json(1, { '@timestamp': 'mine', n: 1 })]
    await s.task.put(twice)
    await s.task.preCommit(consumed(2), flush)
    await s.task.put(twice)
    expect(await s.task.preCommit(consumed(2), flush)).toEqual(consumed(2))
    expect([...s.server.documents].map(([id, { source }]) => [id, source])).toEqual([
      ['logs-shop-orders/orders+0+0', '{"@timestamp":1700000000000,"n":0}'],
      ['logs-shop-orders/orders+0+1', '{"@timestamp":1700000000000,"n":1}'],
    ])
    expect(s.server.bulks.flatMap(({ items }) => items.map(({ action }) => action))).toEqual(
      Array.from({ length: 4 }, () => 'create'),
    )
    expect(s.context.counts.get('version_conflicts')).toBe(2)
    expect(s.context.reported).toEqual([])
  })

  test('keys as ids in a data stream carry no version', async () => {
    await using s = await setUp({ ...stream, 'key.ignore': 'false' })
    await s.task.put([sinkRecord({ topic: 'orders', key: 'k', value: { n: 1 } })])
    await s.task.preCommit(consumed(1), flush)
    expect(s.server.bulks[0]?.items).toMatchObject([{ action: 'create', id: 'k', version: null }])
  })

  test('a topic without an external resource is reported, the others go on', async () => {
    const external = { 'external.resource.usage': 'index', 'topic.to.external.resource.mapping': 'orders:there' }
    await using s = await setUp(external)
    s.context.tolerance = 'all'
    s.server.indices.make('there')
    await s.task.put([json(0).with({ topic: 'elsewhere' }), json(1)])
    expect(await s.task.preCommit(consumed(2), flush)).toEqual(consumed(2))
    expect([...s.server.documents.keys()]).toEqual(['there/orders+0+1'])
    expect(String(s.context.reported[0]?.error)).toContain(
      'topic elsewhere is not in topic.to.external.resource.mapping',
    )
    expect(s.server.indices.names()).toEqual(['there'])
  })

  test('writes through an alias never make an index of its name; a missing alias is made again', async () => {
    await using s = await setUp({ 'index.rollover': 'true' })
    await s.task.put(many(2))
    await s.task.preCommit(consumed(2), flush)
    expect(s.server.bulks[0]?.items.every(({ requireAlias }) => requireAlias)).toBe(true)
    s.server.indices.delete('orders-000001')
    await s.task.put(many(2, 2))
    expect(await s.task.preCommit(consumed(4), flush)).toEqual(consumed(4))
    expect(s.server.indices.names()).toEqual(['orders-000001'])
    expect(s.context.counts.get('documents_written')).toBe(4)
  })
})

describe('trouble that passes', () => {
  test.each([
    ['429', { status: 429 }],
    ['503', { status: 503 }],
    ['500', { status: 500 }],
    ['a cut before the answer', { cut: 'before' as const }],
    ['a cut in the middle of the answer', { cut: 'during' as const }],
    ['no answer in time', { delayMs: 2500 }],
  ])(
    '%s: the request is sent again, every document is there once',
    async (_name, behaviour) => {
      await using s = await setUp({ 'read.timeout.ms': '1000' })
      s.server.onBulk = (_request, n) => (n < 2 ? behaviour : {})
      await s.task.put(many(50))
      expect(await s.task.preCommit(consumed(50), flush)).toEqual(consumed(50))
      expect(s.server.documents.size).toBe(50)
      expect(s.context.counts.get('documents_written')).toBe(50)
    },
    20_000,
  )

  test('only the items that failed are sent again', async () => {
    await using s = await setUp()
    s.server.onBulk = (_request, n) => (n < 2 ? { item: ({ id }) => (id.endsWith('5') ? rejected : undefined) } : {})
    await s.task.put(many(20))
    await s.task.preCommit(consumed(20), flush)
    expect(s.server.bulks.map(({ items }) => items.length)).toEqual([20, 2, 2])
    expect(s.context.counts.get('documents_written')).toBe(20)
    expect(s.context.counts.get('documents_retried')).toBe(4)
  })

  test('no offset passes a record that is still being retried', async () => {
    await using s = await setUp({ 'batch.size': '10' })
    let open = false
    s.server.onBulk = ({ items }) => (items.some(({ id }) => id === 'orders+0+15') && !open ? { status: 429 } : {})
    await s.task.put(many(40))
    await until(() => s.server.documents.size === 30)
    expect(await s.task.preCommit(consumed(40), { closing: false })).toEqual(consumed(10))
    open = true
    expect(await s.task.preCommit(consumed(40), flush)).toEqual(consumed(40))
  })

  test('Retry-After is honoured', async () => {
    await using s = await setUp()
    s.server.onBulk = (_request, n) => (n === 0 ? { status: 429, headers: { 'retry-after': '1' } } : {})
    const started = performance.now()
    await s.task.put(many(1))
    await s.task.preCommit(consumed(1), flush)
    expect(performance.now() - started).toBeGreaterThan(950)
  })

  test('while Elasticsearch is down put asks to be called again, and nothing is lost or written twice', async () => {
    const gone = await FakeElasticsearch.start()
    await using s = await setUp({ 'batch.size': '10', 'max.retries': '1', 'max.buffered.records': '50' }, gone)
    await s.task.put(many(10))
    await s.task.preCommit(consumed(10), flush)
    const { port } = gone
    await gone.close()
    let failed: unknown
    const rest = many(100, 10)
    for (let tries = 0; tries < 200 && !isRetriable(failed); tries++) {
      failed = await s.task.put(rest).then(
        () => null,
        (error: unknown) => error,
      )
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(isRetriable(failed)).toBe(true)
    expect((failed as Error).message).toContain('takes no documents now')
    expect(await s.task.preCommit(consumed(110), { closing: false })).toEqual(consumed(10))

    await using back = new FakeElasticsearch()
    await back.listen(port)
    for (let done = false; !done; ) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      done = await s.task.put(rest).then(
        () => true,
        (error: unknown) => {
          if (!isRetriable(error)) throw error
          return false
        },
      )
    }
    expect(await s.task.preCommit(consumed(110), flush)).toEqual(consumed(110))
    expect(back.documents.size).toBe(100)
    expect(back.bulks.flatMap(({ items }) => items)).toHaveLength(100)
  }, 20_000)

  test('parts that were not taken over before a failure are taken when they are put again', async () => {
    await using s = await setUp({ 'batch.size': '10', 'max.retries': '1', 'max.buffered.records': '15' })
    s.server.onBulk = () => ({ status: 503 })
    const parts = Array.from({ length: 3 }, (_, offset) =>
      Array.from({ length: 12 }, (_, i) => json(offset, { offset, i }).asPart(i)),
    ).flat()
    const put = () =>
      s.task.put(parts).then(
        () => true,
        (error: unknown) => {
          if (!isRetriable(error)) throw error
          return false
        },
      )
    expect(await put()).toBe(false)
    expect(await s.task.preCommit(consumed(3), { closing: false })).toEqual([])
    s.server.onBulk = () => ({})
    await expect.poll(put, { timeout: 10_000 }).toBe(true)
    expect(await s.task.preCommit(consumed(3), flush)).toEqual(consumed(3))
    expect(s.server.documents.size).toBe(36)
  }, 20_000)

  test('after flush.timeout.ms of trying the task fails, says where and why, and has committed nothing', async () => {
    await using s = await setUp({ 'max.retries': '1', 'flush.timeout.ms': '1000' })
    const withUser = await setUp(
      { 'connection.url': s.server.url.replace('//', '//me:secret@'), 'max.retries': '1', 'flush.timeout.ms': '1000' },
      s.server,
    )
    s.server.onBulk = () => ({ status: 503 })
    await withUser.task.put(many(5))
    let error: unknown
    await until(() => {
      void withUser.task.put([]).catch((failure: unknown) => {
        if (!isRetriable(failure)) error = failure
      })
      return error !== undefined
    })
    expect((error as Error).message).toMatch(
      /writing to Elasticsearch at http:\/\/127.* failed after \d+ attempts: HTTP status 503: some_exception: because/,
    )
    expect((error as Error).message).not.toContain('secret')
    expect(await withUser.task.preCommit(consumed(5), flush)).toEqual([])
    await withUser.task.stop()
  })

  test('rights that are missing for longer than flush.timeout.ms fail the task, with the document and the reason', async () => {
    await using s = await setUp({ 'max.retries': '2', 'flush.timeout.ms': '1000' })
    s.server.onBulk = () => ({ item: () => ({ status: 403, type: 'security_exception', reason: 'no write' }) })
    await s.task.put(many(1))
    await expect
      .poll(() => s.task.put([]).catch((error: unknown) => (isRetriable(error) ? '' : String(error))), {
        timeout: 5000,
      })
      .toMatch(/document orders\+0\+0 of index orders \(record orders-0@0\): security_exception: no write/)
    expect(s.context.counts.get('setbacks_access_denied')).toBe(s.server.bulks.length)
  })

  test('a full buffer makes put wait until there is room', async () => {
    await using s = await setUp({ 'batch.size': '5', 'max.in.flight.requests': '2', 'max.buffered.records': '10' })
    s.server.onBulk = () => ({ delayMs: 50 })
    const started = performance.now()
    await s.task.put(many(30))
    expect(performance.now() - started).toBeGreaterThan(80)
    expect(s.server.documents.size).toBeGreaterThanOrEqual(10)
    await s.task.preCommit(consumed(30), flush)
    expect(s.server.documents.size).toBe(30)
  })
})

describe('documents that are refused', () => {
  const bad = { item: ({ id }: { id: string }) => (id === 'orders+0+1' ? malformed : undefined) }

  test('errors.tolerance all: reported with the reason, the others are written, all is committed', async () => {
    await using s = await setUp()
    s.context.tolerance = 'all'
    s.server.onBulk = () => bad
    await s.task.put(many(3))
    expect(await s.task.preCommit(consumed(3), flush)).toEqual(consumed(3))
    expect(s.server.documents.size).toBe(2)
    expect(s.context.reported).toMatchObject([{ tolerated: false, record: { offset: 1n } }])
    expect((s.context.reported[0]!.error as Error).message).toBe(
      'Elasticsearch refused document orders+0+1 of index orders (record orders-0@1): document_parsing_exception: failed to parse field [n] (status 400)',
    )
  })

  test('errors.tolerance none: the task fails with the reason, the offset stays', async () => {
    await using s = await setUp()
    s.server.onBulk = () => bad
    await s.task.put(many(3))
    expect(await s.task.preCommit(consumed(3), flush)).toEqual([])
    await expect(s.task.put([])).rejects.toThrow('failed to parse field [n]')
  })

  test.each(['ignore', 'warn'])('%s goes on whatever errors.tolerance says', async (behaviour) => {
    await using s = await setUp({ 'behavior.on.malformed.documents': behaviour })
    s.server.onBulk = () => bad
    await s.task.put(many(3))
    expect(await s.task.preCommit(consumed(3), flush)).toEqual(consumed(3))
    expect(s.context.reported).toMatchObject([{ tolerated: true }])
  })

  test('fail reports and fails the task even with errors.tolerance all', async () => {
    await using s = await setUp({ 'behavior.on.malformed.documents': 'fail' })
    s.context.tolerance = 'all'
    s.server.onBulk = () => bad
    await s.task.put(many(3))
    expect(await s.task.preCommit(consumed(3), flush)).toEqual([])
    expect(s.context.reported).toHaveLength(1)
    await expect(s.task.put([])).rejects.toThrow('document orders+0+1')
  })

  test('one that can not be decoded is reported as the converter’s error', async () => {
    await using s = await setUp()
    s.context.tolerance = 'all'
    s.server.onBulk = () => bad
    const stage = new StageError('VALUE_CONVERTER', 'JsonConverter', new SyntaxError('no JSON'))
    const undecodable = (offset: bigint, bytes: string) =>
      new Sink(
        json(Number(offset)).origin,
        Lazy.of({ schema: null, value: null }),
        Lazy.from(() => {
          throw stage
        }, Buffer.from(bytes)),
        [],
      )
    await s.task.put([json(0), undecodable(1n, '{"n":x}'), undecodable(2n, 'no braces')])
    expect(await s.task.preCommit(consumed(3), flush)).toEqual(consumed(3))
    expect(s.context.reported.map(({ error }) => error)).toEqual([stage, stage])
  })

  test('a value that is no object is reported; drop.invalid.message passes over it', async () => {
    await using s = await setUp()
    await expect(s.task.put([json(0, [1])])).rejects.toThrow('an array, not an object')
    await using dropping = await setUp({ 'drop.invalid.message': 'true' })
    await dropping.task.put([json(0, [1]), json(1)])
    expect(await dropping.task.preCommit(consumed(2), flush)).toEqual(consumed(2))
    expect(dropping.context.reported).toMatchObject([{ tolerated: true }])
  })

  test('a request that is too large is split until the one document is found', async () => {
    await using s = await setUp()
    s.context.tolerance = 'all'
    s.server.onBulk = ({ bytes }) => (bytes > 2000 ? { status: 413 } : {})
    await s.task.put([...many(30), json(30, { big: 'x'.repeat(3000) }), ...many(30, 31)])
    expect(await s.task.preCommit(consumed(61), flush)).toEqual(consumed(61))
    expect(s.server.documents.size).toBe(60)
    expect(s.context.reported).toMatchObject([{ record: { offset: 30n } }])
    expect((s.context.reported[0]!.error as Error).message).toContain('HTTP status 413')
  })

  test('one document that makes the whole request unreadable is found too', async () => {
    await using s = await setUp()
    s.context.tolerance = 'all'
    s.server.onBulk = ({ items }) =>
      items.some(({ source }) => source === '{"n":7}') ? { status: 400, error: unreadable } : {}
    await s.task.put(many(20))
    expect(await s.task.preCommit(consumed(20), flush)).toEqual(consumed(20))
    expect(s.context.reported).toMatchObject([{ record: { offset: 7n } }])
    expect(s.server.documents.size).toBe(19)
  })
})

describe('partitions come and go', () => {
  test('what was taken away is not sent again', async () => {
    await using s = await setUp({ 'linger.ms': '1000', 'max.retries': '0' })
    let first = true
    s.server.onBulk = () => {
      if (!first) return {}
      first = false
      return { status: 503 }
    }
    const other = sinkRecord({ topic: 'orders', partition: 1, offset: 0n, valueJson: '{}' })
    await s.task.put([json(0), other])
    s.task.close([{ topic: 'orders', partition: 0 }])
    await s.task.preCommit([], flush)
    await until(() => s.server.documents.size === 1)
    expect([...s.server.documents.keys()]).toEqual(['orders/orders+1+0'])
  })

  test('stop does not wait for a server that does not answer', async () => {
    const s = await setUp()
    s.server.onBulk = () => ({ delayMs: 60_000 })
    await s.task.put(many(3))
    await until(() => s.server.bulks.length > 0)
    const started = performance.now()
    await s.task.stop()
    expect(performance.now() - started).toBeLessThan(2000)
    await s.server.close()
  })
})
