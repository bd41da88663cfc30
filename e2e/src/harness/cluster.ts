/** A cluster of real workers on the stack's servers, closed when the test ends. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ConnectClient, ConnectError, type ConnectorInfo, type ConnectorStatus } from '@penstock/client'
import { Admin } from '@platformatic/kafka'
import { toolsFolder } from '../stack/folders.ts'
import { freePorts } from '../stack/ports.ts'
import { ConsumerGroup } from './consumer-group.ts'
import { IndexView } from './index-view.ts'
import { Load, type LoadOptions } from './load.ts'
import {
  type ProduceOptions,
  produceRecords,
  type RecordToProduce,
  readRecords,
  type StoredRecord,
  sampleRecord,
} from './records.ts'
import { stack } from './stack-env.ts'
import { startedWorkers } from './started-workers.ts'
import { NotYet, until } from './until.ts'
import { type RestAccess, WorkerProcess } from './worker-process.ts'
import { workerProperties } from './worker-properties.ts'

export interface ClusterOptions {
  readonly workers: number
  /** Over the harness's own worker properties. */
  readonly properties?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** How the workers, set up by `properties`, are talked to; http and no credentials where not given. */
  readonly rest?: RestAccess
}

export interface TopicOptions {
  readonly partitions?: number
  readonly config?: Readonly<Record<string, string>>
  /** A fresh name where not given. */
  readonly name?: string
}

export interface RunningOptions {
  readonly tasks: number
  /** On how many workers the tasks are spread. */
  readonly workers?: number
}

/** A name that nothing else of this stack has. */
export function freshName(word: string): string {
  return `${word}-${process.pid}-${Date.now().toString(36)}-${nextNumber++}`
}
let nextNumber = 1

