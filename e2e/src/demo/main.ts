/**
 * `make demo`: real data flows through three workers into indices, one worker is killed in the middle, and in the end
 * every record is looked for. Exit code 0: each is there exactly once. Runs on the servers that the stack launcher names.
 * Read next: stream.ts, take-over.ts, proof.ts.
 */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, startCluster, until } from '../harness/index.ts'
import { vegaDataSets } from './data-sets.ts'
import { logLines } from './log-lines.ts'
import { Progress } from './progress.ts'
import { type Proof, prove, untilArrived } from './proof.ts'
import { placesToLook, proofTable, takeOverLines } from './report.ts'
import { partitions, Stream, tasksEach } from './stream.ts'
import { busiestWorker, killAndMeasure } from './take-over.ts'

const workers = 3
const sendingMs = 30_000 // long enough for the take-over to happen amid the stream
const killAtShare = 0.4
const lookEveryMs = 500

const interruption = new AbortController()
const interrupted = once(interruption.signal, 'abort').then(() => 'interrupted' as const)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort())

async function main(): Promise<number> {
  const streams: Stream[] = []
  step(1, `starting ${workers} workers`)
  await using cluster = await startCluster({ workers, properties: { 'executor.processes': '1' } })
  try {
    const outcome = await Promise.race([demonstrate(cluster, streams), interrupted])
    if (outcome === 'interrupted') return 130
    if (process.stdin.isTTY && !process.env.CI) {
      console.log('\nThe workers stay up until you press Ctrl-C.')
      await interrupted
    }
    return outcome ? 0 : 1
  } finally {
    console.log('\nstopping the workers, removing topics and indices')
    await Promise.all(streams.map((stream) => stream.removeTemplate().catch(() => {})))
  }
}

/** True where every record arrived exactly once. */
async function demonstrate(cluster: Cluster, streams: Stream[]): Promise<boolean> {
  for (const { url } of cluster.workers) console.log(`   ${url}`)

  const dataSets = [...(await vegaDataSets()), await logLines()].filter((dataSet) => dataSet !== undefined)
  step(
    2,
    `creating ${dataSets.length} topics with ${partitions} partitions, and a connector with ${tasksEach} tasks for each`,
  )
  if (!dataSets.some(({ name }) => name === 'server-logs'))
    console.log('   without server logs: the servers are not ours')
  for (const dataSet of dataSets) streams.push(await Stream.create(cluster, dataSet))
  await Promise.all(streams.map(({ name }) => cluster.untilRunning(name, { tasks: tasksEach }, 60_000)))
  for (const { dataSet, name } of streams) console.log(`   ${dataSet.name.padEnd(12)} → topic and index ${name}`)

  step(3, `streaming ${streams.reduce((sum, { total }) => sum + total, 0).toLocaleString('en')} records`)
  const progress = new Progress(streams)
  const sending = Promise.all(streams.map((stream) => stream.send(sendingMs)))
  const enoughFound = until(() => shareFound(streams) >= killAtShare, {
    what: `${killAtShare * 100} % of the documents`,
    deadlineMs: 300_000,
  })
  await showing(progress, streams, Promise.race([enoughFound, failureOf(sending)]))

  const [victim, tasks] = await busiestWorker(cluster, streams)
  progress.say('')
  step(4, `killing the worker at ${victim.url} (SIGKILL), which runs ${tasks} tasks`)
  const takingOver = killAndMeasure(cluster, streams, victim)
  const [takeOver] = await showing(progress, streams, Promise.all([takingOver, sending]))

  progress.say('')
  step(5, 'waiting for the last documents, comparing every one with its record')
  await Promise.all(streams.map((stream) => untilArrived(stream, () => progress.show())))
  progress.say('')
  const proofs: Proof[] = []
  for (const stream of streams) proofs.push(await prove(stream))

  step(6, 'the result')
  console.log(`${proofTable(streams, proofs)}\n\n${takeOverLines(takeOver)}\n\n${placesToLook(cluster, streams)}`)
  return proofs.every(({ missing, duplicated, wrong }) => missing + duplicated + wrong === 0)
}

/** Shows how far the documents are until the work is over. */
async function showing<T>(progress: Progress, streams: readonly Stream[], work: Promise<T>): Promise<T> {
  const over = new AbortController()
  const loop = async () => {
    while (!over.signal.aborted && !interruption.signal.aborted) {
      await Promise.all(streams.map((stream) => stream.look()))
      progress.show()
      await sleep(lookEveryMs)
    }
  }
  const shown = loop()
  try {
    return await work
  } finally {
    over.abort()
    await shown
  }
}

/** Rejects if it rejects, never resolves. */
async function failureOf(work: Promise<unknown>): Promise<never> {
  await work
  return await new Promise(() => {})
}

function shareFound(streams: readonly Stream[]): number {
  const sum = (part: (stream: Stream) => number) => streams.reduce((total, stream) => total + part(stream), 0)
  return sum(({ found }) => found) / sum(({ total }) => total)
}

function step(number: number, text: string): void {
  console.log(`${number}/6 ${text} …`)
}

// What an interrupted demonstration still waits for must not hold the process.
process.exit(
  await main().catch((error: unknown) => {
    console.error(`demo: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  }),
)
