import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, freshName, NotYet, startCluster, until, type WorkerProcess } from './harness/index.ts'

const PARTITIONS = 6
const ROUNDS = Number(process.env.RANDOM_KILL_ROUNDS ?? 6)
const SEED = Number(process.env.RANDOM_KILL_SEED ?? 20_261)
const SESSION_TIMEOUT_MS = 6_000

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({
    workers: 3,
    properties: {
      'session.timeout.ms': String(SESSION_TIMEOUT_MS),
      'scheduled.rebalance.max.delay.ms': '0',
      'offset.flush.interval.ms': '1000',
    },
  })
})
afterAll(() => cluster?.[Symbol.asyncDispose]())

/** What may end a worker; those that leave it dead say so. */
const deaths: readonly { readonly what: string; readonly kill: (victim: WorkerProcess) => Promise<unknown> }[] = [
  { what: 'the worker process is killed', kill: (victim) => victim.kill('SIGKILL') },
  { what: 'the machine is gone', kill: (victim) => victim.killAll() },
  { what: 'the worker is stopped in order', kill: (victim) => victim.stop() },
  {
    what: 'an executor is killed',
    kill: async (victim) => {
      const [pid] = await victim.executorPids()
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
    },
  },
]

/** Numbers from 0 up to 1, the same ones for the same seed. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test('under load, whatever is killed: every record of a sink arrives once, a source goes on', {
  timeout: 1_200_000,
}, async () => {
  const topic = await cluster.createTopic({ partitions: PARTITIONS })
  const index = cluster.index(topic)
  await cluster.createConnector(topic, {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'tasks.max': String(PARTITIONS),
  })
  const source = freshName('source')
  await cluster.createConnector(source, {
    'connector.class': 'DatagenSource',
    'tasks.max': '3',
    topic: source,
    rate: '200',
    example: '{"task": "{{task}}", "number": "{{sequence}}"}',
    'output.schemas': 'false',
  })
  await cluster.untilRunning(topic, { tasks: PARTITIONS })
  const load = cluster.load(topic)
  const roll = dice(SEED)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(roll() * from.length)] as T
  for (let round = 0; round < ROUNDS; round++) {
    const death = pick(deaths)
    const victim = pick(cluster.workers)
    const before = await index.count()
    await death.kill(victim)
    await until(async () => (await index.count()) > before + 200 || new NotYet(death.what), {
      what: `documents after round ${round}, where ${death.what}`,
      deadlineMs: SESSION_TIMEOUT_MS + 90_000,
    })
    if (victim.exit) await victim.restart()
    await cluster.untilRunning(topic, { tasks: PARTITIONS }, 120_000)
    await cluster.untilRunning(source, { tasks: 3 }, 120_000)
  }
  await index.untilHoldsExactly(await load.stop())
  const status = await cluster.client.status(source)
  expect(status.tasks.map(({ state }) => state)).toEqual(['RUNNING', 'RUNNING', 'RUNNING'])
})
