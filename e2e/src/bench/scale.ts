/**
 * `make scale`: many connectors and tasks on three workers. Measures how long the group takes to form, how long REST takes
 * to list everything, and how long until the tasks of a killed worker run again. Figures of one run are in docs/scale.md.
 */
import { parseArgs } from 'node:util'
import { type Cluster, freshName, NotYet, startCluster, until, type WorkerProcess } from '../harness/index.ts'
import { loadAverage, residentBytes } from './process-figures.ts'
import { machineLine } from './report.ts'

const { values } = parseArgs({
  options: {
    connectors: { type: 'string', default: '200' },
    tasks: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})
const connectors = Number(values.connectors)
const tasksEach = Number(values.tasks)
const workers = 3
/** Of the connectors one in so many is a sink. */
const sinkEvery = 4
const formMs = 900_000
const createAtOnce = 2
const listRounds = 10

const say = (text: string) => console.error(text)

interface Figure {
  readonly what: string
  readonly value: string
}

async function main(): Promise<void> {
  say(machineLine(loadAverage()))
  await using cluster = await startCluster({ workers, properties: { 'scheduled.rebalance.max.delay.ms': '0' } })
  const figures: Figure[] = []
  const note = (what: string, value: string): void => {
    figures.push({ what, value })
    say(`${what}: ${value}`)
  }
  const topic = await cluster.createTopic({ partitions: tasksEach })
  const names = Array.from({ length: connectors }, () => freshName('scale'))

  const creating = Date.now()
  await createAll(cluster, names, topic)
  note('connectors created', seconds(Date.now() - creating))
  await untilAllRun(cluster, names, workers)
  note(`${connectors * tasksEach} tasks running after the first request`, seconds(Date.now() - creating))

  note('GET /connectors?expand=info&expand=status, median', `${await medianListMs(cluster)} ms`)
  note('GET /connectors, median', `${await medianListMs(cluster, '/connectors')} ms`)
  note('resident memory of the workers with their executors', `${await memoryMb(cluster.workers)} MB`)

  const victim = cluster.others(await cluster.leader())[0] as WorkerProcess
  const killedAt = Date.now()
  await victim.kill('SIGKILL')
  await untilAllRun(cluster, names, workers - 1)
  note('tasks of a killed worker process run again', seconds(Date.now() - killedAt))
  const returned = Date.now()
  await victim.restart()
  await untilAllRun(cluster, names, workers)
  note('the work is spread over the returned worker', seconds(Date.now() - returned))
  if (values.json) console.log(JSON.stringify(figures, undefined, 2))
  else console.log(figures.map(({ what, value }) => `| ${what} | ${value} |`).join('\n'))
}

/** A few at a time, as a deployment would. */
async function createAll(cluster: Cluster, names: readonly string[], topic: string): Promise<void> {
  const left = [...names.entries()]
  const createNext = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, name] = next
      await cluster.createConnector(name, index % sinkEvery === 0 ? sink(topic) : source(topic))
    }
  }
  await Promise.all(Array.from({ length: createAtOnce }, createNext))
}

function source(topic: string): Record<string, string> {
  return {
    'connector.class': 'DatagenSource',
    'tasks.max': String(tasksEach),
    topic,
    rate: '0.1',
    example: '{"task": "{{task}}", "number": "{{sequence}}"}',
    'output.schemas': 'false',
  }
}

function sink(topic: string): Record<string, string> {
  // Elasticsearch, the workers and their tasks share the cores here: patience while they all start.
  return {
    'connector.class': 'ElasticsearchSink',
    'tasks.max': String(tasksEach),
    topics: topic,
    'read.timeout.ms': '30000',
  }
}

interface Listed {
  readonly [connector: string]: {
    readonly status: { readonly tasks: readonly { readonly state: string; readonly worker_id: string }[] }
  }
}

/** Resolves when every task of every connector runs, spread over so many workers. */
async function untilAllRun(cluster: Cluster, names: readonly string[], on: number): Promise<void> {
  await until(
    async () => {
      const listed = (await list(cluster)) as Listed
      const tasks = names.flatMap((name) => listed[name]?.status.tasks ?? [])
      const up = new Set(cluster.workers.filter(({ responsive }) => responsive).map(({ workerId }) => workerId))
      const running = tasks.filter(({ state, worker_id }) => state === 'RUNNING' && up.has(worker_id))
      const spread = new Set(running.map(({ worker_id }) => worker_id)).size
      const done = running.length === names.length * tasksEach && spread === on
      return done || new NotYet(`${running.length} of ${names.length * tasksEach} tasks run, on ${spread} workers`)
    },
    { what: 'all tasks to run', deadlineMs: formMs, everyMs: 1_000 },
  )
}

async function list(cluster: Cluster, path = '/connectors?expand=info&expand=status'): Promise<unknown> {
  const worker = cluster.workers.find(({ responsive }) => responsive)
  const response = await fetch(new URL(path, worker?.url))
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`)
  return response.json()
}

async function medianListMs(cluster: Cluster, path?: string): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < listRounds; round++) {
    const startedAt = performance.now()
    await list(cluster, path)
    times.push(performance.now() - startedAt)
  }
  return Math.round(times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN)
}

async function memoryMb(all: readonly WorkerProcess[]): Promise<number> {
  const pids = await Promise.all(all.map(async (worker) => [worker.pid, ...(await worker.executorPids())]))
  return Math.round(residentBytes(pids.flat()) / 1e6)
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

await main()