/** Starts the workers at once; resolves when each answers. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const cluster = new Cluster(options)
  try {
    await cluster.addWorkers(options.workers)
    return cluster
  } catch (error) {
    await cluster[Symbol.asyncDispose]()
    throw error
  }
}

export class Cluster implements AsyncDisposable {
  readonly groupId = freshName('e2e')
  readonly workers: WorkerProcess[] = []
  readonly #options: ClusterOptions
  readonly #folder = join(toolsFolder, 'e2e-logs', this.groupId)
  readonly #admin = new Admin({ clientId: 'e2e', bootstrapBrokers: stack.kafka.split(','), connectTimeout: 10_000 })
  readonly #topics = new Set([`${this.groupId}-configs`, `${this.groupId}-offsets`, `${this.groupId}-status`])
  readonly #connectors = new Set<string>()
  readonly #indices = new Set<string>()
  readonly #loads: Load[] = []

  constructor(options: ClusterOptions) {
    this.#options = options
  }

  /** By the order of starting, from 0. */
  worker(number: number): WorkerProcess {
    const worker = this.workers[number]
    if (!worker) throw new Error(`no worker ${number}: there are ${this.workers.length}`)
    return worker
  }

  /** Talks to whichever worker is up. */
  get client(): ConnectClient {
    const urls = this.workers.filter(({ responsive }) => responsive).map(({ url }) => url)
    if (urls.length === 0) throw new Error('no worker is up')
    const { protocol: _, ...access } = this.#options.rest ?? { protocol: 'http' }
    return new ConnectClient({ urls, timeoutMs: 30_000, ...access })
  }

  /** Starts one more worker; resolves when it answers. */
  async addWorker(properties: Readonly<Record<string, string>> = {}): Promise<WorkerProcess> {
    const [worker] = await this.addWorkers(1, properties)
    return worker as WorkerProcess
  }

  async addWorkers(count: number, properties: Readonly<Record<string, string>> = {}): Promise<WorkerProcess[]> {
    await mkdir(this.#folder, { recursive: true })
    const added = (await freePorts(count)).map((port, place) => {
      const number = this.workers.length + place
      const { env = {}, rest } = this.#options
      const access = rest === undefined ? {} : { rest }
      const listeners = `${rest?.protocol ?? 'http'}://127.0.0.1:${port}`
      const own = { ...workerProperties(this.groupId, port), listeners, ...this.#options.properties, ...properties }
      return new WorkerProcess({ number, port, folder: this.#folder, properties: own, env, ...access })
    })
    this.workers.push(...added)
    startedWorkers.push(...added)
    await Promise.all(added.map((worker) => worker.start()))
    return added
  }

  /** Creates a topic; resolves with its name. */
  async createTopic({ partitions = 1, config = {}, name = freshName('topic') }: TopicOptions = {}): Promise<string> {
    const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }))
    await this.#admin.createTopics({ topics: [name], partitions, replicas: 1, configs })
    this.#topics.add(name)
    return name
  }

  async partitionCount(topic: string): Promise<number | undefined> {
    const metadata = await this.#admin.metadata({ topics: [topic], forceUpdate: true })
    return metadata.topics.get(topic)?.partitionsCount
  }

  /** Writes that many sample records, or these, with acks=all; resolves with what is stored where. */
  async produce(
    topic: string,
    records: number | Iterable<RecordToProduce>,
    options: ProduceOptions = {},
  ): Promise<StoredRecord[]> {
    this.#topics.add(topic)
    return await produceRecords(topic, typeof records === 'number' ? samples(topic, records) : records, options)
  }

  /** Produces in the background until it is stopped. */
  load(topic: string, options: LoadOptions = {}): Load {
    const load = new Load(topic, options)
    this.#loads.push(load)
    return load
  }

  /** The consumer group of a connector. */
  group(connector: string): ConsumerGroup {
    return new ConsumerGroup(`connect-${connector}`, this.#admin)
  }

  /** The worker that leads the group: its log says so of the latest generation. Waits until there is one. */
  async leader(): Promise<WorkerProcess> {
    return await until(
      async () => {
        const generations = await Promise.all(this.workers.map(async (worker) => ledGeneration(await worker.logs())))
        const latest = Math.max(...generations)
        return latest >= 0 && this.workers[generations.indexOf(latest)]
      },
      { what: 'a worker to say that it leads the group' },
    )
  }

  /** All workers but this one. */
  others(than: WorkerProcess): WorkerProcess[] {
    return this.workers.filter((worker) => worker !== than)
  }

  /**
   * Creates a connector; while the workers rebalance, asks again. What every Elasticsearch sink of a test needs
   * (connection.url, type.name, key.ignore, schema.ignore) is added where the config doesn't say it.
   */
  async createConnector(name: string, config: Readonly<Record<string, string>>): Promise<ConnectorInfo> {
    const sink = /ElasticsearchSink/.test(config['connector.class'] ?? '')
    const full = { 'tasks.max': '1', ...(sink ? elasticsearchDefaults() : {}), ...config }
    this.#connectors.add(name)
    const created = await until(() => this.client.createConnector({ name, config: full }).catch(unlessRebalancing), {
      what: `${name} to be created`,
    })
    if (created instanceof ConnectError) throw created
    return created
  }

  /** Resolves when the connector and exactly so many tasks run, on workers that are up. */
  async untilRunning(name: string, { tasks, workers }: RunningOptions, deadlineMs = 30_000): Promise<ConnectorStatus> {
    const where = workers === undefined ? '' : ` on ${workers} workers`
    return await until(
      async () => {
        const status = await this.client.status(name)
        const up = new Set(this.workers.filter(({ responsive }) => responsive).map(({ workerId }) => workerId))
        const runs = [status.connector, ...status.tasks].every(
          ({ state, worker_id }) => state === 'RUNNING' && up.has(worker_id),
        )
        const spread = new Set(status.tasks.map(({ worker_id }) => worker_id)).size
        const enough = status.tasks.length === tasks && (workers === undefined || spread === workers)
        return runs && enough ? status : new NotYet(status)
      },
      { what: `${name} to run ${tasks} tasks${where}`, deadlineMs },
    )
  }

  /** An index of the stack's Elasticsearch. Those looked at are deleted in the end. */
  index(name: string): IndexView {
    this.#indices.add(name)
    return new IndexView(name)
  }

  /** The dead letters in a topic. */
  deadLetters(topic: string): DeadLetters {
    this.#topics.add(topic)
    return new DeadLetters(topic)
  }

  /** Kills what still runs and removes what was created. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#loads, ...this.workers].map((part) => part[Symbol.asyncDispose]()))
    // Leftovers only take space: where a server was left stopped, they stay.
    const known: string[] = await this.#admin.listTopics().catch(() => [])
    const topics = [...this.#topics].filter((topic) => known.includes(topic))
    if (topics.length > 0) await this.#admin.deleteTopics({ topics }).catch(() => {})
    await Promise.all([...this.#indices].map((name) => new IndexView(name).delete().catch(() => {})))
    await this.#admin.close().catch(() => {})
  }
}

export class DeadLetters {
  readonly topic: string

  constructor(topic: string) {
    this.topic = topic
  }

  /** All that are in the topic now; none where it doesn't exist. */
  async all(): Promise<StoredRecord[]> {
    return await readRecords(this.topic)
  }

  /** Resolves with them when there are at least so many. */
  async untilCount(count: number, deadlineMs = 30_000): Promise<StoredRecord[]> {
    return await until(
      async () => {
        const letters = await this.all()
        return letters.length >= count ? letters : new NotYet(`${letters.length} dead letters`)
      },
      { what: `${count} dead letters in ${this.topic}`, deadlineMs, everyMs: 300 },
    )
  }
}

/** The last generation that the worker led; -1 where it led none. */
function ledGeneration(log: string): number {
  const generations = [...log.matchAll(/assigned work as leader.*\bgeneration=(\d+)/g)].map(([, number]) =>
    Number(number),
  )
  return generations.at(-1) ?? -1
}

/** A refusal is final, but the one during a rebalance. */
function unlessRebalancing(error: unknown): ConnectError {
  if (error instanceof ConnectError && !(error.status === 409 && /rebalance|stale/.test(error.message))) return error
  throw error
}

function elasticsearchDefaults(): Record<string, string> {
  return { 'connection.url': stack.elasticsearch, 'type.name': '_doc', 'key.ignore': 'true', 'schema.ignore': 'true' }
}

function* samples(topic: string, count: number): Iterable<RecordToProduce> {
  for (let number = 0; number < count; number++) yield sampleRecord(topic, number)
}
