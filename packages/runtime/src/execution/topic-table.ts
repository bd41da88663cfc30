import { ConfigError, type Logger, RetriableError, type TopicTable } from '@penstock/core'
import type { KafkaAdmin } from '../kafka/admin.ts'
import { KafkaConsumer } from '../kafka/consumer.ts'
import { pause } from '../time/pause.ts'

export interface TopicTableOptions {
  readonly topic: string
  readonly maxEntries: number
  readonly consumerConfig: Record<string, string | number | boolean>
  readonly admin: Pick<KafkaAdmin, 'partitionCount' | 'endOffsets'>
  readonly logger: Logger
}

const loadTimeoutMs = 60_000
const maxPolled = 1_000
const pollTimeoutMs = 1_000
const failedPollPauseMs = 1_000
const offsetBeginning = -2

/** Reads a compacted topic to its end and follows it: the newest value of each key, for transformations to look up. */
export async function openTopicTable(options: TopicTableOptions): Promise<TopicTable> {
  const { topic, admin } = options
  const partitions = await admin.partitionCount(topic)
  if (partitions === null) {
    throw new ConfigError([
      { key: 'topic', message: `there is no topic ${topic} to look values up in; create it first` },
    ])
  }
  const table = new KafkaTopicTable(options)
  try {
    await table.load(partitions)
  } catch (error) {
    await table.close()
    throw error
  }
  return table
}

class KafkaTopicTable implements TopicTable {
  readonly #options: TopicTableOptions
  readonly #consumer: KafkaConsumer
  readonly #rows = new Map<string, Uint8Array>()
  readonly #positions = new Map<number, number>()
  #closed = false
  #failure: ConfigError | null = null
  #following: Promise<void> = Promise.resolve()

  constructor(options: TopicTableOptions) {
    this.#options = options
    this.#consumer = new KafkaConsumer({
      ...options.consumerConfig,
      'enable.auto.commit': false,
      'enable.partition.eof': true,
      'auto.offset.reset': 'earliest',
    })
    this.#consumer.onEndOfPartition = ({ partition, offset }) => this.#positions.set(partition, offset)
  }

  async load(partitions: number): Promise<void> {
    const { topic, admin } = this.#options
    await this.#consumer.connect(loadTimeoutMs)
    const all = Array.from({ length: partitions }, (_, partition) => partition)
    this.#consumer.assign(all.map((partition) => ({ topic, partition, offset: offsetBeginning })))
    const ends = await admin.endOffsets(topic, partitions)
    const deadline = Date.now() + loadTimeoutMs
    while ([...ends].some(([partition, end]) => (this.#positions.get(partition) ?? 0) < end)) {
      if (Date.now() > deadline) {
        throw new RetriableError('table.load', `topic ${topic} could not be read to its end within ${loadTimeoutMs} ms`)
      }
      await this.#takeNext()
    }
    this.#following = this.#follow()
  }

  get(key: Uint8Array): Uint8Array | null {
    if (this.#failure !== null) throw this.#failure
    return this.#rows.get(Buffer.from(key).toString('latin1')) ?? null
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#consumer.wakeup()
    await this.#following
    await this.#consumer.close()
  }

  async #follow(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#takeNext()
      } catch (error) {
        if (error instanceof ConfigError) {
          // Never again complete: look-ups must say so rather than miss what is there.
          this.#failure = error
          this.#rows.clear()
          return
        }
        this.#options.logger.warn(`reading topic ${this.#options.topic} failed, trying again`, { error })
        await pause(failedPollPauseMs)
      }
    }
  }

  async #takeNext(): Promise<void> {
    const { topic, maxEntries } = this.#options
    for (const { key, value, partition, offset } of await this.#consumer.poll(maxPolled, pollTimeoutMs)) {
      this.#positions.set(partition, offset + 1)
      if (key === null || key === undefined) continue
      const row = Buffer.from(key as Buffer).toString('latin1')
      if (value === null) this.#rows.delete(row)
      else this.#rows.set(row, value)
      if (this.#rows.size > maxEntries) {
        throw new ConfigError([
          {
            key: 'topic',
            message: `topic ${topic} holds more than ${maxEntries} keys; raise the limit or use another store`,
          },
        ])
      }
    }
  }
}
