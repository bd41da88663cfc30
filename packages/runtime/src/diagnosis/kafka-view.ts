/** What the brokers tell about themselves, topics and groups to the worker's own user. */
import type { Connection } from '@platformatic/kafka'
import type { ProtocolClientConfig } from '../kafka/client-config.ts'
import { failureReason } from '../kafka/connection-problem.ts'
import { connectTo, findCoordinator } from '../kafka/coordinator.ts'
import { type Right, rightsOf } from './rights.ts'

// Loaded late, as everywhere: it is large.
const client = () => import('@platformatic/kafka')

/** The protocol's number for topics, in calls about configurations. */
const topicResource = 2
/** Versions of calls that a worker makes, the latest of their kind (Kafka 3.2). */
const neededCalls: Readonly<Record<string, number>> = {
  FindCoordinator: 4,
  Metadata: 9,
  JoinGroup: 9,
  SyncGroup: 5,
  LeaveGroup: 5,
}

export interface ClusterView {
  readonly clusterId: string
  readonly brokers: number
  /** The finalized metadata.version; null where the brokers have none. */
  readonly version: number | null
  /** Calls that the brokers don't know in a version that is needed. */
  readonly tooOld: readonly string[]
  readonly rights: ReadonlySet<Right> | null
}

export interface TopicView {
  readonly partitions: number
  readonly replicationFactor: number
  /** Partitions without a leader. */
  readonly leaderless: number
  readonly rights: ReadonlySet<Right> | null
  /** Null where this user may not see it. */
  readonly config: ReadonlyMap<string, string | null> | null
}

export interface GroupView {
  /** Empty while nobody has ever joined. */
  readonly protocolType: string
  readonly state: string
  readonly members: number
  readonly rights: ReadonlySet<Right> | null
}

export class KafkaView {
  readonly #config: ProtocolClientConfig
  readonly #connection: Connection

  /** Connects to the first bootstrap broker that answers; rejects with what the last one said. */
  static async open(config: ProtocolClientConfig): Promise<KafkaView> {
    let failure: unknown
    for (const broker of config.brokers) {
      let connection: Connection | null = null
      try {
        connection = await connectTo(config, broker)
        const view = new KafkaView(config, connection)
        await view.cluster()
        return view
      } catch (error) {
        failure = error
        await connection?.close().catch(() => {})
      }
    }
    throw failure
  }

  private constructor(config: ProtocolClientConfig, connection: Connection) {
    this.#config = config
    this.#connection = connection
  }

  async cluster(): Promise<ClusterView> {
    const { metadataV9, apiVersionsV3 } = await client()
    const metadata = await metadataV9.api.async(this.#connection, [], false, false, true)
    const { apiKeys, finalizedFeatures = [] } = await apiVersionsV3.api.async(this.#connection, 'penstock', '1')
    const known = new Map(apiKeys.map(({ name, maxVersion }) => [name, maxVersion]))
    return {
      clusterId: metadata.clusterId ?? 'without an id',
      brokers: metadata.brokers.length,
      version: finalizedFeatures.find(({ name }) => name === 'metadata.version')?.maxVersionLevel ?? null,
      tooOld: Object.entries(neededCalls)
        .filter(([name, version]) => (known.get(name) ?? version) < version)
        .map(([name, version]) => `${name} ${version}`),
      rights: rightsOf(metadata.clusterAuthorizedOperations),
    }
  }

  /** Null where there is no such topic, or this user may not see it. */
  async topic(name: string): Promise<TopicView | null> {
    const { metadataV9 } = await client()
    const all = await metadataV9.api.async(this.#connection, null, false, false, false)
    // Asked for a topic that isn't there, the client rejects with an error of no particular code.
    if (!all.topics.some((topic) => topic.name === name)) return null
    const { topics } = await metadataV9.api.async(this.#connection, [name], false, true, false)
    const topic = topics.find((other) => other.name === name)
    if (topic === undefined) return null
    return {
      partitions: topic.partitions.length,
      replicationFactor: topic.partitions[0]?.replicaNodes.length ?? 0,
      leaderless: topic.partitions.filter(({ leaderId }) => leaderId < 0).length,
      rights: rightsOf(topic.topicAuthorizedOperations),
      config: await this.#topicConfig(name),
    }
  }

  /** A text where the group can't be looked at. */
  async group(groupId: string): Promise<GroupView | string> {
    const { describeGroupsV5 } = await client()
    let connection: Connection | null = null
    try {
      connection = await connectTo(this.#config, await findCoordinator(this.#config, groupId))
      const { groups } = await describeGroupsV5.api.async(connection, [groupId], true)
      const [group] = groups
      if (group === undefined) return 'the coordinator does not tell of it'
      const { protocolType, groupState: state, members, authorizedOperations } = group
      return { protocolType, state, members: members.length, rights: rightsOf(authorizedOperations) }
    } catch (error) {
      return failureReason(error)
    } finally {
      await connection?.close().catch(() => {})
    }
  }

  async close(): Promise<void> {
    await this.#connection.close().catch(() => {})
  }

  async #topicConfig(name: string): Promise<ReadonlyMap<string, string | null> | null> {
    const { describeConfigsV4 } = await client()
    try {
      const resources = [{ resourceType: topicResource, resourceName: name }] as const
      const { results } = await describeConfigsV4.api.async(this.#connection, [...resources], false, false)
      return new Map(results[0]?.configs.map((config) => [config.name, config.value ?? null]))
    } catch {
      return null // what may be seen of it is told by the rights
    }
  }
}
