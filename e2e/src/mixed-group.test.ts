/** A worker of Kafka Connect on the JVM and one of ours in one group. Skipped where there is no JDK. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConnectClient, ConnectError, type ConnectorStatus } from '@penstock/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Cluster,
  deleteTopics,
  findJvmConnect,
  freshName,
  type JvmConnect,
  type JvmWorker,
  NotYet,
  stack,
  startCluster,
  startJvmWorker,
  until,
} from './harness/index.ts'

const jvm = await findJvmConnect()
const PASSING = /can be safely retried/
const CONFLICT = 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)'

class MixedGroup implements AsyncDisposable {
  readonly jvm: JvmWorker
  readonly cluster: Cluster
  readonly leader: 'jvm' | 'ours'
  readonly #topics: readonly string[]

  constructor(worker: JvmWorker, cluster: Cluster, leader: 'jvm' | 'ours', topics: readonly string[]) {
    this.jvm = worker
    this.cluster = cluster
    this.leader = leader
    this.#topics = topics
  }

  /** Who comes first leads. */
  static async start(found: JvmConnect, leader: 'jvm' | 'ours'): Promise<MixedGroup> {
    const groupId = freshName('mixed')
    const topics = ['configs', 'offsets', 'status'].map((name) => `${groupId}-${name}`)
    const [configs, offsets, status] = topics as [string, string, string]
    const properties = {
      'group.id': groupId,
      'config.storage.topic': configs,
      'offset.storage.topic': offsets,
      'status.storage.topic': status,
    }
    const startJava = () => startJvmWorker(found, { groupId, properties })
    const startOurs = () => startCluster({ workers: 1, properties })
    const [java, cluster] =
      leader === 'jvm'
        ? await inTurn(startJava, startOurs)
        : ((await inTurn(startOurs, startJava)).toReversed() as [JvmWorker, Cluster])
    return new MixedGroup(java, cluster, leader, topics)
  }

  get ours(): ConnectClient {
    return new ConnectClient({ baseUrl: this.cluster.worker(0).url, timeoutMs: 60_000 })
  }
  get ourId(): string {
    return this.cluster.worker(0).workerId
  }
  get clients(): readonly ConnectClient[] {
    return [this.jvm.client, this.ours]
  }
  get workerIds(): readonly string[] {
    return [this.jvm.workerId, this.ourId].sort()
  }
  get leading(): ConnectClient {
    return this.leader === 'jvm' ? this.jvm.client : this.ours
  }
  get following(): ConnectClient {
    return this.leader === 'jvm' ? this.ours : this.jvm.client
  }
  /** URL of a connector at the follower. */
  atFollower(name: string): string {
    return `http://${this.followerId}/connectors/${name}`
  }
  get followerId(): string {
    return this.leader === 'jvm' ? this.ourId : this.jvm.workerId
  }

  /** Resolves when both workers tell of the connector what is asked for. */
  async untilBothSee(
    name: string,
    what: string,
    condition: (status: ConnectorStatus) => boolean,
  ): Promise<ConnectorStatus> {
    const seen = await Promise.all(
      this.clients.map((client) =>
        until(
          async () => {
            const status = await client.status(name)
            return condition(status) ? status : new NotYet(status)
          },
          { what: `${name} ${what}`, deadlineMs: 45_000 },
        ),
      ),
    )
    return seen[0] as ConnectorStatus
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]()
    await this.jvm[Symbol.asyncDispose]()
    await deleteTopics(this.#topics)
  }
}

async function inTurn<A, B>(first: () => Promise<A>, second: () => Promise<B>): Promise<[A, B]> {
  const started = await first()
  return [started, await second()]
}

/** While the group rebalances, or a sink's tasks have not left its consumer group, asks again. */
async function settled<T>(ask: () => Promise<T>): Promise<T> {
  const done = await until(
    () =>
      ask().then(
        (answer) => ({ answer }),
        (error: unknown) => {
          const passes = error instanceof ConnectError && (error.status === 409 || PASSING.test(error.message))
          if (error instanceof ConnectError && !passes) return { error }
          throw error
        },
      ),
    { what: 'the group to be settled', deadlineMs: 45_000 },
  )
  if ('error' in done) throw done.error
  return done.answer
}

const runs =
  (tasks: number) =>
  (status: ConnectorStatus): boolean =>
    status.tasks.length === tasks && [status.connector, ...status.tasks].every(({ state }) => state === 'RUNNING')

