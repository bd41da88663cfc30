/**
 * How long a record takes from `produce` until Elasticsearch has acknowledged it, at a steady pace. A proxy between
 * worker and Elasticsearch sees the acknowledgements: it reads the ids of each bulk request that goes through.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { freshName, stack, startCluster } from '../harness/index.ts'
import { BenchIndex } from './bench-index.ts'
import { partitions } from './cases.ts'
import { logEvents } from './log-events.ts'
import { sinkTo } from './penstock-case.ts'
import { Producer } from './producer.ts'

const perSecond = 5_000
const everyMs = 10
const warmUpSeconds = 5
const seconds = 20
const endMs = 60_000
/** What the producer waits to fill its own batches. */
const producerLingerMs = 1

export interface Latency {
  readonly perSecond: number
  readonly records: number
  readonly recordMs: Times
  /** Bulk requests, and how long Elasticsearch took to answer one. */
  readonly requests: number
  readonly requestMs: Times
}

/** In milliseconds. */
export interface Times {
  readonly median: number
  readonly p99: number
  readonly largest: number
}

export async function measureLatency(): Promise<Latency> {
  await using cluster = await startCluster({ workers: 1, properties: { 'executor.processes': '1' } })
  const topic = await cluster.createTopic({ name: freshName('latency'), partitions })
  await using index = await BenchIndex.create(freshName('latency'))
  const warmUp = perSecond * warmUpSeconds
  const count = warmUp + perSecond * seconds
  const producedAt = new Float64Array(count)
  const acknowledgedAt = new Float64Array(count)
  let acknowledged = 0
  await using proxy = await AcknowledgementProxy.start((partition, offset) => {
    acknowledgedAt[offset * partitions + partition] = performance.now()
    acknowledged++
  })
  const name = freshName('latency')
  await cluster.createConnector(name, { ...sinkTo(topic, index.name), 'connection.url': proxy.url })
  await cluster.untilRunning(name, { tasks: 1 })
  await using producer = await Producer.connect(producerLingerMs)

  const values = logEvents('small', count)[Symbol.iterator]()
  let number = 0
  const produceTo = async (end: number): Promise<void> => {
    const [startedAt, from] = [performance.now(), number]
    while (number < end) {
      const due = from + Math.floor(((performance.now() - startedAt) / 1000) * perSecond)
      for (; number < Math.min(end, due); number++) {
        producedAt[number] = performance.now()
        await producer.produce(topic, number % partitions, Buffer.from(values.next().value as string))
      }
      await sleep(everyMs)
    }
    await producer.flush()
    for (const until = performance.now() + endMs; acknowledged < end; await sleep(everyMs)) {
      if (performance.now() > until) throw new Error(`only ${acknowledged} of ${end} records were acknowledged`)
    }
  }
  // What is slow only at first, as the start of the task, must not hold up what is measured.
  await produceTo(warmUp)
  proxy.requestMs.length = 0
  await produceTo(count)
  const measured = Array.from(acknowledgedAt, (at, number) => at - (producedAt[number] as number)).slice(warmUp)
  const { requestMs } = proxy
  return {
    perSecond,
    records: measured.length,
    recordMs: timesOf(measured),
    requests: requestMs.length,
    requestMs: timesOf(requestMs),
  }
}

function timesOf(values: readonly number[]): Times {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN)
  return { median: at(0.5), p99: at(0.99), largest: at(1) }
}

class AcknowledgementProxy implements AsyncDisposable {
  readonly #acknowledged: (partition: number, offset: number) => void
  /** How long each bulk request took to be answered. */
  readonly requestMs: number[] = []
  readonly #agent = new Agent({ keepAlive: true })
  readonly #server = createServer((incoming, outgoing) => {
    this.#pass(incoming, outgoing).catch(() => outgoing.destroy())
  })

  static async start(acknowledged: (partition: number, offset: number) => void): Promise<AcknowledgementProxy> {
    const proxy = new AcknowledgementProxy(acknowledged)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  private constructor(acknowledged: (partition: number, offset: number) => void) {
    this.#acknowledged = acknowledged
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await bytesOf(incoming)
    const { method = 'GET', headers, url = '/' } = incoming
    const sentAt = performance.now()
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(new URL(url, stack.elasticsearch), { method, headers, agent: this.#agent }, resolve)
        .on('error', reject)
        .end(body)
    })
    const answered = await bytesOf(answer)
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(answered)
    if (!answered.subarray(0, 20).includes('"errors":false')) return
    this.requestMs.push(performance.now() - sentAt)
    // topic+partition+offset
    for (const [, partition, offset] of body.toString('latin1').matchAll(/"_id":"[^"]*\+(\d+)\+(\d+)"/g)) {
      this.#acknowledged(Number(partition), Number(offset))
    }
  }
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
