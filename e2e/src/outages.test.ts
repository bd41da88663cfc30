import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, type FaultProxy, faultProxy, stack, startCluster, until, Watch } from './harness/index.ts'

const ELASTICSEARCH_OUTAGE_MS = 20_000

let cluster: Cluster
let proxy: FaultProxy
beforeAll(async () => {
  proxy = await faultProxy(stack.elasticsearch)
  cluster = await startCluster({ workers: 2, properties: { 'offset.flush.interval.ms': '2000' } })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  await proxy?.[Symbol.asyncDispose]()
})

/** A connector under load that writes through the proxy; `failed` are all tasks that were ever seen FAILED. */
async function startSink(config: Record<string, string> = {}) {
  const topic = await cluster.createTopic({ partitions: 4 })
  await cluster.createConnector(topic, {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'tasks.max': '2',
    'batch.size': '100',
    'linger.ms': '5',
    'retry.backoff.ms': '50',
    ...config,
  })
  await cluster.untilRunning(topic, { tasks: 2, workers: 2 })
  const index = cluster.index(topic)
  const load = cluster.load(topic)
  const statuses = new Watch(() => cluster.client.status(topic))
  await until(async () => (await index.count()) > 100, { what: 'documents under load' })
  return {
    topic,
    index,
    load,
    failed: () => statuses.seen.flatMap(({ value }) => value.tasks).filter(({ state }) => state === 'FAILED'),
    async [Symbol.asyncDispose]() {
      await load[Symbol.asyncDispose]()
      await statuses.stop()
      await cluster.client.deleteConnector(topic)
    },
  }
}

async function expectUnharmed(sink: Awaited<ReturnType<typeof startSink>>, deadlineMs = 60_000): Promise<void> {
  await sink.index.untilHoldsExactly(await sink.load.stop(), { deadlineMs })
  await cluster.untilRunning(sink.topic, { tasks: 2 })
  expect(sink.failed()).toEqual([])
}

test('a restart of the broker costs no record and no task, also while partitions are dealt out', async ({ skip }) => {
  skip(!(await stack.controllable()).includes('kafka'), 'the broker is run by somebody else')
  await using sink = await startSink()
  const late = await cluster.createTopic({ partitions: 4 })
  const produced = await cluster.produce(late, 100)
  await cluster.createConnector(late, { 'connector.class': 'ElasticsearchSink', topics: late, 'tasks.max': '4' })

  await stack.control('kafka', 'restart')

  await cluster.untilRunning(sink.topic, { tasks: 2, workers: 2 }, 60_000)
  await expectUnharmed(sink)
  await cluster.untilRunning(late, { tasks: 4 }, 60_000)
  await cluster.index(late).untilHoldsExactly([...produced, ...(await cluster.produce(late, 100))])
  await cluster.client.deleteConnector(late)
})

test('Elasticsearch being away for 20 s costs no record and no task, also of one that starts meanwhile', async ({
  skip,
}) => {
  skip(!(await stack.controllable()).includes('elasticsearch'), 'the node is run by somebody else')
  await using sink = await startSink()
  const late = await cluster.createTopic()
  const produced = await cluster.produce(late, 100)
  await cluster.createConnector(late, { 'connector.class': 'ElasticsearchSink', topics: late })
  await cluster.client.stop(late)
  await until(async () => (await cluster.client.status(late)).tasks.length === 0, { what: 'the connector to stop' })

  await stack.control('elasticsearch', 'stop')
  const outage = sleep(ELASTICSEARCH_OUTAGE_MS)
  await cluster.client.resume(late)
  await cluster.untilRunning(late, { tasks: 1 })
  await outage
  await stack.control('elasticsearch', 'start')

  await expectUnharmed(sink)
  await cluster.index(late).untilHoldsExactly(produced)
  await cluster.untilRunning(late, { tasks: 1 })
  await cluster.client.deleteConnector(late)
})

const untilFaults = (count: number) => {
  const before = proxy.seen.faults
  return until(() => proxy.seen.faults - before >= count, { what: `${count} faults` })
}

test('requests answered with 429 are sent again', async () => {
  await using sink = await startSink({ 'connection.url': proxy.url })
  proxy.answer(429, { probability: 0.7 })
  await untilFaults(30)
  proxy.pass()
  await expectUnharmed(sink)
})

test('requests answered with 503 for longer than all retries take are sent again', async () => {
  await using sink = await startSink({ 'connection.url': proxy.url, 'max.retries': '2' })
  proxy.answer(503)
  await untilFaults(20)
  proxy.pass()
  await expectUnharmed(sink)
})

test('single documents answered with 429 are sent again', async () => {
  await using sink = await startSink({ 'connection.url': proxy.url })
  proxy.rejectItems({ share: 0.5 })
  await untilFaults(20)
  proxy.pass()
  await expectUnharmed(sink)
})

test('answers cut off in the middle lose and double nothing', async () => {
  await using sink = await startSink({ 'connection.url': proxy.url })
  proxy.cut({ probability: 0.7 })
  await untilFaults(20)
  proxy.pass()
  await expectUnharmed(sink)
})

test('a node that answers too late loses and doubles nothing', async () => {
  await using sink = await startSink({ 'connection.url': proxy.url, 'read.timeout.ms': '500' })
  proxy.delay(1_500, { probability: 0.5 })
  await untilFaults(5)
  proxy.pass()
  await expectUnharmed(sink)
})
