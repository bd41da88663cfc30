/** A connector under load into Elasticsearch, and what it tells of itself while something is wrong. */
import { elasticsearchRequest } from '../stack/elasticsearch-request.ts'
import type { Cluster } from './cluster.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { IndexView } from './index-view.ts'
import type { Load } from './load.ts'
import { endsOf, idOf, type RecordToProduce, type StoredRecord } from './records.ts'
import { stack } from './stack-env.ts'
import { NotYet, until } from './until.ts'

export interface LoadedSinkOptions {
  readonly cluster: Cluster
  readonly connector: string
  /** One that the connector reads already, and nothing has been written to. */
  readonly topic: string
  readonly perSecond: number
  /** So many come first, as fast as they go: what is more than the sink writes at once has it work at its limit. */
  readonly burst: number
  readonly record: (number: number) => RecordToProduce
  /** False where nothing can arrive in the index yet. */
  readonly arrives?: boolean
}

export interface Told {
  /** Which counters of setbacks may rise, as a part of a regular expression. */
  readonly trouble: string
  /** What the workers' logs say meanwhile. */
  readonly reason?: RegExp
  /** False for faults through which so much gets that the tasks never stop reading. */
  readonly held?: boolean
}

/** Looking often would be part of the load. */
const patience = { deadlineMs: 120_000, everyMs: 250 }
/** A reason that was told is not told again for so long. */
const toldAgainMs = 60_000

export class LoadedSink implements AsyncDisposable {
  readonly topic: string
  readonly index: IndexView
  readonly #options: LoadedSinkOptions
  readonly #load: Load
  readonly #metricsBefore: string
  readonly #startedAt = Date.now()

  private constructor(options: LoadedSinkOptions, metricsBefore: string) {
    const { cluster, topic, perSecond, burst, record } = options
    this.topic = topic
    this.index = cluster.index(topic)
    this.#options = options
    this.#load = cluster.load(topic, { perSecond, burst, record })
    this.#metricsBefore = metricsBefore
  }

  /** Resolves when documents arrive. */
  static async start(options: LoadedSinkOptions): Promise<LoadedSink> {
    const { cluster, perSecond, arrives = true } = options
    const sink = new LoadedSink(options, await metricsOf(cluster))
    if (!arrives) return sink
    await until(async () => (await sink.index.count()) > perSecond / 4, {
      what: 'documents under load',
      ...patience,
    })
    return sink
  }

  /** Resolves when metrics and logs say what is wrong, and, unless told otherwise, the tasks hold what they have. */
  async untilTold({ trouble, reason, held = true }: Told): Promise<void> {
    const metrics = this.#metricsBefore
    const { cluster } = this.#options
    await until(
      async () => {
        const now = await metricsOf(cluster)
        const setbacks = risen(`penstock_plugin_setbacks_(${trouble})_total`, metrics, now)
        const holds = risen('penstock_sink_task_put_retries_total', metrics, now)
        if (setbacks < 2 || (held && holds < 2)) return new NotYet({ setbacks, holds })
        if (held && (await sayingWhy(this.#options)).length === 0) return new NotYet('no task says what it is held by')
        const news = await logsSince(cluster, this.#startedAt - toldAgainMs)
        return reason === undefined || reason.test(news) || new NotYet(news.slice(-2_000))
      },
      { what: `metrics and logs to tell of ${trouble}${reason ? ` by ${reason}` : ''}`, ...patience },
    )
  }

  async stop(): Promise<StoredRecord[]> {
    return await this.#load.stop()
  }

  /**
   * The index holds all that was produced, as far as it is expected, each document spelled as its record, and nothing
   * else; all of it is committed, and no task holds anything any more.
   */
  async expectUnharmed(expected: (record: StoredRecord) => boolean = () => true): Promise<void> {
    const records = await this.stop()
    await this.index.untilHoldsExactly(records.filter(expected), { ...patience, exact: true })
    await this.untilCommitted(records)
    await until(async () => (await sayingWhy(this.#options)).length === 0, { what: 'no task to hold anything' })
  }

  async untilCommitted(records: readonly StoredRecord[]): Promise<void> {
    await this.#group.untilCommitted(this.topic, endsOf(records), patience)
  }

  /** Ids of records whose offsets are committed though they are not in the index. */
  async committedAndMissing(): Promise<string[]> {
    const committed = await this.#group.committed(this.topic)
    const written = new Set((await this.index.all()).map(({ id }) => id))
    const missing: string[] = []
    for (const [partition, end] of committed) {
      for (let offset = 0n; offset < end; offset++) {
        const id = idOf({ topic: this.topic, partition, offset })
        if (!written.has(id)) missing.push(id)
      }
    }
    return missing
  }

  async settings(settings: object): Promise<void> {
    await this.ask('_settings', 'PUT', JSON.stringify(settings))
  }

  /** Asks the index for something; throws when it is refused. */
  async ask(path: string, method: string, body?: string): Promise<void> {
    const request = body === undefined ? { method } : { method, body }
    const response = await elasticsearchRequest(stack.elasticsearch, `${this.topic}/${path}`, request)
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#load[Symbol.asyncDispose]()
  }

  get #group(): ConsumerGroup {
    return this.#options.cluster.group(this.#options.connector)
  }
}

/** What the tasks that hold their records say is in the way. */
async function sayingWhy({ cluster, connector }: LoadedSinkOptions): Promise<string[]> {
  const { tasks } = await cluster.client.metrics(connector)
  return tasks.flatMap(({ holding }) => (holding === null ? [] : [holding]))
}

async function metricsOf(cluster: Cluster): Promise<string> {
  const pages = cluster.workers.map(async ({ url }) => await (await fetch(`${url}/metrics`)).text())
  return (await Promise.all(pages)).join('\n')
}

async function logsSince(cluster: Cluster, since: number): Promise<string> {
  const logs = await Promise.all(cluster.workers.map((worker) => worker.logs()))
  const lines = logs.flatMap((log) => log.split('\n'))
  return lines.filter((line) => Date.parse(line.split(' ', 1)[0] ?? '') >= since).join('\n')
}

function risen(name: string, before: string, now: string): number {
  const total = (page: string) =>
    [...page.matchAll(new RegExp(`^${name}\\{.*\\} (\\d+)`, 'gm'))].reduce(
      (sum, match) => sum + Number(match.at(-1)),
      0,
    )
  return total(now) - total(before)
}
