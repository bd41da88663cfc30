import type { SinkPlugin } from '@penstock/core'
import { type SinkFixture, sinkRecord, sinkSuite } from '@penstock/core/testing'
import { test } from 'vitest'
import elasticsearchSink from './index.ts'
import { FakeElasticsearch } from './testing/fake-elasticsearch.ts'

async function setUp(): Promise<SinkFixture> {
  const server = await FakeElasticsearch.start()
  return {
    raw: { 'connection.url': server.url, 'key.ignore': 'true', 'schema.ignore': 'true' },
    records: Array.from({ length: 20 }, (_, i) =>
      sinkRecord({ topic: 'orders', partition: i % 3, offset: BigInt(i), valueJson: `{"n":${i}}` }),
    ),
    holds: ({ topic, partition, offset }) => server.documents.has(`${topic}/${topic}+${partition}+${offset}`),
    close: () => server.close(),
  }
}

for (const { name, check } of sinkSuite(elasticsearchSink as SinkPlugin, setUp)) test(name, check)
