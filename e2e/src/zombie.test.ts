import { expect, test } from 'vitest'
import {
  type Cluster,
  endsOf,
  freshName,
  NotYet,
  readRecords,
  stack,
  startCluster,
  until,
  Watch,
  type WorkerProcess,
} from './harness/index.ts'

const PARTITIONS = 6
const PROPERTIES = {
  'session.timeout.ms': '10000',
  'scheduled.rebalance.max.delay.ms': '0',
  'offset.flush.interval.ms': '1000',
}

/** Of records that only a leader may write. */
const LEADER_KEYS = /^(connector|task|commit|session-key|tasks-fencing|restart-connector)/

async function startSink(cluster: Cluster) {
  const topic = await cluster.createTopic({ partitions: PARTITIONS })
  const config = { 'connector.class': 'ElasticsearchSink', topics: topic, 'tasks.max': String(PARTITIONS) }
  await cluster.createConnector(topic, config)
  await cluster.untilRunning(topic, { tasks: PARTITIONS, workers: 3 })
  return { topic, index: cluster.index(topic) }
}

/** The tasks run on other workers than this one, and their consumers have the partitions. */
async function untilTakenOverFrom(zombie: WorkerProcess, cluster: Cluster, topic: string): Promise<void> {
  const status = await cluster.untilRunning(topic, { tasks: PARTITIONS, workers: 2 }, 60_000)
  expect(status.tasks.map(({ worker_id }) => worker_id)).not.toContain(zombie.workerId)
  const index = cluster.index(topic)
  const count = await index.count()
  await until(async () => (await index.count()) > count + 100, { what: 'the successors to write' })
}

/** Everything is where it belongs: each task runs once, each record is in the index once, offsets are committed to the end. */
async function untilSettled(cluster: Cluster, topic: string): Promise<void> {
  await cluster.untilRunning(topic, { tasks: PARTITIONS, workers: 3 }, 60_000)
  const group = cluster.group(topic)
  const expected = Array.from({ length: PARTITIONS }, (_, task) => `${topic}-${task}`)
  await until(
    async () => {
      const members = (await group.members()).map(({ instanceId }) => instanceId)
      return JSON.stringify(members) === JSON.stringify(expected) || new NotYet(members)
    },
    { what: 'exactly one consumer for each task' },
  )
}

function expectNeverBackwards(seen: readonly { value: ReadonlyMap<number, bigint> }[]): void {
  for (const [number, { value }] of seen.entries()) {
    for (const [partition, offset] of seen[number - 1]?.value ?? []) {
      expect(value.get(partition), `committed offset of partition ${partition}`).toBeGreaterThanOrEqual(offset)
    }
  }
}

async function leaderRecords(cluster: Cluster): Promise<string[]> {
  const records = await readRecords(`${cluster.groupId}-configs`)
  return records.map(({ key, offset }) => `${key} at ${offset}`).filter((record) => LEADER_KEYS.test(record))
}

test('a leader and its executors, suspended for longer than the session timeout, do no harm when they wake up', async () => {
  await using cluster = await startCluster({ workers: 3, properties: PROPERTIES })
  const { topic, index } = await startSink(cluster)
  const zombie = await cluster.leader()
  const load = cluster.load(topic)
  await using commits = new Watch(() => cluster.group(topic).committed(topic))
  await until(async () => (await index.count()) > 300, { what: 'documents under load' })

  zombie.pauseAll()
  await untilTakenOverFrom(zombie, cluster, topic)
  const before = await leaderRecords(cluster)
  zombie.resume()

  await untilSettled(cluster, topic)
  expect(await cluster.leader()).not.toBe(zombie)
  expect(await leaderRecords(cluster)).toEqual(before)
  const produced = await load.stop()
  await index.untilHoldsExactly(produced)
  await cluster.group(topic).untilCommitted(topic, endsOf(produced))
  await commits.stop()
  expectNeverBackwards(commits.seen)
})

test('a leader, suspended while its executors go on, leaves a request in its hands to the new leader', async () => {
  await using cluster = await startCluster({ workers: 3, properties: PROPERTIES })
  const { topic, index } = await startSink(cluster)
  const zombie = await cluster.leader()
  const load = cluster.load(topic)
  await using commits = new Watch(() => cluster.group(topic).committed(topic))
  await until(async () => (await index.count()) > 300, { what: 'documents under load' })

  zombie.pause()
  const name = freshName('late')
  const config = { 'connector.class': 'ElasticsearchSink', topics: name, 'connection.url': stack.elasticsearch }
  const late = zombie.client.putConfig(name, config).then(
    () => 'done',
    ({ status }) => status,
  )
  await untilTakenOverFrom(zombie, cluster, topic)
  const before = await leaderRecords(cluster)
  zombie.resume()

  const answer = await late
  expect(['done', 409]).toContain(answer)
  await untilSettled(cluster, topic)
  expect(await cluster.leader()).not.toBe(zombie)
  const after = await leaderRecords(cluster)
  expect(after.filter((record) => !record.includes(name))).toEqual(before)
  expect(after.filter((record) => record.startsWith(`connector-${name} `))).toHaveLength(answer === 'done' ? 1 : 0)
  const produced = await load.stop()
  await index.untilHoldsExactly(produced)
  await cluster.group(topic).untilCommitted(topic, endsOf(produced))
  await commits.stop()
  expectNeverBackwards(commits.seen)
})
