/** Data streams on a real OpenSearch: the Elasticsearch node of the stack lacks the requests for them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Cluster,
  IndexView,
  idOf,
  type OpenSearch,
  startCluster,
  startOpenSearch,
  until,
} from './harness/index.ts'
import { elasticsearchRequest } from './stack/elasticsearch-request.ts'

let cluster: Cluster
let node: OpenSearch | undefined
beforeAll(async () => {
  node = await startOpenSearch()
  if (node) cluster = await startCluster({ workers: 1, properties: { 'offset.flush.interval.ms': '500' } })
}, 240_000)
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  await node?.[Symbol.asyncDispose]()
})

const sink = () => ({
  'connector.class': 'ElasticsearchSink',
  'connection.url': node?.url ?? '',
  'value.converter': 'JsonConverter',
  'value.converter.schemas.enable': 'false',
})

async function server(method: string, path: string, body?: object): Promise<unknown> {
  const more = body === undefined ? {} : { body: JSON.stringify(body) }
  return await (await elasticsearchRequest(node?.url ?? '', path, { method, ...more })).json()
}

const template = (name: string, pattern: string, properties: object = {}) =>
  server('PUT', `_index_template/${name}`, {
    index_patterns: [pattern],
    data_stream: {},
    template: { settings: { number_of_replicas: 0 }, mappings: { properties } },
  })

const documents = (name: string): Promise<Record<string, string>> => new IndexView(name, node?.url).byId()

test('records become documents of a data stream, each once, with their time', async ({ skip }) => {
  skip(!node, 'there is no OpenSearch')
  await template('shop', 'logs-shop-*')
  const topic = await cluster.createTopic()
  const records = await cluster.produce(topic, [
    { value: '{"precise":9007199254740993,"d":0.10}', timestamp: 1_767_312_000_123 },
    { value: '{"@timestamp":"2001-01-01","n":1}', timestamp: 1_767_312_000_456 },
  ])
  const config = {
    ...sink(),
    topics: topic,
    'schema.ignore': 'true',
    'data.stream.type': 'LOGS',
    'data.stream.dataset': 'shop',
  }
  await cluster.createConnector(topic, config)
  // The same once more: all of it is there already.
  await cluster.createConnector(`${topic}-again`, config)
  for (const name of [topic, `${topic}-again`]) await cluster.group(name).untilCommitted(topic, 2n)
  const [first, second] = records.map(idOf)
  expect(await documents(`logs-shop-${topic}`)).toEqual({
    [first as string]: '{"@timestamp":1767312000123,"precise":9007199254740993,"d":0.10}',
    [second as string]: '{"@timestamp":1767312000456,"n":1}',
  })
  expect(await server('GET', `_data_stream/logs-shop-${topic}`)).toMatchObject({
    data_streams: [{ name: `logs-shop-${topic}`, template: 'shop' }],
  })
  await cluster.untilRunning(`${topic}-again`, { tasks: 1 })
})

test('with schemas the write index gets the fields that its template lacks; the time comes from a field', async ({
  skip,
}) => {
  skip(!node, 'there is no OpenSearch')
  const topic = await cluster.createTopic()
  const stream = `metrics-stock-${topic}`
  await template('stock', 'metrics-stock-*', { sku: { type: 'keyword' } })
  expect(await server('PUT', `_data_stream/${stream}`)).toMatchObject({ acknowledged: true })
  const fields = [
    { field: 'sku', type: 'string' },
    { field: 'count', type: 'int32' },
    { field: 'at', type: 'int64', name: 'org.apache.kafka.connect.data.Timestamp', version: 1 },
  ]
  const payload = { sku: 'a', count: 3, at: 1767312000123 }
  const value = JSON.stringify({ schema: { type: 'struct', fields }, payload })
  const [record] = await cluster.produce(topic, [{ value }, { value: null }])
  await cluster.createConnector(topic, {
    ...sink(),
    topics: topic,
    'schema.ignore': 'false',
    'value.converter.schemas.enable': 'true',
    'external.resource.usage': 'datastream',
    'topic.to.external.resource.mapping': `${topic}:${stream}`,
    'data.stream.timestamp.field': 'missing,at',
    'behavior.on.null.values': 'ignore',
  })
  await cluster.group(topic).untilCommitted(topic, 2n)
  expect(await documents(stream)).toEqual({
    [idOf(record as NonNullable<typeof record>)]:
      '{"sku":"a","count":3,"at":1767312000123,"@timestamp":"1767312000123"}',
  })
  const mappings = (await server('GET', `${stream}/_mapping`)) as Record<string, { mappings: { properties: object } }>
  expect(Object.values(mappings)[0]?.mappings.properties).toMatchObject({
    '@timestamp': { type: 'date' },
    sku: { type: 'keyword' },
    count: { type: 'integer' },
    at: { type: 'date' },
  })
  expect(
    await server('POST', `${stream}/_search`, {
      query: { range: { '@timestamp': { gte: '2026-01-02T00:00:00.123Z', lte: '2026-01-02T00:00:00.123Z' } } },
    }),
  ).toMatchObject({ hits: { total: { value: 1 } } })
})

test('without a template the task says which one to make', async ({ skip }) => {
  skip(!node, 'there is no OpenSearch')
  const topic = await cluster.createTopic()
  await cluster.produce(topic, [{ value: '{}' }])
  await cluster.createConnector(topic, {
    ...sink(),
    topics: topic,
    'schema.ignore': 'true',
    'data.stream.type': 'traces',
    'data.stream.dataset': 'nowhere',
  })
  const trace = await until(async () => (await cluster.client.status(topic)).tasks[0]?.trace, {
    what: 'the task to fail',
  })
  expect(trace).toContain(
    'make one: PUT _index_template/traces-nowhere {"index_patterns":["traces-nowhere-*"],"data_stream":{},"priority":200}',
  )
})
