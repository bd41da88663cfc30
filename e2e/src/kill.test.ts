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
const SESSION_TIMEOUT_MS = 10_000
/** What a group may take on top of noticing that a member is gone. */
const MARGIN_MS = 3_000
/** A killed worker process is taken over from without waiting for its session: here at full load, on whatever cores there are. */
const SOON_MS = SESSION_TIMEOUT_MS / 2

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({
    workers: 3,
    properties: { 'session.timeout.ms': String(SESSION_TIMEOUT_MS), 'scheduled.rebalance.max.delay.ms': '0' },
  })
})
beforeEach(async () => {
  await Promise.all(cluster.workers.filter(({ exit }) => exit).map((worker) => worker.restart()))
})
afterAll(() => cluster?.[Symbol.asyncDispose]())

/** A connector whose tasks are spread over all workers, each with a partition whose records arrive. */
async function startSink() {
  const topic = await cluster.createTopic({ partitions: PARTITIONS })
  const index = cluster.index(topic)
  const config = { 'connector.class': 'ElasticsearchSink', topics: topic, 'tasks.max': String(PARTITIONS) }
  await cluster.createConnector(topic, config)
  await cluster.untilRunning(topic, { tasks: PARTITIONS, workers: 3 })
  const first = await produceToEach(topic, 'first')
  await index.untilHoldsExactly(first)
  return { topic, index, first }
}

function produceToEach(topic: string, word: string): Promise<StoredRecord[]> {
  const records = Array.from({ length: PARTITIONS }, (_, partition) => ({
    partition,
    value: `{"${word}":${partition}}`,
  }))
  return cluster.produce(topic, records)
}

/** Resolves with how long after `startedAt` the tasks ran on two workers and the records were in the index. */
async function untilTakenOver(topic: string, records: readonly StoredRecord[], startedAt: number): Promise<number> {
  const index = cluster.index(topic)
  const arrived = until(
    async () => {
      const found = await Promise.all(records.map((record) => index.get(idOf(record))))
      return found.every((document) => document !== undefined) || new NotYet(found.map((document) => document?.id))
    },
    { what: 'the records sent right after the kill', deadlineMs: 60_000 },
  )
  await Promise.all([cluster.untilRunning(topic, { tasks: PARTITIONS, workers: 2 }, 60_000), arrived])
  return Date.now() - startedAt
}

async function killAndMeasure(kill: (victim: WorkerProcess) => Promise<unknown>, victim: WorkerProcess) {
  const { topic, index, first } = await startSink()
  const load = cluster.load(topic)
  await until(async () => (await index.count()) > 300, { what: 'documents under load' })
  const killedAt = Date.now()
  const killed = kill(victim)
  const marked = await produceToEach(topic, 'after')
  const tookMs = await untilTakenOver(topic, marked, killedAt)
  await killed
  await index.untilHoldsExactly([...first, ...marked, ...(await load.stop())])
  await cluster.client.deleteConnector(topic)
  return tookMs
}

test('the tasks of a killed machine run elsewhere soon after the session timeout, every record arrives once', async () => {
  const victim = cluster.others(await cluster.leader())[0]!
  expect(await killAndMeasure(() => victim.killAll(), victim)).toBeLessThan(SESSION_TIMEOUT_MS + MARGIN_MS)
})

test('the tasks of a killed worker process run elsewhere long before the session timeout, every record arrives once', async () => {
  const victim = cluster.others(await cluster.leader())[0]!
  expect(await killAndMeasure(() => victim.kill('SIGKILL'), victim)).toBeLessThan(SOON_MS)
})

test('the tasks of a killed leader process run elsewhere long before the session timeout, every record arrives once', async () => {
  const victim = await cluster.leader()
  expect(await killAndMeasure(() => victim.kill('SIGKILL'), victim)).toBeLessThan(SOON_MS)
  expect(await cluster.leader()).not.toBe(victim)
})

test('the tasks of a stopped worker run elsewhere within 3 s, every record arrives once', async () => {
  const victim = cluster.others(await cluster.leader())[0]!
  expect(await killAndMeasure(() => victim.stop(), victim)).toBeLessThan(MARGIN_MS)
  expect(victim.exit).toEqual({ code: 0, signal: null })
})

test('the tasks of a stopped leader run elsewhere within 3 s, every record arrives once', async () => {
  const victim = await cluster.leader()
  expect(await killAndMeasure(() => victim.stop(), victim)).toBeLessThan(MARGIN_MS)
})

test('a killed executor is replaced: its tasks say why they failed and run again, the worker answers all the time', async () => {
  const { topic, index, first } = await startSink()
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
  const answers = statuses.seen.map(({ at }) => at)
  expect(Math.max(...answers.slice(1).map((at, number) => at - answers[number]!))).toBeLessThan(3_000)
  const replacements = await worker.executorPids()
  expect(replacements).toHaveLength(executors.length)
  expect(replacements.some((pid) => executors.includes(pid))).toBe(false)
})
