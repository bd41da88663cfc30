import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type Cluster,
  idOf,
  NotYet,
  type StoredRecord,
  startCluster,
  until,
  Watch,
  type WorkerProcess,
} from './harness/index.ts'

const PARTITIONS = 6
/** Nobody waits for it where a member leaves, or is taken out of the group by its own executors. */
const SESSION_TIMEOUT_MS = 120_000
/** For what must not wait for a session: far below it, and enough for a machine that is busy with other things. */
const PROMPT_MS = 45_000
/** The shortest that a broker allows by default. */
const SHORT_SESSION_TIMEOUT_MS = 6_000

const NO_DELAY = { 'scheduled.rebalance.max.delay.ms': '0' }

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({
    workers: 3,
    properties: { ...NO_DELAY, 'session.timeout.ms': String(SESSION_TIMEOUT_MS) },
  })
})
beforeEach(async () => {
  await Promise.all(cluster.workers.filter(({ exit }) => exit).map((worker) => worker.restart()))
})
afterAll(() => cluster?.[Symbol.asyncDispose]())

/** A connector whose tasks are spread over all workers, each with a partition whose records arrive. */
async function startSink(cluster: Cluster) {
  const topic = await cluster.createTopic({ partitions: PARTITIONS })
  const index = cluster.index(topic)
  const config = { 'connector.class': 'ElasticsearchSink', topics: topic, 'tasks.max': String(PARTITIONS) }
  await cluster.createConnector(topic, config)
  await cluster.untilRunning(topic, { tasks: PARTITIONS, workers: 3 })
  const first = await produceToEach(cluster, topic, 'first')
  await index.untilHoldsExactly(first)
  return { topic, index, first }
}

function produceToEach(cluster: Cluster, topic: string, word: string): Promise<StoredRecord[]> {
  const records = Array.from({ length: PARTITIONS }, (_, partition) => ({
    partition,
    value: `{"${word}":${partition}}`,
  }))
  return cluster.produce(topic, records)
}

/** Resolves when the tasks run on two workers and the records are in the index. */
async function untilTakenOver(cluster: Cluster, topic: string, records: readonly StoredRecord[]): Promise<void> {
  const index = cluster.index(topic)
  const arrived = until(
    async () => {
      const found = await Promise.all(records.map((record) => index.get(idOf(record))))
      return found.every((document) => document !== undefined) || new NotYet(found.map((document) => document?.id))
    },
    { what: 'the records sent right after the kill', deadlineMs: PROMPT_MS },
  )
  await Promise.all([cluster.untilRunning(topic, { tasks: PARTITIONS, workers: 2 }, PROMPT_MS), arrived])
}

/** Ends a worker at full load; its tasks run elsewhere, and every record arrives once. */
async function expectTakenOver(
  cluster: Cluster,
  { victim, end }: { victim: WorkerProcess; end: () => Promise<unknown> },
): Promise<void> {
  const { topic, index, first } = await startSink(cluster)
  const load = cluster.load(topic)
  await until(async () => (await index.count()) > 300, { what: 'documents under load' })
  const ended = end()
  const marked = await produceToEach(cluster, topic, 'after')
  await untilTakenOver(cluster, topic, marked)
  await ended
  await index.untilHoldsExactly([...first, ...marked, ...(await load.stop())])
  await cluster.client.deleteConnector(topic)
  expect(victim.exit).toBeDefined()
}

async function aFollower(cluster: Cluster): Promise<WorkerProcess> {
  return cluster.others(await cluster.leader())[0] as WorkerProcess
}

test('the tasks of a machine that is gone run elsewhere after its session, every record arrives once', async () => {
  await using cluster = await startCluster({
    workers: 3,
    properties: { ...NO_DELAY, 'session.timeout.ms': String(SHORT_SESSION_TIMEOUT_MS) },
  })
  const victim = await aFollower(cluster)
  await expectTakenOver(cluster, { victim, end: () => victim.killAll() })
})

test('the tasks of a killed worker process run elsewhere without waiting for its session, every record arrives once', async () => {
  const victim = await aFollower(cluster)
  await expectTakenOver(cluster, { victim, end: () => victim.kill('SIGKILL') })
})

test('the tasks of a killed leader process run elsewhere without waiting for its session, every record arrives once', async () => {
  const victim = await cluster.leader()
  await expectTakenOver(cluster, { victim, end: () => victim.kill('SIGKILL') })
  expect(await cluster.leader()).not.toBe(victim)
})

test('the tasks of a stopped worker run elsewhere without waiting for its session, every record arrives once', async () => {
  const victim = await aFollower(cluster)
  await expectTakenOver(cluster, { victim, end: () => victim.stop() })
  expect(victim.exit).toEqual({ code: 0, signal: null })
})

test('the tasks of a stopped leader run elsewhere without waiting for its session, every record arrives once', async () => {
  const victim = await cluster.leader()
  await expectTakenOver(cluster, { victim, end: () => victim.stop() })
})

test('a killed executor is replaced: its tasks say why they failed and run again, the worker answers all the time', async () => {
  const { topic, index, first } = await startSink(cluster)
  const worker = cluster.worker(0)
  const load = cluster.load(topic)
  await using statuses = new Watch(() => worker.client.status(topic), { everyMs: 100 })
  const executors = await worker.executorPids()
  for (const pid of executors) process.kill(pid, 'SIGKILL')
  const failed = await until(
    () => statuses.seen.flatMap(({ value }) => value.tasks).find(({ state }) => state === 'FAILED'),
    { what: 'a FAILED task' },
  )
  expect(failed.worker_id).toBe(worker.workerId)
  expect(failed.trace).toMatch(/executor \d+ \(pid \d+\) died: it was ended by signal SIGKILL/)
  await cluster.untilRunning(topic, { tasks: PARTITIONS, workers: 3 })
  await index.untilHoldsExactly([...first, ...(await load.stop())])
  await statuses.stop()
  expect(statuses.failures).toEqual([])
  const replacements = await worker.executorPids()
  expect(replacements).toHaveLength(executors.length)
  expect(replacements.some((pid) => executors.includes(pid))).toBe(false)
})
