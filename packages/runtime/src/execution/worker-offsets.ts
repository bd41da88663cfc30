/** The worker's offset topic as an executor sees it: opened when the first source needs it, shared by all of them. */
import type { Logger } from '@penstock/core'
import { workerClientProperties } from '../config/client-properties.ts'
import type { DistributedConfig } from '../config/worker-config.ts'
import { KafkaAdmin } from '../kafka/admin.ts'
import { toProtocolClient } from '../kafka/client-config.ts'
import { KafkaProducer } from '../kafka/producer.ts'
import { KafkaCompactedLog } from '../storage/compacted-log.ts'
import { internalClients, isolationLevel, offsetTopicSpec } from '../storage/internal-topics.ts'
import { KafkaOffsetStore } from '../storage/kafka-offset-store.ts'
import { type OffsetStore, StoredOffsets } from '../storage/offset-store.ts'

const startTimeoutMs = 60_000
const writeTimeoutMs = 30_000
const closeFlushMs = 5_000

/** Where the sources of an executor keep their positions unless they have a topic of their own. */
export interface SharedOffsets {
  store(): Promise<OffsetStore>
  close(): Promise<void>
}

interface Opened {
  readonly store: OffsetStore
  close(): Promise<void>
}

export class WorkerOffsets implements SharedOffsets {
  readonly #config: DistributedConfig
  readonly #logger: Logger
  #opened: Promise<Opened> | null = null

  constructor(config: DistributedConfig, logger: Logger) {
    this.#config = config
    this.#logger = logger
  }

  /** Rejects while the topic can't be read; the next call tries again. */
  async store(): Promise<OffsetStore> {
    this.#opened ??= this.#open()
    try {
      return (await this.#opened).store
    } catch (error) {
      this.#opened = null
      throw error
    }
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => null)
    this.#opened = null
    await opened?.close()
  }

  async #open(): Promise<Opened> {
    const config = this.#config
    const { clientIdBase, client } = internalClients(config)
    const stored = new StoredOffsets(this.#logger)
    const producer = new KafkaProducer({
      ...client,
      'client.id': `${clientIdBase}-offsets-writer`,
      acks: 'all',
      'max.in.flight.requests.per.connection': 1,
      'linger.ms': 0,
      'message.timeout.ms': writeTimeoutMs,
    })
    const admin = new KafkaAdmin(
      toProtocolClient({ ...workerClientProperties(config.raw), 'client.id': `${clientIdBase}-offsets-admin` }),
    )
    const log = new KafkaCompactedLog({
      topic: offsetTopicSpec(config, config['offset.storage.topic']),
      topicKey: 'offset.storage.topic',
      consumerConfig: {
        ...client,
        'client.id': `${clientIdBase}-offsets`,
        // librdkafka wants a name; partitions are assigned by hand and no group is joined.
        'group.id': `${config['group.id']}-offsets`,
        'isolation.level': isolationLevel(config),
      },
      producer,
      admin,
      logger: this.#logger,
      startTimeoutMs,
      onRecord: (record) => stored.apply(record),
      onFatal: (error) => this.#giveUp(error),
    })
    const close = async (): Promise<void> => {
      await log.stop()
      await producer.close(closeFlushMs)
      await admin.close()
    }
    try {
      await Promise.all([producer.connect(startTimeoutMs), log.start()])
    } catch (error) {
      await close()
      throw error
    }
    return { store: new KafkaOffsetStore(log, stored), close }
  }

  /** Opened anew for the next who asks; those who hold the present store get its errors. */
  #giveUp(error: Error): void {
    this.#logger.error('the offset topic can no longer be read', { error })
    this.#opened = null
  }
}
