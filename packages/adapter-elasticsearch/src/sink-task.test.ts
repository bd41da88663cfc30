import { setTimeout as sleep } from 'node:timers/promises'
import { Struct, schema } from '@penstock/core'
import { type SinkRecordFields, sinkRecord } from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'
import type { ItemError } from './testing/fake-elasticsearch.ts'
import { consumed, order, orders, runTask } from './testing/running-task.ts'

const rejected: ItemError = { status: 429, type: 'es_rejected_execution_exception', reason: 'queue full' }

test('a partition that comes back before a lost batch went out is written, before its offsets are named', async () => {
  await using s = await runTask({ 'linger.ms': '60000' })
  await s.task.put(orders(2))
  s.task.close([{ topic: 'orders', partition: 0 }])
  await s.task.put(orders(3))
  expect(await s.task.preCommit(consumed(3), { closing: true })).toEqual(consumed(3))
  expect([...s.server.documents.keys()]).toEqual(['orders/orders+0+0', 'orders/orders+0+1', 'orders/orders+0+2'])
})

describe('writing', () => {
  test('raw JSON arrives byte for byte under topic, partition and offset', async () => {
    await using s = await runTask()
    const value = '{"big":12345678901234567890, "d":0.10,\n"s":"ü"}'
    await s.task.put([order(0), sinkRecord({ topic: 'orders', partition: 2, offset: 7n, valueJson: value })])
    await s.task.preCommit(consumed(1), { closing: true })
    expect(s.server.documents.get('orders/orders+2+7')?.source).toBe(value.replace('\n', '\t'))
    expect(s.server.requests.slice(0, 3)).toEqual(['GET /orders', 'PUT /orders', 'POST /orders/_bulk'])
  })

  test('what was not flushed goes out by itself after linger.ms', async () => {
    await using s = await runTask()
    await s.task.put(orders(3))
    await expect.poll(() => s.server.documents.size).toBe(3)
    // The server has them before the task has its answer.
    await expect.poll(() => s.task.preCommit(consumed(3), { closing: false })).toEqual(consumed(3))
  })

  test('documents that trickle in share few requests while Elasticsearch is slow', async () => {
    await using s = await runTask()
    const answersMs = 400
    s.server.onBulk = () => ({ delayMs: answersMs })
    const until = Date.now() + 5 * answersMs
    for (let offset = 0; Date.now() < until; offset++) {
      await s.task.put([order(offset)])
      await sleep(20)
    }
    // One is under way most of the time; several only until the first answer told how long they take.
    expect(s.server.bulks.length).toBeLessThanOrEqual(14)
  })

  test('a request holds at most batch.size documents and bulk.size.bytes bytes', async () => {
    await using s = await runTask({ 'batch.size': '10', 'bulk.size.bytes': '400', 'linger.ms': '1000' })
    await s.task.put([...orders(40), order(40, { long: 'x'.repeat(1000) }), ...orders(5, 41)])
    await s.task.preCommit(consumed(46), { closing: true })
    expect(s.server.documents.size).toBe(46)
    for (const { items, bytes } of s.server.bulks) {
      expect(items.length).toBeLessThanOrEqual(10)
      expect(bytes <= 400 || items.length === 1).toBe(true)
    }
  })

  test('records of several topics share requests; a renamed topic gives index and id', async () => {
    await using s = await runTask({ 'linger.ms': '1000' })
    const renamed = order(1).with({ topic: 'orders-2026' })
    await s.task.put([order(0), renamed, order(2)])
    expect(await s.task.preCommit(consumed(3), { closing: true })).toEqual(consumed(3))
    expect([...s.server.documents.keys()].sort()).toEqual([
      'orders-2026/orders-2026+0+1',
      'orders/orders+0+0',
      'orders/orders+0+2',
    ])
    expect(s.server.bulks).toHaveLength(1)
  })

  test('requests run at once, up to max.in.flight.requests', async () => {
    await using s = await runTask({ 'batch.size': '10', 'max.in.flight.requests': '3' })
    s.server.onBulk = () => ({ delayMs: 30 })
    await s.task.put(orders(100))
    await s.task.preCommit(consumed(100), { closing: true })
    expect(s.server.mostInFlight).toBe(3)
    expect(s.server.documents.size).toBe(100)
  })

  test('bodies are compressed when asked for', async () => {
    await using s = await runTask({ 'connection.compression': 'true' })
    await s.task.put(orders(100))
    await s.task.preCommit(consumed(100), { closing: true })
    expect(s.server.bulks[0]?.headers['content-encoding']).toBe('gzip')
    expect(s.server.documents.size).toBe(100)
  })

  test('plain media types and a small answer are asked for', async () => {
    await using s = await runTask()
    await s.task.put(orders(1))
    await s.task.preCommit(consumed(1), { closing: true })
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
    await using s = await runTask({ 'key.ignore': 'false', 'batch.size': '2' })
    s.server.onBulk = (_request, n) =>
      n % 3 === 0 ? { item: (item) => (item.version! % 2 ? rejected : undefined) } : {}
    for (let i = 0; i < 20; i++) await s.task.put([keyed(i, 'k', { i })])
    expect(await s.task.preCommit(consumed(20), { closing: true })).toEqual(consumed(20))
    expect(s.server.documents.get('orders/k')).toEqual({ version: 19, source: '{"i":19}' })
  })

  test('the last part of a key wins, although all parts have one offset', async () => {
    await using s = await runTask({ 'key.ignore': 'false', 'batch.size': '2' })
    const parts = [0, 1, 2].map((i) => {
      const part = keyed(1, 'whole', { i }).asPart(i)
      return part.with({ key: { schema: null, value: 'k' } })
    })
    await s.task.put(parts)
    await s.task.put(parts)
    expect(await s.task.preCommit(consumed(2), { closing: true })).toEqual(consumed(2))
    expect([...s.server.documents]).toEqual([['orders/k', { version: 1, source: '{"i":2}' }]])
  })

  test('parts of undecoded records have ids of their own', async () => {
    await using s = await runTask()
    await s.task.put([0, 1].map((i) => order(5).asPart(i)))
    expect(await s.task.preCommit(consumed(6), { closing: true })).toEqual(consumed(6))
    expect([...s.server.documents.keys()].sort()).toEqual(['orders/orders+0+5+0', 'orders/orders+0+5+1'])
  })

  test('two requests with the same document id are never under way at once', async () => {
    await using s = await runTask({ 'key.ignore': 'false', 'write.method': 'upsert', 'batch.size': '1' })
    const under = new Map<string, number>()
    s.server.onBulk = ({ items }) => {
      const id = items[0]!.id
      expect(under.get(id) ?? 0).toBe(0)
      under.set(id, 1)
      setTimeout(() => under.set(id, 0), 8)
      return { delayMs: 10 }
    }
    await s.task.put(Array.from({ length: 12 }, (_, i) => keyed(i, i % 3 ? 'a' : `b${i}`, { [`f${i}`]: i })))
    await s.task.preCommit(consumed(12), { closing: true })
    expect(Object.keys(JSON.parse(s.server.documents.get('orders/a')!.source))).toHaveLength(8)
    expect(s.server.mostInFlight).toBeGreaterThan(1)
  })

  test('later updates of a document are sent again behind one that failed', async () => {
    await using s = await runTask({ 'key.ignore': 'false', 'write.method': 'upsert', 'linger.ms': '1000' })
    s.server.onBulk = (_request, n) =>
      n === 0 ? { item: ({ source }) => (source!.includes('"v":1') ? rejected : undefined) } : {}
    await s.task.put([keyed(0, 'a', { v: 1 }), keyed(1, 'b', { v: 5 }), keyed(2, 'a', { v: 2 })])
    await s.task.preCommit(consumed(3), { closing: true })
    expect(s.server.bulks[1]?.items.map(({ id }) => id)).toEqual(['a', 'a'])
    expect(s.server.documents.get('orders/a')?.source).toBe('{"v":2}')
  })

  test('records without value delete, skip or fail, as configured', async () => {
    await using s = await runTask({ 'key.ignore': 'false', 'behavior.on.null.values': 'delete' })
    await s.task.put([keyed(0, 'a', { v: 1 }), keyed(1, 'a', null), keyed(2, 'none', null), keyed(3, null, null)])
    expect(await s.task.preCommit(consumed(4), { closing: true })).toEqual(consumed(4))
    expect(s.server.documents.size).toBe(0)

    await using strict = await runTask({ 'behavior.on.null.values': 'fail' })
    await expect(strict.task.put([keyed(0, 'a', null)])).rejects.toThrow('record orders-0@0 has no value')

    await using lax = await runTask({ 'behavior.on.null.values': 'ignore' })
    await lax.task.put([keyed(0, 'a', null)])
    expect(await lax.task.preCommit(consumed(1), { closing: false })).toEqual(consumed(1))
    expect(lax.server.requests).toEqual([])
  })

  test('a record read again is no error: its version is known', async () => {
    await using s = await runTask({ 'key.ignore': 'false' })
    await s.task.put([keyed(0, 'a', { v: 1 })])
    await s.task.preCommit(consumed(1), { closing: true })
    await s.task.put([keyed(0, 'a', { v: 1 })])
    expect(await s.task.preCommit(consumed(1), { closing: true })).toEqual(consumed(1))
    expect(s.context.reported).toEqual([])
  })
})

