import { expect, test } from 'vitest'
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

const PARTITIONS = 6
const PROPERTIES = {
  'session.timeout.ms': '10000',
  'scheduled.rebalance.max.delay.ms': '0',
  'offset.flush.interval.ms': '1000',
}

/** What only a leader may write. */
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

async function untilCommitted(cluster: Cluster, topic: string, ends: ReadonlyMap<number, bigint>): Promise<void> {
  await until(
    async () => {
      const committed = await cluster.group(topic).committed(topic)
      return [...ends].every(([partition, end]) => committed.get(partition) === end) || new NotYet([...committed])
    },
    { what: 'offsets to be committed up to the end' },
  )
}

function endsOf(records: readonly { partition: number; offset: bigint }[]): Map<number, bigint> {
  const ends = new Map<number, bigint>()
  for (const { partition, offset } of records) {
    if (offset >= (ends.get(partition) ?? 0n)) ends.set(partition, offset + 1n)
  }
  return ends
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

test.each([
  ['a leader and its executors', 'leader', (worker: WorkerProcess) => worker.pauseAll()],
  ['a member and its executors', 'member', (worker: WorkerProcess) => worker.pauseAll()],
  ['a leader whose executors go on', 'leader', (worker: WorkerProcess) => worker.pause()],
] as const)(
  '%s, suspended for longer than the session timeout, does no harm when it wakes up',
  async (_who, role, suspend) => {
    await using cluster = await startCluster({ workers: 3, properties: PROPERTIES })
    const { topic, index } = await startSink(cluster)
    const leader = await cluster.leader()
    const zombie = role === 'leader' ? leader : cluster.others(leader)[0]!
    const load = cluster.load(topic)
    await using commits = new Watch(() => cluster.group(topic).committed(topic))
    await until(async () => (await index.count()) > 300, { what: 'documents under load' })

    suspend(zombie)
    await untilTakenOverFrom(zombie, cluster, topic)
    const before = await leaderRecords(cluster)
    zombie.resume()

    await untilSettled(cluster, topic)
    expect(await cluster.leader()).toBe(role === 'leader' ? await cluster.leader() : leader)
    if (role === 'leader') expect(await cluster.leader()).not.toBe(zombie)
    expect(await leaderRecords(cluster)).toEqual(before)
    const produced = await load.stop()
    await index.untilHoldsExactly(produced)
    await untilCommitted(cluster, topic, endsOf(produced))
    await commits.stop()
    expectNeverBackwards(commits.seen)
  },
)

test('a former leader that wakes up with a request in its hands leaves it to the new leader', async () => {
  await using cluster = await startCluster({ workers: 3, properties: PROPERTIES })
  const { topic } = await startSink(cluster)
  const zombie = await cluster.leader()
  zombie.pauseAll()
  const name = freshName('late')
  const config = { 'connector.class': 'ElasticsearchSink', topics: topic, 'connection.url': stack.elasticsearch }
  const late = zombie.client.putConfig(name, config).then(
    () => 'done',
    ({ status }) => status,
  )
  await cluster.untilRunning(topic, { tasks: PARTITIONS, workers: 2 }, 60_000)
  zombie.resume()
  const answer = await late
  expect(['done', 409]).toContain(answer)
  await untilSettled(cluster, topic)
  expect(await cluster.leader()).not.toBe(zombie)
  const written = (await leaderRecords(cluster)).filter((record) => record.startsWith(`connector-${name} `))
  expect(written).toHaveLength(answer === 'done' ? 1 : 0)
  for (const { client } of cluster.workers) expect((await client.connectors()).includes(name)).toBe(answer === 'done')
})
