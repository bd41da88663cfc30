/** The few administrative calls Penstock makes, over the protocol client. */
import { ConfigError, ConnectError, messageOf, RetriableError } from '@penstock/core'
import type { Admin } from '@platformatic/kafka'
import type { ProtocolClientConfig } from './client-config.ts'
import { connectionProblem, isConnectionFailure } from './connection-problem.ts'
import { kafkaErrorCode, kafkaErrors } from './protocol-errors.ts'

/** A topic to create when it is missing. */
export interface TopicSpec {
  readonly name: string
  /** -1: the broker's default. */
  readonly partitions: number
  readonly replicationFactor: number
  readonly config: Readonly<Record<string, string>>
}

/** The protocol's numbers for isolation levels. */
const readUncommitted = 0
const readCommitted = 1
/** The protocol's number for the first offset, where a timestamp could stand. */
const earliestOffset = -2n
/** The protocol's number for topics, in calls about configurations. */
const topicResource = 2

export class KafkaAdmin {
  readonly #config: ProtocolClientConfig
  #opened: Promise<Admin> | null = null

  /** Connects with the first call. */
  constructor(config: ProtocolClientConfig) {
    this.#config = config
  }

  async clusterId(): Promise<string> {
    return (await this.#ask((admin) => admin.metadata({ topics: [], forceUpdate: true }))).id
  }

  /** Names of all topics but the brokers' own. */
  async topics(): Promise<string[]> {
    return this.#ask((admin) => admin.listTopics({ includeInternals: false }))
  }

  /** Number of partitions, or null when there is no such topic. */
  async partitionCount(topic: string): Promise<number | null> {
    // Asked for a topic that isn't there, the client rejects with an error of no particular code.
    const names: string[] = await this.#ask((admin) => admin.listTopics({ includeInternals: true }))
    if (!names.includes(topic)) return null
    const metadata = await this.#ask((admin) =>
      admin.metadata({ topics: [topic], forceUpdate: true, autocreateTopics: false }),
    )
    return metadata.topics.get(topic)?.partitionsCount ?? null
  }

