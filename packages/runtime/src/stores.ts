/** Opens the three internal topics of the worker. */
import { ConfigError } from '@penstock/core'
import type { DistributedConfig } from './config/worker-config.ts'
import type { KafkaAdmin } from './kafka/admin.ts'
import { KafkaProducer } from './kafka/producer.ts'
import { KafkaCompactedLog, type LogRecord } from './storage/compacted-log.ts'
import { ensureCompactedTopic } from './storage/compacted-topic.ts'
import { type ConfigEvent, ConfigState } from './storage/config-state.ts'
import { ConfigStore } from './storage/config-store.ts'
import {
  type InternalTopicKey,
  internalClients,
  isolationLevel,
  offsetTopicSpec,
  topicSpec,
} from './storage/internal-topics.ts'
import { TransactionalLeaderWriter } from './storage/leader-writer.ts'
import { StatusStore } from './storage/status-store.ts'
import type { LoggerFactory } from './telemetry/logger.ts'

export interface Stores {
  readonly configs: ConfigStore
  readonly statuses: StatusStore
  close(): Promise<void>
}

export interface StoresParts {
  readonly config: DistributedConfig
  readonly admin: KafkaAdmin
  readonly loggers: LoggerFactory
  readonly onConfigEvent: (event: ConfigEvent) => void
  /** A topic can't be followed any more, so this worker no longer knows what the others do. */
  readonly onFatal: (error: Error) => void
}

const startTimeoutMs = 60_000
const writeTimeoutMs = 30_000
const closeFlushMs = 5_000

/** Creates the topics where they are missing, checks them, and reads them to their ends. */
export async function openStores({ config, admin, loggers, onConfigEvent, onFatal }: StoresParts): Promise<Stores> {
  const logger = loggers.child('storage')
  const { clientIdBase: base, client, warnings } = internalClients(config)
  for (const warning of warnings) logger.warn(warning)
  // One producer for all three: acks from all replicas, one request at a time, so that writes keep their order.
  const producer = new KafkaProducer({
    ...client,
    'client.id': `${base}-writer`,
    acks: 'all',
    'max.in.flight.requests.per.connection': 1,
    'linger.ms': 0,
    // Not for ever, as Java's default: what a former leader could not write must not go out when it is reconnected.
    'message.timeout.ms': writeTimeoutMs,
  })
  producer.onWarning = (error) => logger.warn('writing to Kafka meets a problem', { reason: error.message })
  const log = (
    topicKey: InternalTopicKey,
    partitions: number,
    suffix: string,
    onRecord: (record: LogRecord) => void,
  ): KafkaCompactedLog =>
    new KafkaCompactedLog({
      topic: topicSpec(config, topicKey, partitions),
      topicKey,
      consumerConfig: {
        ...client,
        'client.id': `${base}-${suffix}`,
        // librdkafka wants a name; partitions are assigned by hand and no group is joined.
        'group.id': `${config['group.id']}-${suffix}`,
        'isolation.level': isolationLevel(config),
      },
      producer,
      admin,
      logger,
      startTimeoutMs,
      onRecord,
      onFatal,
    })

  const state = new ConfigState(logger)
  const statuses = new StatusStore(logger)
  let configs: ConfigStore
  const listener = ConfigStore.listener(state, () => configs, onConfigEvent)
  const configLog = log('config.storage.topic', 1, 'configs', listener)
  configs =
    config['exactly.once.source.support'] === 'disabled'
      ? new ConfigStore(configLog, state)
      : new ConfigStore(
          configLog,
          state,
          new TransactionalLeaderWriter({
            topic: config['config.storage.topic'],
            producerConfig: {
              ...client,
              'client.id': `${base}-configs-leader`,
              'transactional.id': `connect-cluster-${config['group.id']}`,
              acks: 'all',
              'enable.idempotence': true,
              'linger.ms': 0,
            },
            timeoutMs: writeTimeoutMs,
            logger,
          }),
        )
  // Source tasks read and write it themselves, in their executors; here it is only made and checked.
  const offsets = (): Promise<number> =>
    ensureCompactedTopic({
      topic: offsetTopicSpec(config, config['offset.storage.topic']),
      topicKey: 'offset.storage.topic',
      admin,
      logger,
      timeoutMs: startTimeoutMs,
    })
  const statusLog = log('status.storage.topic', config['status.storage.partitions'], 'statuses', (record) =>
    statuses.read(record),
  )
  const close = async (): Promise<void> => {
    await Promise.allSettled([configs.stop(), statuses.stop()])
    await producer.close(closeFlushMs)
  }
  try {
    const started = [producer.connect(startTimeoutMs), configs.start(), offsets(), statuses.start(statusLog)]
    const failed = (await Promise.allSettled(started)).find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    await checkSinglePartition(config, admin)
  } catch (error) {
    await close()
    throw error
  }
  return { configs, statuses, close }
}

async function checkSinglePartition(config: DistributedConfig, admin: KafkaAdmin): Promise<void> {
  const topic = config['config.storage.topic']
  const partitions = await admin.partitionCount(topic)
  if (partitions === 1 || partitions === null) return
  throw new ConfigError([
    {
      key: 'config.storage.topic',
      message: `Invalid value ${topic} for configuration config.storage.topic: topic '${topic}' must have exactly one partition to keep its records in order, but has ${partitions}. Create it anew with one partition or name another one`,
    },
  ])
}
