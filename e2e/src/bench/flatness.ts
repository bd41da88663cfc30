/**
 * Whether a worker stays as it is: full load for half an hour, say, told minute by minute. A producer keeps the topic a
 * little ahead of the sink all the time, so there is always something to read and the topic's end is never far.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { freshName, startCluster } from '../harness/index.ts'
import { BenchIndex } from './bench-index.ts'
import { partitions, tuned } from './cases.ts'
import { elasticsearchProcess } from './listening-process.ts'
import { logEvents } from './log-events.ts'
import { ratesBetween, sample } from './measure.ts'
import { processesOf, sinkTo } from './penstock-case.ts'
import { mebibytes, proportionalBytes, residentBytes } from './process-figures.ts'
import { Producer } from './producer.ts'

const executors = 2
const minuteMs = 60_000
const lookEveryMs = 1_000
/** Some seconds of work, so that neither waits for the other. */
const aheadRecords = 400_000
const producedAtOnce = 20_000
/** More than the ceiling of any machine, 200,000 each second. */
const mostRecordsPerMinute = 12_000_000

export interface Minute {
  readonly minute: number
  readonly docsPerSecond: number
  /** Of the worker with its executors. */
  readonly cpuSecondsPerMillion: number
  /** Of Elasticsearch; null where its process is not ours to look at. */
  readonly serverCpuSecondsPerMillion: number | null
  /** The highest sum of resident memory within the minute. */
  readonly peakMebibytes: number
  /** At its end, with what processes share divided among them. */
  readonly proportionalMebibytes: number
}

export async function measureFlatness(minutes: number, told: (minute: Minute) => void): Promise<Minute[]> {
  await using cluster = await startCluster({ workers: 1, properties: { 'executor.processes': String(executors) } })
  const topic = await cluster.createTopic({ name: freshName('flat'), partitions })
  await using index = await BenchIndex.create(freshName('flat'))
  const connector = { 'tasks.max': String(executors), ...tuned(executors) }
  const name = freshName('flat')
  await cluster.createConnector(name, { ...sinkTo(topic, index.name), ...connector })
  const watched = { pids: await processesOf(cluster, executors), server: elasticsearchProcess() }
  await using supply = await Supply.open(topic, (minutes + 1) * mostRecordsPerMinute)

  // The first minute is for the code to become warm and the node to find its pace.
  const seen: Minute[] = []
  let from = sample(await supply.keepAheadFor(minuteMs, index), watched)
  for (let minute = 1; minute <= minutes; minute++) {
    let peakBytes = 0
    const written = await supply.keepAheadFor(minuteMs, index, () => {
      peakBytes = Math.max(peakBytes, residentBytes(watched.pids))
    })
    const to = sample(written, watched)
    const { perSecond, cpuSecondsPerMillion, serverCpuSecondsPerMillion: serverCpu } = ratesBetween(from, to)
    const line: Minute = {
      minute,
      docsPerSecond: Math.round(perSecond),
      cpuSecondsPerMillion: Number(cpuSecondsPerMillion.toFixed(2)),
      serverCpuSecondsPerMillion: serverCpu === null ? null : Number(serverCpu.toFixed(2)),
      peakMebibytes: mebibytes(peakBytes),
      proportionalMebibytes: mebibytes(proportionalBytes(watched.pids)),
    }
    seen.push(line)
    told(line)
    from = to
  }
  // What it has not read yet it would write into an index that is gone, and so make it again.
  await cluster.client.deleteConnector(name)
  return seen
}

/** Keeps a topic ahead of the index that is filled from it. */
class Supply implements AsyncDisposable {
  readonly #producer: Producer
  readonly #topic: string
  readonly #values: Iterator<string>
  #produced = 0

  static async open(topic: string, most: number): Promise<Supply> {
    return new Supply(await Producer.connect(), topic, most)
  }

  private constructor(producer: Producer, topic: string, most: number) {
    this.#producer = producer
    this.#topic = topic
    this.#values = logEvents('small', most)[Symbol.iterator]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer[Symbol.asyncDispose]()
  }

  /** Resolves with the number of documents written until then. */
  async keepAheadFor(spanMs: number, index: BenchIndex, look: () => void = () => {}): Promise<number> {
    const end = performance.now() + spanMs
    let written = await index.written()
    for (let lookAt = performance.now(); performance.now() < end; ) {
      if (performance.now() >= lookAt) {
        lookAt += lookEveryMs
        written = await index.written()
        look()
      }
      if (this.#produced - written < aheadRecords) await this.#produceSome()
      else await sleep(Math.max(1, Math.min(lookAt, end) - performance.now()))
    }
    return await index.written()
  }

  async #produceSome(): Promise<void> {
    for (let left = producedAtOnce; left > 0; left--) {
      const { value, done } = this.#values.next()
      if (done) throw new Error('there were more records than were thought possible')
      await this.#producer.produce(this.#topic, this.#produced++ % partitions, Buffer.from(value))
    }
  }
}
