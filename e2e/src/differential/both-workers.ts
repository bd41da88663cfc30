/** One worker of Kafka Connect and one of ours on the same Kafka, each its own cluster, asked the same. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Cluster,
  deleteTopics,
  freshName,
  type JvmConnect,
  type JvmWorker,
  NotYet,
  startCluster,
  startJvmWorker,
  until,
} from '../harness/index.ts'
import { type ComparableAnswer, comparable } from './comparable-answer.ts'

/** Stands in requests and answers for what must differ: names of connectors, topics and files begin with it. */
export const SIDE = 'SIDE-'
export type SideName = 'jvm' | 'our'

export interface Side {
  readonly name: SideName
  readonly url: string
  readonly workerId: string
}

export interface Request {
  readonly method: string
  readonly path: string
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface BothAnswers {
  readonly jvm: ComparableAnswer
  readonly our: ComparableAnswer
}

export async function startBoth(
  jvm: JvmConnect,
  properties: Readonly<Record<string, string>> = {},
): Promise<BothWorkers> {
  const groupId = freshName('jvm')
  const starting = await Promise.allSettled([
    startJvmWorker(jvm, { groupId, properties }),
    startCluster({ workers: 1, properties }),
  ])
  const [java, cluster] = starting
  if (java.status === 'fulfilled' && cluster.status === 'fulfilled') {
    const folder = await mkdtemp(join(tmpdir(), 'penstock-both-'))
    return new BothWorkers(java.value, cluster.value, groupId, folder)
  }
  for (const started of starting) if (started.status === 'fulfilled') await started.value[Symbol.asyncDispose]()
  throw java.status === 'rejected' ? java.reason : (cluster as PromiseRejectedResult).reason
}

export class BothWorkers implements AsyncDisposable {
  readonly jvm: JvmWorker
  readonly cluster: Cluster
  readonly jvmGroupId: string
  /** For files of connectors. */
  readonly folder: string

  constructor(jvm: JvmWorker, cluster: Cluster, jvmGroupId: string, folder: string) {
    this.jvm = jvm
    this.cluster = cluster
    this.jvmGroupId = jvmGroupId
    this.folder = folder
  }

  get sides(): readonly [Side, Side] {
    const { url, workerId } = this.cluster.worker(0)
    return [
      { name: 'jvm', url: this.jvm.url, workerId: this.jvm.workerId },
      { name: 'our', url, workerId },
    ]
  }

  /** The side's own spelling of a text. */
  at(side: SideName, text: string): string {
    return text.replaceAll(SIDE, `${side}-`)
  }

  /** A topic for each side; its name begins with SIDE. */
  async createTopics(name: string, partitions = 1): Promise<void> {
    for (const side of ['jvm', 'our'] as const) {
      await this.cluster.createTopic({ name: this.at(side, name), partitions })
    }
  }

  async ask(request: Request): Promise<BothAnswers> {
    const [jvm, our] = await Promise.all(this.sides.map((side) => this.#send(side, request)))
    return { jvm, our } as BothAnswers
  }

  /** Asks both until each answer satisfies the condition. */
  async untilBoth(
    request: Request,
    condition: (answer: ComparableAnswer) => boolean,
    deadlineMs = 30_000,
  ): Promise<BothAnswers> {
    return await until(
      async () => {
        const answers = await this.ask(request)
        return condition(answers.jvm) && condition(answers.our) ? answers : new NotYet(answers)
      },
      { what: `both to answer ${request.method} ${request.path}`, deadlineMs },
    )
  }

  async #send(side: Side, { method, path, body, headers = {} }: Request): Promise<ComparableAnswer> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(`${side.url}${this.at(side.name, path)}`, {
      method,
      headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(text === undefined ? {} : { body: this.at(side.name, text) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
    })
    return comparable(side, response.status, response.headers, await response.text())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.jvm[Symbol.asyncDispose]()
    await this.cluster[Symbol.asyncDispose]()
    await deleteTopics(['configs', 'offsets', 'status'].map((topic) => `${this.jvmGroupId}-${topic}`))
    await rm(this.folder, { recursive: true, force: true })
  }
}