describe('schemas', () => {
  const withId = schema.struct([['id', schema.int64()]])
  const withSchema = (offset: number) =>
    sinkRecord({ topic: 'orders', offset: BigInt(offset), valueSchema: withId, value: new Struct(withId, { id: 5n }) })

  test('the mapping is put once, before the first document', async () => {
    await using s = await runTask({ 'schema.ignore': 'false' })
    await s.task.put([withSchema(0), withSchema(1)])
    await s.task.preCommit(consumed(2), { closing: true })
    expect(s.server.indices.mapping('orders')).toEqual({ properties: { id: { type: 'long' } } })
    expect(s.server.requests.filter((request) => request === 'PUT /orders/_mapping')).toHaveLength(1)
    expect(s.server.documents.get('orders/orders+0+1')?.source).toBe('{"id":5}')
  })

  test('a schema that grows is mapped; a document refused for a field that widened says so', async () => {
    await using s = await runTask({ 'schema.ignore': 'false' })
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
    expect(await s.task.preCommit(consumed(1), { closing: true })).toEqual(consumed(1))
    expect(s.server.indices.mapping('orders')?.properties).toMatchObject({ id: { type: 'integer' }, note: {} })
    expect(String(s.context.reported[0]?.error)).toContain(
      '(status 400); field id of orders is integer, the schema of the record asks for long',
    )
  })

  test('tombstones come first, with key and without: no schema is asked for, and their offsets are done', async () => {
    await using s = await runTask({
      'schema.ignore': 'false',
      'key.ignore': 'false',
      'behavior.on.null.values': 'delete',
    })
    const gone = (offset: bigint, key: string | null) => sinkRecord({ topic: 'orders', offset, key, value: null })
    await s.task.put([gone(0n, null), gone(1n, 'a'), gone(2n, null)])
    expect(await s.task.preCommit(consumed(3), { closing: true })).toEqual(consumed(3))
    expect(s.server.requests).not.toContain('PUT /orders/_mapping')
    expect(s.server.bulks.flatMap(({ items }) => items)).toMatchObject([{ action: 'delete', id: 'a' }])
  })

  test('a record without schema is reported with what to set, and makes no index', async () => {
    await using s = await runTask({ 'schema.ignore': 'false' })
    s.context.tolerance = 'all'
    await s.task.put([order(0)])
    expect(await s.task.preCommit(consumed(1), { closing: true })).toEqual(consumed(1))
    expect(String(s.context.reported[0]?.error)).toContain('set schema.ignore=true')
    expect(s.server.requests).toEqual([])
    s.context.tolerance = 'none'
    await expect(s.task.put([order(1)])).rejects.toThrow('set schema.ignore=true')
  })
})

