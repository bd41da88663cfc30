/** The task with records and offsets that no topic should have, and some have all the same. */
import { isRetriable, type RawConfig, type SinkRecord } from '@penstock/core'
import { fakeSinkTaskContext, sinkRecord } from '@penstock/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { config } from './config/config.ts'
import { ElasticsearchSinkTask } from './sink-task.ts'
import { FakeElasticsearch } from './testing/fake-elasticsearch.ts'

async function setUp(raw: RawConfig = {}, clock = { now: () => Date.now() }) {
  const server = await FakeElasticsearch.start()
  const context = Object.assign(fakeSinkTaskContext(), { clock, tolerance: 'all' as const })
  const task = new ElasticsearchSinkTask(
    config.parse({
      'connection.url': server.url,
      'key.ignore': 'true',
      'schema.ignore': 'true',
      'max.retries': '0',
      'retry.backoff.ms': '1',
      'retry.backoff.max.ms': '20',
      ...raw,
    }),
    context,
  )
  const put = (records: readonly SinkRecord[]) =>
    task.put(records).then(
      () => 'taken',
      (error: unknown) => (isRetriable(error) ? 'later' : String(error)),
    )
  return {
    ...{ server, context, task, put },
    [Symbol.asyncDispose]: async () => {
      await task.stop()
      await server.close()
    },
  }
}

const order = (offset: number, n = offset): SinkRecord =>
  sinkRecord({ topic: 'orders', offset: BigInt(offset), valueJson: `{"n":${n}}` })
const upTo = (offset: number) => [{ topic: 'orders', partition: 0, offset: BigInt(offset) }]

test('records that name what can not be an index are reported, and the others are written', async () => {
  await using s = await setUp()
  const topics = ['orders', 'a b', 'logs*', '\ud800', 'orders']
  await s.task.put(topics.map((topic, at) => order(at).with({ topic })))
  expect(await s.task.preCommit(upTo(5), { closing: true })).toEqual(upTo(5))
  expect(s.context.reported.map(({ record }) => record.offset)).toEqual([1n, 2n])
  expect([...s.server.documents.keys()].toSorted()).toEqual([
    'orders/orders+0+0',
    'orders/orders+0+4',
    expect.stringMatching(/^\ufffd\//),
  ])
})

test('a topic that was made anew during a hold begins again at 0, and its records are written', async () => {
  await using s = await setUp({ 'batch.size': '2' })
  await s.task.put([order(1000), order(1001)])
  expect(await s.task.preCommit(upTo(1002), { closing: true })).toEqual(upTo(1002))
  let open = false
  s.server.onBulk = () => (open ? {} : { status: 503 })
  await s.task.put([order(1002), order(1003)])
  await expect.poll(() => s.put([])).toBe('later')
  const anew = [order(0, 7), order(1, 8), order(2, 9)]
  expect(await s.put(anew)).toBe('later')
  open = true
  await expect.poll(() => s.put(anew)).toBe('taken')
  await s.task.preCommit(upTo(3), { closing: true })
  const written = [0, 1, 2].map((offset) => s.server.documents.get(`orders/orders+0+${offset}`)?.source)
  expect(written).toEqual(['{"n":7}', '{"n":8}', '{"n":9}'])
})

test('a put into a slow cluster ends after half a minute, however many of its records found room', async () => {
  const one = { 'batch.size': '1', 'max.in.flight.requests': '1', 'max.buffered.records': '1' }
  let now = 0
  await using s = await setUp(one, { now: () => now })
  s.server.onBulk = () => {
    now += 4000
    return {}
  }
  const records = Array.from({ length: 30 }, (_, offset) => order(offset))
  let puts = 1
  for (; puts < 30 && (await s.put(records)) === 'later'; puts++) {
    expect(s.server.bulks.length).toBeLessThanOrEqual(puts * 10)
  }
  expect(puts).toBeGreaterThan(2)
  await s.task.preCommit(upTo(30), { closing: true })
  expect(s.server.bulks.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(
    records.map(({ offset }) => `orders+0+${offset}`),
  )
})

const strange = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2n ** 70n,
    new Date(Number.NaN),
    '7',
    '\ud800',
    '..',
    '_',
    'A"\n{}',
  ),
  fc.uint8Array({ maxLength: 8 }),
  fc.constant(new Map<unknown, unknown>([[{}, 1]])),
)
const documents = fc.oneof(
  fc.jsonValue().map((value) => ({ valueJson: JSON.stringify(value) })),
  fc.string({ unit: 'binary' }).map((valueJson) => ({ valueJson })),
  fc.dictionary(fc.oneof(fc.constantFrom('a', 'kafka', '__proto__'), fc.string()), strange).map((value) => ({ value })),
  strange.map((value) => ({ value })),
)
const times = fc.constantFrom(null, 0, -1e12, 8.64e15, 8.64e15 + 1, 253_402_300_800_000)

