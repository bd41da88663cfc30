import { ConfigError, type Logger, RetriableError } from '@penstock/core'
import type { KafkaAdmin, TopicSpec } from '../kafka/admin.ts'
import { pause } from '../time/pause.ts'

export interface CompactedTopic {
  readonly topic: TopicSpec
  /** The key that names the topic, for messages. */
  readonly topicKey: string
  readonly admin: Pick<KafkaAdmin, 'partitionCount' | 'createTopic' | 'topicConfig'>
  readonly logger: Logger
  readonly timeoutMs: number
}

const retryDelayMs = 200

/** Creates a topic where it is missing, compacted; one that isn't compacted is refused. Resolves with its partitions. */
export async function ensureCompactedTopic(options: CompactedTopic): Promise<number> {
  const { topic, topicKey, admin } = options
  const found = await admin.partitionCount(topic.name)
  if (found === null) return createTopic(options)
  await checkCompacted(topic.name, topicKey, admin)
  return found
}

async function createTopic({ topic, admin, logger, timeoutMs }: CompactedTopic): Promise<number> {
  const deadline = Date.now() + timeoutMs
  const { partitions, replicationFactor } = topic
  logger.info(`creating topic ${topic.name}`, { partitions, replicationFactor })
  await admin.createTopic({ ...topic, config: { ...topic.config, 'cleanup.policy': 'compact' } })
  for (;;) {
    const created = await admin.partitionCount(topic.name)
    if (created !== null) return created
    if (Date.now() > deadline) {
      throw new RetriableError(
        'storage.no_topic',
        `topic ${topic.name} was created but is still unknown to the brokers`,
      )
    }
    await pause(retryDelayMs)
  }
}

async function checkCompacted(name: string, topicKey: string, admin: CompactedTopic['admin']): Promise<void> {
  const policy = await admin.topicConfig(name, 'cleanup.policy')
  if (policy === null || policy === 'compact') return
  throw new ConfigError([
    {
      key: topicKey,
      message:
        `Invalid value ${name} for configuration ${topicKey}: topic '${name}' must have 'cleanup.policy=compact' to keep its ` +
        `records for ever, but has 'cleanup.policy=${policy}'. Alter the topic (kafka-configs.sh --alter --topic ${name} ` +
        '--add-config cleanup.policy=compact) or name another one',
    },
  ])
}
