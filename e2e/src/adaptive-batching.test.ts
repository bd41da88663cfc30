/** How much is sent at once follows what a real node, behind a proxy that turns requests away, seems to bear. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, type FaultProxy, faultProxy, NotYet, stack, startCluster, until } from './harness/index.ts'

const configured = { requests: 8, documents: 200 }

let cluster: Cluster
let proxy: FaultProxy
beforeAll(async () => {
  proxy = await faultProxy(stack.elasticsearch)
  cluster = await startCluster({ workers: 1 })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  await proxy?.[Symbol.asyncDispose]()
})

async function limits(connector: string): Promise<{ requests: number; documents: number }> {
  const page = await (await fetch(`${cluster.worker(0).url}/metrics`)).text()
  const value = (name: string): number => {
    const line = page
      .split('\n')
      .find((line) => line.startsWith(`penstock_plugin_${name}{`) && line.includes(`"${connector}"`))
    return Number(line?.split(' ')[1])
  }
  return { requests: value('bulk_requests_limit'), documents: value('bulk_documents_limit') }
}

test('fewer requests at once and smaller ones while Elasticsearch turns them away, and as many as before afterwards', async () => {
  const topic = await cluster.createTopic({ partitions: 4 })
  await cluster.createConnector(topic, {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'connection.url': proxy.url,
    'batch.size': String(configured.documents),
    'max.in.flight.requests': String(configured.requests),
    'retry.backoff.ms': '20',
    'retry.backoff.max.ms': '100',
  })
  await cluster.untilRunning(topic, { tasks: 1 })
  const untilLimits = (what: string, good: (now: { requests: number; documents: number }) => boolean) =>
    until(
      async () => {
        const now = await limits(topic)
        return good(now) || new NotYet(now)
      },
      { what },
    )
  await untilLimits('the configured limits', ({ requests }) => requests === configured.requests)

  proxy.answer(429)
  const produced = await cluster.produce(topic, 5_000)
  await untilLimits('lower limits', ({ requests, documents }) => requests === 1 && documents === 100)

  // Whatever was turned away comes in pieces that the lowered limits allow, and growing ones after that.
  proxy.pass()
  await cluster.index(topic).untilHoldsExactly(produced)
  const more = await cluster.produce(topic, 20_000)
  await cluster.index(topic).untilHoldsExactly([...produced, ...more])
  const after = await limits(topic)
  expect(after.requests).toBeGreaterThan(1)
  expect(after.documents).toBeGreaterThan(100)
}, 90_000)