  /** Creates a topic; true when it did not exist. Throws ConfigError for settings the brokers refuse. */
  async createTopic(spec: TopicSpec): Promise<boolean> {
    try {
      await this.#ask((admin) =>
        admin.createTopics({
          topics: [spec.name],
          partitions: spec.partitions,
          replicas: spec.replicationFactor,
          configs: Object.entries(spec.config).map(([name, value]) => ({ name, value })),
        }),
      )
      return true
    } catch (error) {
      const code = kafkaErrorCode(error)
      if (code === kafkaErrors.topicExists) return false
      if (code === kafkaErrors.invalidReplicationFactor) {
        throw new ConfigError([
          {
            key: 'replication.factor',
            message: `can't create topic ${spec.name} with replication factor ${spec.replicationFactor}: the cluster has fewer brokers than that. Set a smaller replication factor for it`,
          },
        ])
      }
      if (code !== null && kafkaErrors.retriable.has(code)) {
        throw new RetriableError('kafka.create_topic', `can't create topic ${spec.name} yet: ${messageOf(error)}`, {
          cause: error,
        })
      }
      throw new ConnectError('kafka.create_topic', `can't create topic ${spec.name}: ${describe(error)}`, {
        cause: error,
      })
    }
  }

  /** One configuration value of a topic; null when this user may not see it. */
  async topicConfig(topic: string, name: string): Promise<string | null> {
    try {
      const [description] = await this.#ask((admin) =>
        admin.describeConfigs({
          resources: [{ resourceType: topicResource, resourceName: topic, configurationKeys: [name] }],
        }),
      )
      return description?.configs.find((config) => config.name === name)?.value ?? null
    } catch (error) {
      const code = kafkaErrorCode(error)
      if (code === kafkaErrors.topicAuthorizationFailed || code === kafkaErrors.clusterAuthorizationFailed) return null
      throw error
    }
  }

  /** The offsets after the last record of each partition; `committedOnly`: before the first open transaction. */
  async endOffsets(
    topic: string,
    partitions: number,
    options: { committedOnly: boolean } = { committedOnly: false },
  ): Promise<Map<number, number>> {
    const [listed] = await this.#ask((admin) =>
      admin.listOffsets({
        isolationLevel: options.committedOnly ? readCommitted : readUncommitted,
        topics: [
          {
            name: topic,
            partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1n })),
          },
        ],
      }),
    )
    return new Map(listed?.partitions.map((partition) => [partition.partitionIndex, Number(partition.offset)]))
  }

  /**
   * The offsets of each partition's first record that is not older than `timestamp` (epoch milliseconds); of its first
   * record of all without one. Partitions without such a record are left out.
   */
  async startOffsets(topic: string, partitions: number, timestamp: number | null = null): Promise<Map<number, number>> {
    const wanted = timestamp === null ? earliestOffset : BigInt(timestamp)
    const [listed] = await this.#ask((admin) =>
      admin.listOffsets({
        isolationLevel: readCommitted,
        topics: [
          {
            name: topic,
            partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({
              partitionIndex,
              timestamp: wanted,
            })),
          },
        ],
      }),
    )
    const found = (listed?.partitions ?? []).filter(({ offset }) => offset >= 0n)
    return new Map(found.map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)]))
  }

  /** The committed offsets of a consumer group; none for a group that is not there. */
  async groupOffsets(groupId: string): Promise<{ topic: string; partition: number; offset: bigint }[]> {
    try {
      const [group] = await this.#ask((admin) =>
        admin.listConsumerGroupOffsets({ groups: [groupId], requireStable: true }),
      )
      return (group?.topics ?? []).flatMap(({ name, partitions }) =>
        partitions
          .filter(({ committedOffset }) => committedOffset >= 0n)
          .map(({ partitionIndex, committedOffset }) => ({
            topic: name,
            partition: partitionIndex,
            offset: committedOffset,
          })),
      )
    } catch (error) {
      if (kafkaErrorCode(error) === kafkaErrors.groupIdNotFound) return []
      throw error
    }
  }

  /** Sets committed offsets of a group without members. */
  async alterGroupOffsets(
    groupId: string,
    offsets: readonly { topic: string; partition: number; offset: bigint }[],
  ): Promise<void> {
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, partitionOffsets]) => ({
      name,
      partitionOffsets: partitionOffsets.map(({ partition, offset }) => ({ partition, offset })),
    }))
    await this.#ask((admin) => admin.alterConsumerGroupOffsets({ groupId, topics }))
  }

  /** Forgets committed offsets of a group without members. */
  async deleteGroupOffsets(
    groupId: string,
    partitions: readonly { topic: string; partition: number }[],
  ): Promise<void> {
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, ofTopic]) => ({
      name,
      partitionIndexes: ofTopic.map(({ partition }) => partition),
    }))
    await this.#ask((admin) => admin.deleteConsumerGroupOffsets({ groupId, topics }))
  }

  /** Removes a group without members and all it has committed; one that is not there is fine. */
  async deleteGroup(groupId: string): Promise<void> {
    try {
      await this.#ask((admin) => admin.deleteGroups({ groups: [groupId] }))
    } catch (error) {
      if (kafkaErrorCode(error) !== kafkaErrors.groupIdNotFound) throw error
    }
  }

  async close(): Promise<void> {
    await (await this.#opened)?.close()
  }

  /** Answers of the brokers are thrown as they are; where none comes, the error says what to check. */
  async #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    this.#opened ??= open(this.#config)
    const admin = await this.#opened
    try {
      return await question(admin)
    } catch (error) {
      if (!isConnectionFailure(error)) throw error
      throw new RetriableError('kafka.unreachable', `can't ask Kafka: ${connectionProblem(error)}`, { cause: error })
    }
  }
}

async function open(config: ProtocolClientConfig): Promise<Admin> {
  // Loaded late: it is large, and most tasks of an executor never ask for it.
  const { Admin } = await import('@platformatic/kafka')
  return new Admin({
    clientId: config.clientId,
    bootstrapBrokers: [...config.brokers],
    connectTimeout: config.connectTimeoutMs,
    requestTimeout: config.requestTimeoutMs,
    timeout: config.requestTimeoutMs,
    retries: 3,
    autocreateTopics: false,
    ...(config.tls ? { tls: config.tls, tlsServerName: config.tlsServerName === true } : {}),
    ...(config.sasl ? { sasl: config.sasl } : {}),
  })
}

function describe(error: unknown): string {
  const nested = (error as { errors?: unknown[] }).errors?.[0]
  return nested === undefined ? messageOf(error) : describe(nested)
}