describe.skipIf(!jvm).each(['jvm', 'ours'] as const)('led by %s', (leader) => {
  let group: MixedGroup
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'penstock-mixed-'))
    group = await MixedGroup.start(jvm as JvmConnect, leader)
  })
  afterEach(async () => {
    await group?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  test('work is shared, and either worker answers for both', async () => {
    const topic = await group.cluster.createTopic({ partitions: 4 })
    const names = ['a', 'b'].map((letter) => freshName(letter))
    for (const name of names) {
      await writeFile(join(folder, `${name}.txt`), '')
      const config = { 'connector.class': 'FileStreamSink', topics: topic, file: join(folder, name), 'tasks.max': '2' }
      await settled(() => group.following.createConnector({ name, config }))
    }
    const statuses = await Promise.all(names.map((name) => group.untilBothSee(name, 'to run', runs(2))))

    // Each has one connector and two tasks; those of the follower's were sent to the leader by a signed request.
    expect(statuses.map(({ connector }) => connector.worker_id).sort()).toEqual(group.workerIds)
    const tasksOf = (id: string) => statuses.flatMap(({ tasks }) => tasks).filter((task) => task.worker_id === id)
    expect(group.workerIds.map((id) => tasksOf(id).length)).toEqual([2, 2])
    expect(statuses.some(({ connector }) => connector.worker_id === group.followerId)).toBe(true)

    for (const client of group.clients) {
      expect((await client.connectors()).sort()).toEqual([...names].sort())
      for (const name of names) {
        await settled(() => client.restart(name))
        await settled(() => client.restartTask(name, 0))
        await settled(() => client.restartTask(name, 1))
        await settled(() => client.restart(name, { includeTasks: true }))
        await group.untilBothSee(name, 'to run again', runs(2))
      }
    }
    for (const [index, client] of group.clients.entries()) {
      const [name = ''] = names
      const tasks = 3 + index
      await settled(() => client.patchConfig(name, { 'tasks.max': String(tasks) }))
      await group.untilBothSee(name, `to run ${tasks} tasks`, runs(tasks))
      await settled(() => client.pause(name))
      await group.untilBothSee(name, 'to be paused', ({ tasks: all }) => all.every(({ state }) => state === 'PAUSED'))
      await settled(() => client.resume(name))
      await group.untilBothSee(name, 'to be resumed', runs(tasks))
      await settled(() => client.stop(name))
      const stopped = (status: ConnectorStatus) => status.connector.state === 'STOPPED' && status.tasks.length === 0
      await group.untilBothSee(name, 'to be stopped', stopped)
      expect((await settled(() => client.resetOffsets(name))).message).toContain('reset successfully')
      await settled(() => client.resume(name))
      await group.untilBothSee(name, 'to run after the stop', runs(tasks))
    }
    for (const name of names) {
      const kept = await fetch(`${group.atFollower(name)}?forward=false`, { method: 'DELETE' })
      expect([kept.status, await kept.json()]).toEqual([409, { error_code: 409, message: CONFLICT }])
    }
    for (const [index, name] of names.entries()) {
      await settled(() => (group.clients[index] as ConnectClient).deleteConnector(name))
    }
    for (const client of group.clients) {
      await until(async () => (await client.connectors()).length === 0, { what: 'no connector to be left' })
    }
  })

  test('a connector whose plugin a worker lacks is FAILED there, with the reason', async () => {
    const [config, other] = leader === 'jvm' ? [heartbeat(), datagen()] : [datagen(), heartbeat()]
    const lacking = leader === 'jvm' ? group.ourId : group.jvm.workerId
    const names = ['a', 'b', 'c', 'd'].map((letter) => freshName(letter))
    for (const name of names) await settled(() => group.leading.createConnector({ name, config }))
    const statuses = await Promise.all(
      names.map((name) =>
        group.untilBothSee(name, 'to run or to have failed', ({ connector }) =>
          connector.worker_id === lacking ? connector.state === 'FAILED' : connector.state === 'RUNNING',
        ),
      ),
    )
    const failed = statuses.filter(({ connector }) => connector.worker_id === lacking)
    expect(failed.length).toBe(2)
    for (const { connector } of failed) {
      expect(connector.trace).toMatch(
        new RegExp(`Failed to find any class .* name matches ${config['connector.class']}`),
      )
      expect(connector.trace).toContain('FileStreamSink')
    }
    // Nor does it take one by REST, whoever is asked first: the leader has the last word.
    for (const client of group.clients) {
      const refused = settled(() => client.createConnector({ name: freshName('refused'), config: other }))
      await expect(refused).rejects.toMatchObject({
        status: 400,
        message: expect.stringContaining(other['connector.class']),
      })
    }
  })
})

function heartbeat() {
  return {
    'connector.class': 'org.apache.kafka.connect.mirror.MirrorHeartbeatConnector',
    'tasks.max': '1',
    'source.cluster.alias': 'here',
    'target.cluster.alias': 'there',
    'source.cluster.bootstrap.servers': stack.kafka,
    'target.cluster.bootstrap.servers': stack.kafka,
    'heartbeats.topic.replication.factor': '1',
  }
}

function datagen() {
  return {
    'connector.class': 'io.confluent.kafka.connect.datagen.DatagenConnector',
    'tasks.max': '1',
    'kafka.topic': freshName('made-up'),
    quickstart: 'users',
    'max.interval': '1000',
  }
}
