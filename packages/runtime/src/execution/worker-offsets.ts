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

export interface Opened {
  readonly store: OffsetStore
  close(): Promise<void>
}

/** Opens the topic; `onFatal` is told when it can no longer be read. */
export type OpenOffsets = (onFatal: (error: Error) => void) => Promise<Opened>

export class WorkerOffsets implements SharedOffsets {
  readonly #open: OpenOffsets
  readonly #logger: Logger
  #opened: Promise<Opened> | null = null

  constructor(open: OpenOffsets, logger: Logger) {
    this.#open = open
    this.#logger = logger
  }

  /**
   * Rejects while the topic can't be read; the next call tries again. The store stays good for as long as whoever asked
   * runs: when the topic can no longer be read, the next use opens it anew.
   */
  async store(): Promise<OffsetStore> {
    await this.#present()
    return {
      positions: async (connector) => (await this.#present()).positions(connector),
      read: async (connector, partitions) => (await this.#present()).read(connector, partitions),
      write: async (connector, entries) => (await this.#present()).write(connector, entries),
    }
  }

  async close(): Promise<void> {
    await this.#closed(this.#opened)
  }

  async #present(): Promise<OffsetStore> {
    const opening = this.#opened ?? this.#open((error) => void this.#giveUp(opening, error))
    this.#opened = opening
    try {
      return (await opening).store
    } catch (error) {
      if (this.#opened === opening) this.#opened = null
      throw error
    }
  }

  async #giveUp(opening: Promise<Opened>, error: Error): Promise<void> {
    this.#logger.error('the offset topic can no longer be read', { error })
    try {
      await this.#closed(opening)
    } catch (failure) {
      this.#logger.warn('closing the clients of the offset topic failed', { error: failure })
    }
  }

  async #closed(opening: Promise<Opened> | null): Promise<void> {
    if (this.#opened === opening) this.#opened = null
    const opened = await opening?.catch(() => null)
    await opened?.close()
  }
}

/** The topic that the worker's configuration names. */
export function offsetTopicOf(config: DistributedConfig, logger: Logger): OpenOffsets {
  return async (onFatal) => {
    const { clientIdBase, client } = internalClients(config)
    const stored = new StoredOffsets(logger)
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
      logger: logger,
      startTimeoutMs,
      onRecord: (record) => stored.apply(record),
      onFatal,
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
}
