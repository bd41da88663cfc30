import type { ConnectorStatus } from '@penstock/client'
import { expect, test } from 'vitest'
import { type Cluster, NotYet, startCluster, until, Watch } from './harness/index.ts'

const PARTITIONS = 12

async function startSinks(cluster: Cluster, count: number) {
  const sinks = []
  for (let number = 0; number < count; number++) {
    const topic = await cluster.createTopic({ partitions: PARTITIONS / count })
    const tasks = PARTITIONS / count
    await cluster.createConnector(topic, {
      'connector.class': 'ElasticsearchSink',
      topics: topic,
      'tasks.max': String(tasks),
    })
    sinks.push({ topic, tasks, index: cluster.index(topic), load: cluster.load(topic, { perSecond: 100 }) })
  }
  return sinks
}

/** Where each connector and task runs, by its name. */
function places({ name, connector, tasks }: ConnectorStatus): [string, string][] {
  return [
    [name, connector.worker_id],
    ...tasks.map(({ id, worker_id }): [string, string] => [`${name}-${id}`, worker_id]),
  ]
}

async function allPlaces(cluster: Cluster): Promise<Map<string, string>> {
  const all = await cluster.client.expandedConnectors('status')
  return new Map(Object.values(all).flatMap(({ status }) => (status ? places(status) : [])))
}

/** Resolves with what runs where once all tasks run, dealt evenly to all workers that are up. */
async function untilBalanced(cluster: Cluster): Promise<Map<string, string>> {
  return await until(
    async () => {
      const all = Object.values(await cluster.client.expandedConnectors('status'))
      const tasks = all.flatMap(({ status }) => status?.tasks ?? [])
      const connectors = all.flatMap(({ status }) => (status ? [status.connector] : []))
      const up = cluster.workers.filter(({ responsive }) => responsive).map(({ workerId }) => workerId)
      const uneven = [tasks, connectors].some((instances) => {
        const loads = up.map((workerId) => instances.filter(({ worker_id }) => worker_id === workerId).length)
        return Math.max(...loads) - Math.min(...loads) > 1
      })
      const running = [...tasks, ...connectors].every(
        ({ state, worker_id }) => state === 'RUNNING' && up.includes(worker_id),
      )
      return running && !uneven && tasks.length === PARTITIONS ? await allPlaces(cluster) : new NotYet(all)
    },
    { what: 'balanced tasks', deadlineMs: 60_000 },
  )
}

test('workers come and go under load: tasks stay balanced, every record arrives once', async () => {
  await using cluster = await startCluster({ workers: 1 })
  const sinks = await startSinks(cluster, 2)
  await untilBalanced(cluster)
  await cluster.addWorkers(2)
  await untilBalanced(cluster)
  await cluster.addWorker()
  const spread = await untilBalanced(cluster)
  expect(new Set(spread.values()).size).toBe(4)
  await cluster.worker(1).stop()
  await untilBalanced(cluster)
  await Promise.all([cluster.worker(0).stop(), cluster.worker(3).stop()])
  const last = await untilBalanced(cluster)
  expect([...new Set(last.values())]).toEqual([cluster.worker(2).workerId])
  for (const { topic, tasks, index, load } of sinks) {
    await cluster.untilRunning(topic, { tasks })
    await index.untilHoldsExactly(await load.stop())
  }
})

/** The member id of each task's consumer; a task that is started again has another one. */
async function consumersOf(cluster: Cluster, connector: string): Promise<Map<string | null, string>> {
  const members = await cluster.group(connector).members()
  return new Map(members.map(({ instanceId, memberId }) => [instanceId, memberId]))
}

/** Longer than a worker needs to stop and start on a slow machine: the delay is waited out in any case. */
const DELAY_MS = 20_000

test('a worker that returns within the delay gets its work back, the others keep theirs', async () => {
  await using cluster = await startCluster({
    workers: 3,
    properties: { 'scheduled.rebalance.max.delay.ms': String(DELAY_MS), 'session.timeout.ms': '6000' },
  })
  const sinks = await startSinks(cluster, 1)
  const before = await untilBalanced(cluster)
  const away = cluster.others(await cluster.leader())[0]!
  const stays = [...before].filter(([, worker]) => worker !== away.workerId)
  const topic = sinks[0]!.topic
  const consumersBefore = await until(
    async () => {
      const consumers = await consumersOf(cluster, topic)
      return consumers.size === PARTITIONS ? consumers : new NotYet([...consumers])
    },
    { what: 'a consumer for each task' },
  )
  await using watch = new Watch(() => allPlaces(cluster))

  await away.restart()
  await until(async () => [...(await untilBalanced(cluster))].every(([what, worker]) => before.get(what) === worker), {
    what: 'everything to be where it was',
    deadlineMs: 90_000,
  })
  await watch.stop()

  for (const { value } of watch.seen) {
    for (const [what, worker] of stays) expect(value.get(what), what).toBe(worker)
  }
  const consumersAfter = await consumersOf(cluster, topic)
  for (const [what] of stays) expect(consumersAfter.get(what), what).toBe(consumersBefore.get(what))
  for (const { index, load } of sinks) await index.untilHoldsExactly(await load.stop())
})

test('the work of a worker that does not return within the delay is dealt to the others', async () => {
  await using cluster = await startCluster({ workers: 3, properties: { 'scheduled.rebalance.max.delay.ms': '3000' } })
  const [sink] = await startSinks(cluster, 1)
  const before = await untilBalanced(cluster)
  const away = cluster.others(await cluster.leader())[0]!
  await away.stop()
  const after = await untilBalanced(cluster)
  for (const [what, worker] of before) {
    if (worker !== away.workerId) expect(after.get(what), what).toBe(worker)
  }
  await sink!.index.untilHoldsExactly(await sink!.load.stop())
})
