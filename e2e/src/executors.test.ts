import type { TaskStatus } from '@penstock/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Cluster,
  freshName,
  MisbehavingPlugin,
  type Misbehavior,
  NotYet,
  startCluster,
  until,
  Watch,
} from './harness/index.ts'

const UNRESPONSIVE_MS = 3_000
const HEAP_MB = 96

let plugin: MisbehavingPlugin
let cluster: Cluster
beforeAll(async () => {
  plugin = await MisbehavingPlugin.create()
  cluster = await startCluster({
    workers: 1,
    properties: {
      'plugin.path': plugin.folder,
      'executor.processes': '2',
      'executor.unresponsive.timeout.ms': String(UNRESPONSIVE_MS),
      'executor.heap.max.mb': String(HEAP_MB),
      'executor.idle.timeout.ms': '3600000', // their pids are compared
      'offset.flush.interval.ms': '1000',
    },
  })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  await plugin?.[Symbol.asyncDispose]()
})

async function startMisbehaving(misbehavior: Misbehavior, config: Record<string, string> = {}) {
  const name = freshName(misbehavior)
  const topic = await cluster.createTopic()
  await cluster.createConnector(name, { ...(await plugin.config(name, misbehavior)), topics: topic, ...config })
  await cluster.untilRunning(name, { tasks: 1 })
  return { name, topic }
}

function untilFailed(name: string, deadlineMs = 30_000): Promise<TaskStatus> {
  return until(
    async () => {
      const { tasks } = await cluster.client.status(name)
      return tasks.find(({ state }) => state === 'FAILED') ?? new NotYet(tasks)
    },
    { what: `${name} to fail`, deadlineMs, everyMs: 50 },
  )
}

const log = (): Promise<string> => cluster.worker(0).logs()
const joins = async (): Promise<number> => (await log()).match(/got an assignment/g)?.length ?? 0

test.each([
  [
    'spins',
    'spin',
    new RegExp(`did not answer for ${UNRESPONSIVE_MS} ms \\(executor.unresponsive.timeout.ms\\) and was killed`),
  ],
  ['allocates without end', 'allocate', new RegExp(`ran out of heap \\(limit ${HEAP_MB} MiB, executor.heap.max.mb\\)`)],
  ['ends the process', 'exit', /exited with code 7/],
  ['crashes the process', 'abort', /ended by signal SIGABRT/],
] as const)(
  'a task that %s fails with the reason, harms nobody else, and runs again by policy',
  async (_what, misbehavior, reason) => {
    const topic = await cluster.createTopic({ partitions: 2 })
    const index = cluster.index(topic)
    await cluster.createConnector(topic, { 'connector.class': 'ElasticsearchSink', topics: topic, 'tasks.max': '1' })
    await cluster.untilRunning(topic, { tasks: 1 })
    const bad = await startMisbehaving(misbehavior)
    const load = cluster.load(topic)
    await until(async () => (await index.count()) > 50, { what: 'documents' })
    const assignments = await joins()
    await using good = new Watch(() => cluster.worker(0).client.status(topic), { everyMs: 100 })

    await cluster.produce(bad.topic, [{ value: '{"a":1}' }])
    const failed = await untilFailed(bad.name)
    expect(failed.trace).toMatch(/executor \d \(pid \d+\) died/)
    expect(failed.trace).toMatch(reason)
    await plugin.heal(bad.name)
    await cluster.untilRunning(bad.name, { tasks: 1 })
    await cluster.group(bad.name).untilCommitted(bad.topic, 1n)

    await good.stop()
    expect(good.failures).toEqual([])
    expect(good.seen.flatMap(({ value }) => value.tasks).every(({ state }) => state === 'RUNNING')).toBe(true)
    expect(await joins()).toBe(assignments)
    await index.untilHoldsExactly(await load.stop())
    await cluster.client.deleteConnector(topic)
    await cluster.client.deleteConnector(bad.name)
  },
)

test('a task that kills its executor again and again stays FAILED when its budget is used up', async () => {
  const { name, topic } = await startMisbehaving('exit', {
    'errors.restart.max.attempts': '2',
    'errors.restart.backoff.ms': '200',
  })
  const pidsBefore = await cluster.worker(0).executorPids()
  await cluster.produce(topic, [{ value: '{"a":1}' }])
  await until(
    async () => (await log()).includes(`task ${name}-0 failed again and stays FAILED: it was restarted 2 times`),
    {
      what: 'the worker to give up',
    },
  )
  expect((await untilFailed(name)).trace).toMatch(/exited with code 7/)
  expect((await cluster.worker(0).executorPids()).length).toBe(pidsBefore.length)
  await plugin.heal(name)
  await cluster.client.restart(name, { includeTasks: true, onlyFailed: true })
  await cluster.untilRunning(name, { tasks: 1 })
  await cluster.client.deleteConnector(name)
})

test('a task that throws stays FAILED as in Kafka Connect, and is restarted only where the connector asks for it', async () => {
  const { name, topic } = await startMisbehaving('throw')
  await cluster.produce(topic, [{ value: '{"a":1}' }])
  expect((await untilFailed(name)).trace).toMatch(/the sink does not like these records/)
  expect(await log()).not.toContain(`task ${name}-0 is restarted`)

  const again = await startMisbehaving('throw', {
    'errors.restart.max.attempts': '5',
    'errors.restart.backoff.ms': '200',
  })
  await cluster.produce(again.topic, [{ value: '{"a":1}' }])
  await untilFailed(again.name)
  await plugin.heal(again.name)
  await cluster.untilRunning(again.name, { tasks: 1 })
  for (const connector of [name, again.name]) await cluster.client.deleteConnector(connector)
})

test('a task that hangs in put does not keep its worker from stopping, nor its connector from being deleted', async () => {
  const { name, topic } = await startMisbehaving('hang')
  await cluster.produce(topic, [{ value: '{"a":1}' }])
  const executors = await cluster.worker(0).executorPids()
  await cluster.client.deleteConnector(name)
  await until(async () => !(await cluster.client.connectors()).includes(name), { what: 'the connector to be gone' })
  await until(
    () =>
      cluster.client.status(name).then(
        () => false,
        ({ status }) => status === 404,
      ),
    { what: 'no status' },
  )
  expect(await cluster.worker(0).executorPids()).toEqual(executors)
})

test('with executor.processes=0 everything runs in the worker itself', async () => {
  await using single = await startCluster({ workers: 1, properties: { 'executor.processes': '0' } })
  const topic = await single.createTopic({ partitions: 2 })
  await single.createConnector(topic, { 'connector.class': 'ElasticsearchSink', topics: topic, 'tasks.max': '2' })
  await single.untilRunning(topic, { tasks: 2 })
  expect(await single.worker(0).executorPids()).toEqual([])
  await single.index(topic).untilHoldsExactly(await single.produce(topic, 500))
  expect(await single.worker(0).stop()).toEqual({ code: 0, signal: null })
})
