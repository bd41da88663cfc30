import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, idOf, startCluster } from './harness/index.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ workers: 1, properties: { 'offset.flush.interval.ms': '500' } })
})
afterAll(() => cluster?.[Symbol.asyncDispose]())

const sink = { 'connector.class': 'ElasticsearchSink', 'schema.ignore': 'true', 'tasks.max': '1' }
const splitItems = { 'transforms.split.type': 'Split', 'transforms.split.field': 'items' }

/** The documents of an index by id, once the offsets up to `end` are committed. */
async function documentsOnceCommitted(name: string, end: bigint): Promise<Record<string, unknown>> {
  await cluster.group(name).untilCommitted(name, end)
  const documents = await cluster.index(name).all()
  return Object.fromEntries(documents.map(({ id, source }) => [id, JSON.parse(source)]))
}

test('parts of a split record have documents of their own, and its offset is committed', async () => {
  const topic = await cluster.createTopic()
  const [record] = await cluster.produce(topic, [{ key: 'k', value: '{"order":7,"items":["a","b","c"]}' }])
  const config = { ...sink, topics: topic, 'key.ignore': 'true', transforms: 'split,hoist', ...splitItems }
  await cluster.createConnector(topic, {
    ...config,
    'transforms.split.keep.fields': 'false',
    'transforms.hoist.type': 'HoistField$Value',
    'transforms.hoist.field': 'item',
  })
  const id = idOf(record as NonNullable<typeof record>)
  expect(await documentsOnceCommitted(topic, 1n)).toEqual({
    [`${id}+0`]: { item: 'a' },
    [`${id}+1`]: { item: 'b' },
    [`${id}+2`]: { item: 'c' },
  })
})

test('parts with keys of their own write to the documents of these, the last one stays', async () => {
  const topic = await cluster.createTopic()
  const items = '[{"sku":"a","n":1},{"sku":"b","n":2},{"sku":"a","n":3}]'
  await cluster.produce(topic, [{ key: 'k', value: `{"items":${items}}` }])
  await cluster.createConnector(topic, {
    ...sink,
    topics: topic,
    'key.ignore': 'false',
    transforms: 'split,key,extract',
    ...splitItems,
    'transforms.split.keep.fields': 'false',
    'transforms.key.type': 'ValueToKey',
    'transforms.key.fields': 'sku',
    'transforms.extract.type': 'ExtractField$Key',
    'transforms.extract.field': 'sku',
  })
  expect(await documentsOnceCommitted(topic, 1n)).toEqual({ a: { sku: 'a', n: 3 }, b: { sku: 'b', n: 2 } })
})

test('records are enriched from a compacted topic, in their order', async () => {
  const customers = await cluster.createTopic({ config: { 'cleanup.policy': 'compact' } })
  await cluster.produce(customers, [
    { key: '1', value: '{"name":"old"}' },
    { key: '2', value: '{"name":"Bob"}' },
    { key: '1', value: '{"name":"Ada"}' },
    { key: '2', value: null },
  ])
  const topic = await cluster.createTopic()
  const [first, second] = await cluster.produce(topic, [{ value: '{"customer":1}' }, { value: '{"customer":2}' }])
  await cluster.createConnector(topic, {
    ...sink,
    topics: topic,
    'key.ignore': 'true',
    transforms: 'enrich',
    'transforms.enrich.type': 'Enrich',
    'transforms.enrich.lookup': 'topic',
    'transforms.enrich.topic': customers,
    'transforms.enrich.key.field': 'customer',
    'transforms.enrich.target.field': 'found',
  })
  expect(await documentsOnceCommitted(topic, 2n)).toEqual({
    [idOf(first as NonNullable<typeof first>)]: { customer: 1, found: { name: 'Ada' } },
    [idOf(second as NonNullable<typeof second>)]: { customer: 2 },
  })
})
