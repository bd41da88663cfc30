import { expect, test } from 'vitest'
import { startCluster } from './index.ts'

test('workers start, answer, and end with exit code 0 after SIGTERM', async () => {
  await using cluster = await startCluster({ workers: 2 })
  expect(await cluster.client.root()).toHaveProperty('kafka_cluster_id', expect.any(String))
  expect(await cluster.worker(0).client.connectors()).toEqual([])
  expect(await cluster.worker(0).stop()).toEqual({ code: 0, signal: null })
  await cluster.worker(0).restart()
  expect(await cluster.worker(0).client.connectors()).toEqual([])
})

test('records flow from a topic into an index', async () => {
  await using cluster = await startCluster({ workers: 1 })
  const topic = await cluster.createTopic({ partitions: 2 })
  const index = cluster.index(topic)
  await cluster.createConnector(topic, { 'connector.class': 'ElasticsearchSink', topics: topic, 'tasks.max': '2' })
  await cluster.untilRunning(topic, { tasks: 2, workers: 1 })
  expect(await cluster.worker(0).executorPids()).not.toHaveLength(0)
  await index.untilHoldsExactly(await cluster.produce(topic, 500))
})
