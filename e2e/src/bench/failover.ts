/**
 * `make failover`: how long records wait when a part of the group dies at full load: from the signal until a record that
 * was produced after it is in the index, for every partition. Figures of one run are in docs/failover.md.
 */
import { parseArgs } from 'node:util'
import { requestJson } from '../demo/elasticsearch.ts'
import { textTable } from '../demo/text-table.ts'
import { type Cluster, freshName, NotYet, startCluster, until, type WorkerProcess } from '../harness/index.ts'
import { loadAverage } from './process-figures.ts'
import { machineLine } from './report.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
})
const rounds = Number(values.rounds)
const workers = 3
const partitions = 6
const perSecond = 600
const sessionTimeoutMs = 10_000
const recoveryMs = 60_000
/** Each look refreshes the index, which costs the node something. */
const lookEveryMs = 25

interface Death {
  readonly what: string
  readonly rounds: number
  readonly leader: boolean
  /** Resolves once the signal is sent. */
  readonly cause: (victim: WorkerProcess) => Promise<unknown>
}

const deaths: readonly Death[] = [
  { what: 'worker process, SIGKILL', rounds, leader: false, cause: (victim) => victim.kill('SIGKILL') },
  { what: 'leader process, SIGKILL', rounds, leader: true, cause: (victim) => victim.kill('SIGKILL') },
  { what: 'executors of a worker, SIGKILL', rounds, leader: false, cause: killExecutors },
  { what: 'worker, SIGTERM', rounds, leader: false, cause: async (victim) => void victim.stop() },
  {
    what: `machine (session.timeout.ms=${sessionTimeoutMs})`,
    rounds: 1,
    leader: false,
    cause: (victim) => victim.killAll(),
  },
]

interface Figure {
  readonly what: string
  /** Per round, in milliseconds, lowest first. */
  readonly waits: readonly number[]
}

async function main(): Promise<void> {
  console.error(machineLine(loadAverage()))
  await using cluster = await startCluster({
    workers,
    properties: { 'scheduled.rebalance.max.delay.ms': '0', 'session.timeout.ms': String(sessionTimeoutMs) },
  })
  const topic = await cluster.createTopic({ partitions, name: freshName('failover') })
  await cluster.createConnector(topic, {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'tasks.max': String(partitions),
    // Each death counts as the first one.
    'errors.restart.backoff.ms': '0',
    'errors.restart.max.attempts': '-1',
  })
  await using load = cluster.load(topic, { perSecond, record: stampedRecord })
  const figures: Figure[] = []
  for (const death of deaths) {
    const waits: number[] = []
    for (let round = 0; round < death.rounds; round++) {
      await untilFlowing(cluster, topic)
      waits.push(await measure(cluster, topic, death))
      console.error(`${death.what}: ${waits.at(-1)} ms`)
    }
    figures.push({ what: death.what, waits: waits.sort((a, b) => a - b) })
  }
  await load.stop()
  console.log(values.json ? JSON.stringify(figures, undefined, 2) : table(figures))
}

function stampedRecord(number: number) {
  const partition = number % partitions
  return { partition, value: JSON.stringify({ partition, at: Date.now() }) }
}

async function killExecutors(victim: WorkerProcess): Promise<void> {
  for (const pid of await victim.executorPids()) process.kill(pid, 'SIGKILL')
}

/** Every worker is back, all tasks run, spread over all of them, and records pass. */
async function untilFlowing(cluster: Cluster, topic: string): Promise<void> {
  await Promise.all(cluster.workers.filter(({ exit }) => exit).map((worker) => worker.restart()))
  await cluster.untilRunning(topic, { tasks: partitions, workers }, recoveryMs)
  await untilNewest(topic, Date.now())
}

async function measure(cluster: Cluster, topic: string, { leader, cause }: Death): Promise<number> {
  const leading = await cluster.leader()
  const victim = leader ? leading : (cluster.others(leading)[0] as WorkerProcess)
  const startedAt = Date.now()
  await cause(victim)
  await untilNewest(topic, startedAt)
  const waitMs = Date.now() - startedAt
  await until(() => victim.exit !== undefined || victim.responsive, {
    what: 'the worker to end',
    deadlineMs: recoveryMs,
  })
  return waitMs
}

/** Resolves when each partition has a document of a record that was produced after `since`. */
async function untilNewest(topic: string, since: number): Promise<void> {
  await until(
    async () => {
      const newest = await newestByPartition(topic)
      return (newest.length === partitions && newest.every((at) => at > since)) || new NotYet(newest)
    },
    { what: 'records of every partition', deadlineMs: recoveryMs, everyMs: lookEveryMs },
  )
}

async function newestByPartition(index: string): Promise<number[]> {
  await requestJson(`${index}/_refresh`, 'POST')
  const newest = { terms: { field: 'partition', size: partitions }, aggs: { at: { max: { field: 'at' } } } }
  const answer = (await requestJson(`${index}/_search?size=0`, 'POST', { aggs: { newest } })) as {
    aggregations?: { newest: { buckets: { at: { value: number } }[] } }
  }
  return (answer.aggregations?.newest.buckets ?? []).map(({ at }) => at.value)
}

function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, waits }) => [
    what,
    waits.length,
    waits[0] ?? '–',
    waits[waits.length >> 1] ?? '–',
    waits.at(-1) ?? '–',
  ])
  return textTable(['what dies', 'rounds', 'best ms', 'median ms', 'worst ms'], rows)
}

await main()
