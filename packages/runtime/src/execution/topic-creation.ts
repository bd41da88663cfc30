/** Creates the topics of a source connector by its `topic.creation.*` groups (KIP-158). */
import type { Logger } from '@penstock/core'
import type { TopicCreationGroup } from '../config/topic-creation-groups.ts'
import type { KafkaAdmin } from '../kafka/admin.ts'

export interface TopicCreationParts {
  /** In the order in which they are tried, the default group last; null leaves creation to the brokers. */
  readonly groups: readonly TopicCreationGroup[] | null
  readonly admin: Pick<KafkaAdmin, 'partitionCount' | 'createTopic'>
  readonly logger: Logger
}

export class TopicCreation {
  readonly #parts: TopicCreationParts
  readonly #ready = new Set<string>()

  constructor(parts: TopicCreationParts) {
    this.#parts = parts
  }

  /** True for a topic that needs no look any more: each is looked at once in a task's life. */
  isReady(topic: string): boolean {
    return this.#parts.groups === null || this.#ready.has(topic)
  }

  /** Creates the topic unless it is there. Rejects when Kafka refuses. */
  async ensure(topic: string): Promise<void> {
    const { groups, admin, logger } = this.#parts
    if (groups === null || this.#ready.has(topic)) return
    if ((await admin.partitionCount(topic)) === null) {
      const group = groups.find((candidate) => candidate.matches(topic))
      if (group !== undefined) {
        const { partitions, replicationFactor, config } = group
        const created = await admin.createTopic({ name: topic, partitions, replicationFactor, config })
        if (created) logger.info(`created topic ${topic}`, { group: group.name, partitions, replicationFactor })
      }
    }
    this.#ready.add(topic)
  }
}