describe('what is not an index per topic', () => {
  const stream = { 'data.stream.type': 'logs', 'data.stream.dataset': 'shop' }

  test('data streams get creates, with the time of the record put into undecoded JSON', async () => {
    await using s = await runTask(stream)
    const twice = [order(0), order(1, { '@timestamp': 'mine', n: 1 })]
    await s.task.put(twice)
    await s.task.preCommit(consumed(2), { closing: true })
    await s.task.put(twice)
    expect(await s.task.preCommit(consumed(2), { closing: true })).toEqual(consumed(2))
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
    await using s = await runTask({ ...stream, 'key.ignore': 'false' })
    await s.task.put([sinkRecord({ topic: 'orders', key: 'k', value: { n: 1 } })])
    await s.task.preCommit(consumed(1), { closing: true })
    expect(s.server.bulks[0]?.items).toMatchObject([{ action: 'create', id: 'k', version: null }])
  })

  test('a topic without an external resource is reported, the others go on', async () => {
    const external = { 'external.resource.usage': 'index', 'topic.to.external.resource.mapping': 'orders:there' }
    await using s = await runTask(external)
    s.context.tolerance = 'all'
    s.server.indices.make('there')
    await s.task.put([order(0).with({ topic: 'elsewhere' }), order(1)])
    expect(await s.task.preCommit(consumed(2), { closing: true })).toEqual(consumed(2))
    expect([...s.server.documents.keys()]).toEqual(['there/orders+0+1'])
    expect(String(s.context.reported[0]?.error)).toContain(
      'topic elsewhere is not in topic.to.external.resource.mapping',
    )
    expect(s.server.indices.names()).toEqual(['there'])
  })

  test('writes through an alias never make an index of its name; a missing alias is made again', async () => {
    await using s = await runTask({ 'index.rollover': 'true' })
    await s.task.put(orders(2))
    await s.task.preCommit(consumed(2), { closing: true })
    expect(s.server.bulks[0]?.items.every(({ requireAlias }) => requireAlias)).toBe(true)
    s.server.indices.delete('orders-000001')
    await s.task.put(orders(2, 2))
    expect(await s.task.preCommit(consumed(4), { closing: true })).toEqual(consumed(4))
    expect(s.server.indices.names()).toEqual(['orders-000001'])
    expect(s.context.counts.get('documents_written')).toBe(4)
  })
})

describe('partitions come and go', () => {
  test('what was taken away is not sent again', async () => {
    await using s = await runTask({ 'linger.ms': '1000', 'max.retries': '0' })
    let first = true
    s.server.onBulk = () => {
      if (!first) return {}
      first = false
      return { status: 503 }
    }
    const other = sinkRecord({ topic: 'orders', partition: 1, offset: 0n, valueJson: '{}' })
    await s.task.put([order(0), other])
    s.task.close([{ topic: 'orders', partition: 0 }])
    await s.task.preCommit([], { closing: true })
    await expect.poll(() => s.server.documents.size).toBe(1)
    expect([...s.server.documents.keys()]).toEqual(['orders/orders+1+0'])
  })

  test('stop does not wait for a server that does not answer', async () => {
    const s = await runTask()
    s.server.onBulk = () => ({ delayMs: 60_000 })
    await s.task.put(orders(3))
    await expect.poll(() => s.server.bulks.length).toBeGreaterThan(0)
    const started = performance.now()
    await s.task.stop()
    expect(performance.now() - started).toBeLessThan(10_000)
    await s.server.close()
  })
})
