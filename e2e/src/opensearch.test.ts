/** The Elasticsearch sink with OpenSearch as its target, on real nodes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Cluster,
  IndexView,
  idOf,
  type OpenSearch,
  startCluster,
  startOpenSearch,
  untilEnded,
} from './harness/index.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ workers: 1, properties: { 'offset.flush.interval.ms': '500' } })
})
afterAll(() => cluster?.[Symbol.asyncDispose]())

describe.each([3, 2] as const)('OpenSearch %i', (major) => {
  let node: OpenSearch | undefined
  beforeAll(async () => {
    node = await startOpenSearch(major)
  }, 240_000)
  afterAll(() => node?.[Symbol.asyncDispose]())

  const sink = (topic: string) => ({
    'connector.class': 'ElasticsearchSink',
    'connection.url': node?.url ?? '',
    topics: topic,
    'key.converter': 'StringConverter',
    'value.converter': 'JsonConverter',
    'value.converter.schemas.enable': 'false',
  })
  const documents = (name: string) => new IndexView(name, node?.url).byId()

  test('a topic is streamed into it, byte for byte, without being told what it is', async ({ skip }) => {
    skip(!node, 'there is no OpenSearch')
    const topic = await cluster.createTopic({ partitions: 3 })
    const records = await cluster.produce(topic, 3_000)
    await cluster.createConnector(topic, { ...sink(topic), 'tasks.max': '2', 'connection.compression': 'true' })
    await new IndexView(topic, node?.url).untilHoldsExactly(records)
  })

  test('keys are ids: newer records win, records without a value delete', async ({ skip }) => {
    skip(!node, 'there is no OpenSearch')
    const topic = await cluster.createTopic()
    await cluster.produce(topic, [
      { key: 'a', value: '{"n":1}' },
      { key: 'b', value: '{"n":2}' },
      { key: 'a', value: '{"n":3}' },
      { key: 'b', value: null },
      { key: 'never-there', value: null },
    ])
    await cluster.createConnector(topic, {
      ...sink(topic),
      'key.ignore': 'false',
      'behavior.on.null.values': 'delete',
      flavor: 'opensearch',
    })
    await cluster.group(topic).untilCommitted(topic, 5n)
    expect(await documents(topic)).toEqual({ a: '{"n":3}' })
  })

  test('upserts change the fields that records have', async ({ skip }) => {
    skip(!node, 'there is no OpenSearch')
    const topic = await cluster.createTopic()
    await cluster.produce(topic, [
      { key: 'a', value: '{"n":1,"kept":true}' },
      { key: 'a', value: '{"n":2}' },
    ])
    await cluster.createConnector(topic, { ...sink(topic), 'key.ignore': 'false', 'write.method': 'upsert' })
    await cluster.group(topic).untilCommitted(topic, 2n)
    expect(await documents(topic)).toEqual({ a: '{"n":2,"kept":true}' })
  })

  test('a verification finds documents that are gone, and driving their records again brings them back', async ({
    skip,
  }) => {
    skip(!node, 'there is no OpenSearch')
    const topic = await cluster.createTopic()
    const records = await cluster.produce(topic, 500)
    await cluster.createConnector(topic, sink(topic))
    const index = new IndexView(topic, node?.url)
    await index.untilHoldsExactly(records)
    await cluster.group(topic).untilCommitted(topic, 500n)
    for (const record of records.slice(20, 23)) await index.remove(idOf(record))
    const { client } = cluster
    await client.verify(topic)
    const gaps = [{ topic, partition: 0, from: 20, to: 23, records: 3 }]
    const found = await untilEnded(() => client.verification(topic))
    expect(found).toMatchObject({ state: 'DONE', result: { read: 500, found: 497, missing: 3, duplicated: 0, gaps } })
    await client.redriveGaps(topic)
    await untilEnded(() => client.gapRedrive(topic))
    await client.verify(topic)
    const mended = await untilEnded(() => client.verification(topic))
    expect(mended).toMatchObject({ result: { found: 500, missing: 0, gaps: [] } })
    await index.untilHoldsExactly(records)
  })

  test('a connector that wants Elasticsearch is refused', async ({ skip }) => {
    skip(!node, 'there is no OpenSearch')
    const name = `unwanted-${major}`
    const created = cluster.createConnector(name, { ...sink(name), flavor: 'elasticsearch' })
    await expect(created).rejects.toThrow(/is opensearch, but flavor is elasticsearch/)
  })
})
