import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Cluster,
  freshName,
  NotYet,
  readRecords,
  stack,
  startCluster,
  until,
  Watch,
  type WorkerProcess,
} from './harness/index.ts'

const TASKS = 3
const PARTITIONS = 6
/** Of each task; EXACTLY_ONCE_RECORDS asks for more in all. */
const RECORDS = Math.ceil(Number(process.env.EXACTLY_ONCE_RECORDS ?? 45_000) / TASKS)
const RATE = Number(process.env.EXACTLY_ONCE_RATE ?? 1_000)
/** Room for several deaths, each noticed by the session timeout at the latest. */
const DEADLINE_MS = (RECORDS / RATE) * 1_000 * 3 + 120_000

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({
    workers: 3,
    properties: { 'exactly.once.source.support': 'enabled', 'session.timeout.ms': '6000' },
  })
})
afterAll(() => cluster?.[Symbol.asyncDispose]())

async function startSource(extra: Readonly<Record<string, string>> = {}): Promise<string> {
  const name = freshName('once')
  await cluster.createTopic({ name, partitions: PARTITIONS })
  await cluster.createConnector(name, {
    'connector.class': 'DatagenSource',
    'tasks.max': String(TASKS),
    'exactly.once.support': 'required',
    topic: name,
    iterations: String(RECORDS),
    rate: String(RATE),
    example: '{"task": "{{task}}", "number": "{{sequence}}", "text": "{{words 5}}"}',
    'schema.keyfield': 'number',
    'output.schemas': 'false',
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': 'false',
    ...extra,
  })
  await cluster.untilRunning(name, { tasks: TASKS, workers: 3 })
  return name
}

/** Resolves when readers of committed records see each record of every task once, in order within its partition. */
async function untilEachIsThereOnce(topic: string, records = RECORDS): Promise<void> {
  await untilPositionsAre(topic, records)
  const seen = new Set<string>()
  const last = new Map<string, number>()
  for (const { value, partition } of await readRecords(topic)) {
    const { task, number } = JSON.parse(value?.toString() ?? '') as { task: number; number: number }
    const id = `${task}/${number}`
    if (seen.has(id)) throw new Error(`record ${id} is there twice`)
    seen.add(id)
    const lane = `${partition}/${task}`
    const before = last.get(lane) ?? -1
    if (number <= before) throw new Error(`record ${id} comes after ${before}`)
    last.set(lane, number)
  }
  expect(seen.size).toBe(TASKS * records)
}

function untilPositionsAre(name: string, position: number): Promise<unknown> {
  return until(
    async () => {
      const { offsets } = await cluster.client.offsets(name)
      const positions = offsets.map(({ offset }) => Number(offset?.['current.iteration'] ?? 0))
      return (positions.length === TASKS && positions.every((one) => one >= position)) || new NotYet(positions)
    },
    { what: `the tasks of ${name} to have stored position ${position}`, deadlineMs: DEADLINE_MS, everyMs: 500 },
  )
}

async function ownerOf(name: string, task: number): Promise<WorkerProcess> {
  const owner = (await cluster.client.status(name)).tasks[task]?.worker_id
  const worker = cluster.workers.find(({ workerId }) => workerId === owner)
  if (!worker) throw new Error(`task ${task} of ${name} runs on ${owner}, which is none of ours`)
  return worker
}

test('each record is there once and in order, whatever is killed or suspended meanwhile', {
  timeout: 3 * DEADLINE_MS + 120_000,
}, async () => {
  const name = await startSource()
  const share = (part: number): number => Math.floor(RECORDS * part)
  await untilPositionsAre(name, share(0.1))
  const killed = await ownerOf(name, 0)
  await killed.kill('SIGKILL')
  await untilPositionsAre(name, share(0.25))
  await killed.restart()
  const zombie = await ownerOf(name, 1)
  zombie.pauseAll()
  await untilPositionsAre(name, share(0.45))
  // Its transactions are fenced by now: what it still holds must not be seen.
  zombie.resume()
  await untilPositionsAre(name, share(0.55))
  for (const worker of cluster.workers.filter(({ responsive }) => responsive)) {
    for (const pid of await worker.executorPids()) process.kill(pid, 'SIGKILL')
  }
  await untilPositionsAre(name, share(0.75))
  const leader = await cluster.leader()
  await leader.killAll()
  await untilEachIsThereOnce(name)
  await leader.restart()
  await cluster.client.deleteConnector(name)
})

test('with another number of tasks the former ones are fenced before the new ones begin', {
  timeout: 3 * DEADLINE_MS + 60_000,
}, async () => {
  const name = await startSource({ 'transaction.boundary': 'interval', 'transaction.boundary.interval.ms': '300' })
  await untilPositionsAre(name, Math.floor(RECORDS * 0.1))
  const config = await cluster.client.config(name)
  await cluster.client.putConfig(name, { ...config, 'tasks.max': '1' })
  await cluster.untilRunning(name, { tasks: 1 })
  await cluster.client.putConfig(name, config)
  await untilEachIsThereOnce(name)
})

test('a restart of the broker costs no record and no task', { timeout: 3 * DEADLINE_MS + 60_000 }, async ({ skip }) => {
  skip(!(await stack.controllable()).includes('kafka'), 'the broker is run by somebody else')
  const records = Math.ceil(RECORDS / 3)
  const name = await startSource({ iterations: String(records) })
  await untilPositionsAre(name, Math.floor(records * 0.2))
  await using statuses = new Watch(() => cluster.client.status(name))
  await stack.control('kafka', 'restart')
  await untilEachIsThereOnce(name, records)
  await statuses.stop()
  const states = statuses.seen.flatMap(({ value }) => value.tasks).map(({ state }) => state)
  expect(states).not.toContain('FAILED')
  await cluster.client.deleteConnector(name)
})
