import { Lazy, type RawConfig, SinkRecord, StageError } from '@penstock/core'
import { sinkRecord } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { runTask } from './testing/running-task.ts'

const day = (date: string) => Date.parse(`${date}T12:00:00Z`)

async function setUp(raw: RawConfig = {}) {
  const running = await runTask({ 'linger.ms': '1000', 'behavior.on.null.values': 'ignore', ...raw })
  const { server, task } = running
  return {
    ...running,
    /** What is written, as `index/id`, once the offsets up to `offset` may be committed. */
    async write(records: readonly SinkRecord[], offset: bigint): Promise<string[]> {
      const consumed = [{ topic: 'orders', partition: 0, offset }]
      await task.put(records)
      expect(await task.preCommit(consumed, { closing: true })).toEqual(consumed)
      return [...server.documents.keys()].sort()
    },
  }
}

/** A record of which nothing may be decoded. */
function undecoded(offset: bigint, timestamp: number, json = `{ "n":${offset} }`): SinkRecord {
  const refuse = (part: string) => () => {
    throw new StageError('VALUE_CONVERTER', 'JsonConverter', new Error(`the ${part} was decoded`))
  }
  const { origin } = sinkRecord({ topic: 'orders', offset, timestamp, valueJson: json })
  return new SinkRecord(origin, Lazy.from(refuse('key'), null), Lazy.from(refuse('value'), Buffer.from(json)), [])
}

test('an index by topic and day takes raw documents: nothing is decoded', async () => {
  await using s = await setUp({ 'index.name.format': '{topic}-{+yyyy.MM.dd}', 'ingest.pipeline': 'p' })
  const records = ['2026-01-01', '2026-01-02', '2026-01-01', '2026-01-02'].map((date, i) =>
    undecoded(BigInt(i), day(date)),
  )
  expect(await s.write(records, 4n)).toEqual([
    'orders-2026.01.01/orders+0+0',
    'orders-2026.01.01/orders+0+2',
    'orders-2026.01.02/orders+0+1',
    'orders-2026.01.02/orders+0+3',
  ])
  expect(s.server.documents.get('orders-2026.01.02/orders+0+3')?.source).toBe('{ "n":3 }')
  expect(s.server.bulks).toHaveLength(1)
  expect(s.context.reported).toEqual([])
})

test('documents with ids from headers and metadata are passed on as bytes', async () => {
  await using s = await setUp({
    'document.id.source': 'header',
    'document.id.header': 'id',
    'document.metadata': 'offset',
  })
  const headers = [{ name: 'id', schema: null, value: 'a' }]
  expect(await s.write([undecoded(0n, 0).with({ headers })], 1n)).toEqual(['orders/a'])
  expect(s.server.documents.get('orders/a')).toEqual({ version: 0, source: '{"kafka":{"offset":0}, "n":0 }' })
})

test('a record that does not say where it belongs is reported, and its offset done', async () => {
  await using s = await setUp({ 'index.name.format': '{tenant}' })
  s.context.tolerance = 'all'
  const record = (offset: bigint, value: object) =>
    sinkRecord({ topic: 'orders', offset, valueJson: JSON.stringify(value) })
  expect(await s.write([record(0n, {}), record(1n, { tenant: 'A' }), record(2n, { tenant: [] })], 3n)).toEqual([
    'a/orders+0+1',
  ])
  expect(s.context.reported.map(({ error }) => (error as Error).message)).toEqual([
    expect.stringContaining('record orders-0@0 has no {tenant} for index.name.format'),
    expect.stringContaining('{tenant} of index.name.format {tenant} is a list'),
  ])
})

test('topics are brought together by a regular expression, one goes elsewhere by name', async () => {
  await using s = await setUp({
    'index.topic.regex': '([a-z]+)-v\\d+',
    'index.topic.replacement': '$1',
    'topic.index.map': 'orders-v9:special',
  })
  const of = (topic: string, offset: bigint) => sinkRecord({ topic: 'orders', offset, valueJson: '{}' }).with({ topic })
  const topics = ['orders-v1', 'orders-v2', 'orders-v9', 'orders-x']
  expect(
    await s.write(
      topics.map((topic, i) => of(topic, BigInt(i))),
      4n,
    ),
  ).toEqual(['orders-x/orders-x+0+3', 'orders/orders-v1+0+0', 'orders/orders-v2+0+1', 'special/orders-v9+0+2'])
})

test('many indices by field do not pile up', async () => {
  await using s = await setUp({ 'index.name.format': 'x-{n}' })
  const records = Array.from({ length: 300 }, (_, n) =>
    sinkRecord({ topic: 'orders', offset: BigInt(n), valueJson: `{"n":${n % 150}}` }),
  )
  expect(new Set((await s.write(records, 300n)).map((name) => name.split('/')[0])).size).toBe(150)
})

test('ids that come from several partitions take the timestamp as version: the later one stays', async () => {
  await using s = await setUp({
    'document.id.source': 'fields',
    'document.id.fields': 'id',
    'document.version': 'timestamp',
  })
  const of = (offset: bigint, timestamp: number) =>
    sinkRecord({ topic: 'orders', offset, timestamp, valueJson: `{"id":"a","at":${timestamp}}` })
  await s.write([of(0n, 2000), of(1n, 1000)], 2n)
  expect(s.server.documents.get('orders/a')).toEqual({ version: 2000, source: '{"id":"a","at":2000}' })
})

test('a conflict of versions fails the task where that is asked for', async () => {
  await using s = await setUp({
    'key.ignore': 'false',
    'external.version.header': 'v',
    'behavior.on.version.conflict': 'fail',
  })
  const of = (offset: bigint, version: string) =>
    sinkRecord({ topic: 'orders', offset, key: 'k', valueJson: '{}' }).with({
      headers: [{ name: 'v', schema: null, value: version }],
    })
  await s.task.put([of(0n, '7'), of(1n, '6')])
  await s.task.preCommit([], { closing: true })
  await expect(s.task.put([])).rejects.toThrow('record orders-0@1 was not written, document k of index orders is newer')
})