test.each<[string, RawConfig]>([
  ['as they are', {}],
  ['under their keys', { 'key.ignore': 'false' }],
  [
    'by what they say',
    {
      'index.name.format': '{header.h}-{+yyyy}',
      'document.id.source': 'fields',
      'document.id.fields': 'a,key,header.h',
      'document.metadata': 'key,headers,timestamp',
      'document.version': 'timestamp',
    },
  ],
  ['with routing', { 'routing.type': 'value', 'routing.type.record.value.path': '/a', 'write.method': 'upsert' }],
  ['with versions from headers', { 'key.ignore': 'false', 'external.version.header': 'h' }],
  ['into data streams', { 'data.stream.type': 'logs', 'data.stream.dataset': 'x', 'data.stream.timestamp.field': 'a' }],
])('whatever the records, each is written or reported, and none stops the task: %s', async (_how, raw) => {
  await using s = await setUp({
    'behavior.on.null.values': 'fail',
    'behavior.on.malformed.documents': 'ignore',
    ...raw,
  })
  let offset = 0
  const records = fc.array(fc.tuple(documents, strange, strange, times, fc.constantFrom('orders', '\ud800', 'a*')), {
    minLength: 1,
    maxLength: 20,
  })
  await fc.assert(
    fc.asyncProperty(records, async (all) => {
      const made = all.map(([document, key, header, timestamp, topic]) =>
        sinkRecord({
          ...document,
          ...{ topic: 'orders', offset: BigInt(offset++), key, timestamp },
          headers: [{ name: 'h', schema: null, value: header }],
        }).with({ topic }),
      )
      s.context.reported.length = 0
      s.server.bulks.length = 0
      await s.task.put(made)
      expect(await s.task.preCommit(upTo(offset), { closing: true })).toEqual(upTo(offset))
      const sent = s.server.bulks.reduce((sum, { items }) => sum + items.length, 0)
      expect(sent + s.context.reported.length).toBe(made.length)
    }),
  )
})

test.each<[string, RawConfig]>([
  ['as it came', {}],
  ['without an id', { 'use.autogenerated.ids': 'true' }],
  ['under its hash', { 'document.id.source': 'hash' }],
  ['with its topic beside it', { 'document.metadata': 'topic' }],
])('a value that is no JSON, written %s, is reported, and the others are written', async (_how, raw) => {
  await using s = await setUp(raw)
  const refusal = { status: 400, type: 'document_parsing_exception', reason: 'failed to parse' }
  s.server.onBulk = () => ({ item: ({ source }) => (isJson(String(source)) ? undefined : refusal) })
  await s.task.put([order(0), sinkRecord({ topic: 'orders', offset: 1n, valueJson: '{a}' }), order(2)])
  expect(await s.task.preCommit(upTo(3), { closing: true })).toEqual(upTo(3))
  expect(s.context.reported.map(({ record, error }) => [record.offset, (error as Error).name])).toEqual([
    [1n, 'SyntaxError'],
  ])
  expect(s.context.counts.get('documents_written')).toBe(2)
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
