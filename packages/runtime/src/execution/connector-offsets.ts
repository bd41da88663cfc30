/** Where the positions of one source connector are kept: the worker's offset topic, one of its own, or both. */
import { ConnectError, type Logger, type RawConfig } from '@penstock/core'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { KafkaProducer } from '../kafka/producer.ts'
import { KafkaCompactedLog } from '../storage/compacted-log.ts'
import { isolationLevel, offsetTopicSpec } from '../storage/internal-topics.ts'
import { KafkaOffsetStore, LayeredOffsetStore } from '../storage/kafka-offset-store.ts'
import { type OffsetEntry, type OffsetStore, StoredOffsets } from '../storage/offset-store.ts'
import type { TaskClients } from './task-clients.ts'

export interface ConnectorOffsetsParts {
  readonly connector: string
  readonly raw: RawConfig
  readonly worker: WorkerConfig
  readonly clients: TaskClients
  /** Writes to the connector's own topic; null for reading only. */
  readonly producer: Pick<KafkaProducer, 'send'> | null
  readonly workerStore: () => Promise<OffsetStore>
  readonly logger: Logger
}

export interface ConnectorOffsets {
  readonly store: OffsetStore
  /** The topic that is the truth; null where a standalone worker keeps positions in its file. */
  readonly topic: string | null
  /** The worker's store where it is the second one; its failures cost nothing. */
  readonly secondary: OffsetStore | null
  /** Brings positions that the topic has into the second store, for workers that know nothing of the first. */
  copy(connector: string, entries: readonly OffsetEntry[]): Promise<void>
}

const startTimeoutMs = 60_000

/** Opens what the connector's configuration asks for; closed with the clients. */
export async function openConnectorOffsets(parts: ConnectorOffsetsParts): Promise<ConnectorOffsets> {
  const { raw, worker, clients, workerStore, logger } = parts
  const own = raw['offsets.storage.topic']?.trim() || null
  const exactlyOnce = worker['exactly.once.source.support'] === 'enabled'
  const workerTopic = worker['offset.storage.topic']
  const brokers = clients.properties('producer', {})['bootstrap.servers']
  const elsewhere = brokers !== worker.raw['bootstrap.servers']
  const second = await workerStore()
  const ownTopic = own !== null && (own !== workerTopic || elsewhere)
  // A transaction can't reach beyond the cluster that the records go to.
  const topic = own ?? workerTopic
  if (topic === null || (!ownTopic && !(exactlyOnce && elsewhere))) {
    return { store: second, topic, secondary: null, copy: async () => {} }
  }
  const first = await openOwn(parts, topic)
  const store = new LayeredOffsetStore(first, second, (error) =>
    logger.warn('positions could not be copied to the offset topic of the worker', { error }),
  )
  return { store, topic, secondary: second, copy: (connector, entries) => store.copy(connector, entries) }
}

/** Where exactly-once tasks write positions in their transactions: no standalone worker has such tasks. */
export function transactionTopic({ topic }: ConnectorOffsets): string {
  if (topic === null) throw new ConnectError('offsets.no_topic', 'a standalone worker delivers at least once only')
  return topic
}

const readOnly: Pick<KafkaProducer, 'send'> = {
  async send() {
    throw new ConnectError('offsets.read_only', 'connectors read positions, their tasks write them')
  },
}

async function openOwn(parts: ConnectorOffsetsParts, topic: string): Promise<OffsetStore> {
  const { connector, worker, clients, producer, logger } = parts
  const stored = new StoredOffsets(logger)
  const properties = clients.properties('consumer', {
    'client.id': `connector-consumer-${connector}`,
    // librdkafka wants a name; partitions are assigned by hand and no group is joined.
    'group.id': `connect-${connector}-offsets`,
    'isolation.level': isolationLevel(worker),
  })
  let failure: Error | null = null
  const log = new KafkaCompactedLog({
    topic: offsetTopicSpec(worker, topic),
    topicKey: 'offsets.storage.topic',
    consumerConfig: clients.rdkafka(properties),
    producer: producer ?? readOnly,
    admin: clients.admin(),
    logger,
    startTimeoutMs,
    onRecord: (record) => stored.apply(record),
    onFatal: (error) => {
      failure = error
    },
  })
  clients.onClose(() => log.stop())
  await log.start()
  return new KafkaOffsetStore(
    {
      send: (key, value) => log.send(key, value),
      readToEnd: (timeoutMs) => (failure === null ? log.readToEnd(timeoutMs) : Promise.reject(failure)),
    },
    stored,
  )
}
