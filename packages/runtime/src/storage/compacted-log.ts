/**
 * A compacted topic as a replicated log of keys and values: read from its beginning, followed for ever, written by
 * anyone. The config, status and offset stores stand on it.
 */
import { ConnectError, type Logger, RetriableError } from '@penstock/core'
import type { KafkaAdmin, TopicSpec } from '../kafka/admin.ts'
import { type ConsumedMessage, KafkaConsumer } from '../kafka/consumer.ts'
import type { KafkaProducer } from '../kafka/producer.ts'
import { pause } from '../time/pause.ts'
import { ensureCompactedTopic } from './compacted-topic.ts'

/** One record of the log; a null value removes the key. */
export interface LogRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly partition: number
  readonly offset: bigint
}

/** Kafka's and the in-memory twin's common face. */
export interface CompactedLog {
  /** Makes sure the topic is there and compacted, and reads all that it holds. */
  start(): Promise<void>
  /** Resolves when every record written before the call has been handed to the listener. */
  readToEnd(timeoutMs: number): Promise<void>
  /** Resolves when the record is acknowledged. */
  send(key: Buffer, value: Buffer | null): Promise<void>
  stop(): Promise<void>
}

export interface KafkaCompactedLogOptions {
  readonly topic: TopicSpec
  /** The worker's key that names the topic, for messages. */
  readonly topicKey: string
  readonly consumerConfig: Record<string, string | number | boolean>
  readonly producer: Pick<KafkaProducer, 'send'>
  readonly admin: KafkaAdmin
  readonly logger: Logger
  readonly startTimeoutMs: number
  readonly onRecord: (record: LogRecord) => void
  /** Reading has failed for a minute, and goes on failing. */
  readonly onFatal: (error: Error) => void
}

const offsetBeginning = -2
const maxPolled = 1000
const pollTimeoutMs = 1000
const failedPollPauseMs = 1_000
const giveUpMs = 60_000

export class KafkaCompactedLog implements CompactedLog {
  readonly #options: KafkaCompactedLogOptions
  readonly #consumer: KafkaConsumer
  /** Next offset to read, by partition. */
  readonly #positions = new Map<number, number>()
  #waiting: (() => void)[] = []
  #partitions = 0
  #stopped = false
  #loop: Promise<void> = Promise.resolve()

  constructor(options: KafkaCompactedLogOptions) {
    this.#options = options
    this.#consumer = new KafkaConsumer({
      ...options.consumerConfig,
      'enable.auto.commit': false,
      'enable.partition.eof': true,
      'auto.offset.reset': 'earliest',
    })
    this.#consumer.onEndOfPartition = ({ partition, offset }) => this.#reached(partition, offset)
  }

  async start(): Promise<void> {
    const { topic, startTimeoutMs } = this.#options
    const connected = this.#consumer.connect(startTimeoutMs)
    connected.catch(() => {})
    this.#partitions = await ensureCompactedTopic({ ...this.#options, timeoutMs: startTimeoutMs })
    await connected
    const partitions = Array.from({ length: this.#partitions }, (_, partition) => partition)
    this.#consumer.assign(partitions.map((partition) => ({ topic: topic.name, partition, offset: offsetBeginning })))
    this.#loop = this.#follow()
    await this.readToEnd(startTimeoutMs)
  }

  async readToEnd(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs
    const { topic, admin } = this.#options
    const committedOnly = this.#options.consumerConfig['isolation.level'] === 'read_committed'
    const ends = await admin.endOffsets(topic.name, this.#partitions, { committedOnly })
    const behind = (): boolean => [...ends].some(([partition, end]) => (this.#positions.get(partition) ?? 0) < end)
    while (behind()) {
      const left = deadline - Date.now()
      if (this.#stopped)
        throw new ConnectError('storage.stopped', `the worker is stopping, topic ${topic.name} is no longer read`)
      if (left <= 0) {
        throw new RetriableError(
          'storage.read_timeout',
          `topic ${topic.name} could not be read to its end within ${timeoutMs} ms`,
        )
      }
      await this.#progress(left)
    }
  }

  async send(key: Buffer, value: Buffer | null): Promise<void> {
    await this.#options.producer.send({ topic: this.#options.topic.name, key, value })
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#consumer.wakeup()
    await this.#loop
    await this.#consumer.close()
    this.#notify()
  }

  async #follow(): Promise<void> {
    const { topic, logger, onFatal } = this.#options
    let failingSince: number | null = null
    while (!this.#stopped) {
      try {
        for (const message of await this.#consumer.poll(maxPolled, pollTimeoutMs)) this.#take(message)
        failingSince = null
      } catch (error) {
        failingSince ??= Date.now()
        logger.error(`reading topic ${topic.name} failed, trying again`, { error })
        if (Date.now() - failingSince > giveUpMs) {
          onFatal(error as Error)
          return
        }
        await pause(failedPollPauseMs)
      }
    }
  }

  #take(message: ConsumedMessage): void {
    const { onRecord, topic, logger } = this.#options
    const { partition, offset, value } = message
    try {
      onRecord({ key: keyBytes(message.key), value, partition, offset: BigInt(offset) })
    } catch (error) {
      // One record must not cost those behind it.
      logger.error(`record ${topic.name}-${partition}@${offset} could not be taken in`, { error })
    }
    this.#reached(partition, offset + 1)
  }

  #reached(partition: number, position: number): void {
    if (position <= (this.#positions.get(partition) ?? 0)) return
    this.#positions.set(partition, position)
    this.#notify()
  }

  #notify(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  async #progress(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}

function keyBytes(key: Buffer | string | null | undefined): Buffer | null {
  return typeof key === 'string' ? Buffer.from(key) : (key ?? null)
}
