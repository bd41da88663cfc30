/** Copies of records that could not be handled, with what went wrong in headers (KIP-298). */
import { ConnectError, type Logger, messageOf, type RecordOrigin, type TaskId, traceOf } from '@penstock/core'
import type { KafkaAdmin } from '../kafka/admin.ts'
import type { KafkaProducer } from '../kafka/producer.ts'
import type { Redactor } from '../telemetry/redactor.ts'
import type { Failure } from './error-policy.ts'
import type { TaskMeter } from './task-meter.ts'

export interface DeadLetterQueueOptions {
  readonly topic: string
  readonly replicationFactor: number
  readonly contextHeaders: boolean
  readonly task: TaskId
  readonly producer: Pick<KafkaProducer, 'send'>
  readonly admin: Pick<KafkaAdmin, 'partitionCount' | 'createTopic' | 'topicConfig'>
  readonly meter: TaskMeter
  /** Headers are read by people, as logs are. */
  readonly redactor: Pick<Redactor, 'redact'>
  readonly logger: Logger
}

/** So many copies may wait for their acknowledgement before more are held back. */
const maxPending = 500
/** The limit of the queue's records is at least this, and leaves room for the context headers. */
const leastRecordLimit = 1_048_588
const contextBytes = 65_536
/** Protocol error 10, MESSAGE_TOO_LARGE. */
const messageSizeTooLarge = 10

export class DeadLetterQueue {
  readonly #options: DeadLetterQueueOptions
  readonly #pending = new Set<Promise<void>>()
  #failure: Error | null = null

  constructor(options: DeadLetterQueueOptions) {
    this.#options = options
  }

  /** Creates the topic with one partition when it is missing, for records as large as those topics may hold. */
  async start(sourceTopics: readonly string[]): Promise<void> {
    const { topic, replicationFactor, admin, logger } = this.#options
    if ((await admin.partitionCount(topic)) !== null) return
    const limits = await Promise.all(sourceTopics.map((source) => this.#largestRecord(source)))
    const config = { 'max.message.bytes': String(Math.max(leastRecordLimit, ...limits) + contextBytes) }
    if (await admin.createTopic({ name: topic, partitions: 1, replicationFactor, config })) {
      logger.info(`created dead letter queue topic ${topic}`)
    }
  }

  /** Sends a copy; resolves when it is on its way, with bounded many unacknowledged ones. */
  async add(origin: RecordOrigin, failure: Failure): Promise<void> {
    const { topic, meter } = this.#options
    while (this.#pending.size >= maxPending) await Promise.race(this.#pending)
    if (this.#failure) throw this.#failure
    meter.add('deadletterqueue-produce-requests')
    const sent: Promise<void> = this.#send(origin, failure)
      .catch((error: unknown) => {
        meter.add('deadletterqueue-produce-failures')
        this.#failure ??= new ConnectError(
          'dead_letters.produce',
          `record ${origin.topic}-${origin.partition}@${origin.offset} could not be copied to dead letter queue ${topic}: ${messageOf(error)}`,
          { cause: error },
        )
      })
      .finally(() => this.#pending.delete(sent))
    this.#pending.add(sent)
  }

  /** Resolves when every copy so far is acknowledged; rejects when one got lost. Await it before committing offsets. */
  async settled(): Promise<void> {
    await Promise.all([...this.#pending])
    if (this.#failure) throw this.#failure
  }

  /** A copy that is too large for the topic goes without the stack trace, which is by far the longest header. */
  async #send(origin: RecordOrigin, failure: Failure): Promise<void> {
    const { topic, producer, contextHeaders } = this.#options
    const { key, value, timestamp } = origin
    const context = contextHeaders ? this.#context(origin, failure) : []
    const copy = (headers: typeof context): Promise<unknown> =>
      producer.send({ topic, key, value, timestamp, headers: [...origin.headers, ...headers] })
    try {
      await copy(context)
    } catch (error) {
      const tooLarge = (error as { code?: unknown }).code === messageSizeTooLarge
      if (!tooLarge || context.length === 0) throw error
      await copy(context.filter(([name]) => !name.endsWith('stacktrace')))
    }
  }

  async #largestRecord(topic: string): Promise<number> {
    return Number((await this.#options.admin.topicConfig(topic, 'max.message.bytes').catch(() => null)) ?? 0)
  }

  #context(origin: RecordOrigin, { stage, executingClass, error }: Failure): [string, Buffer | null][] {
    const { task, redactor } = this.#options
    const text = (name: string, value: string): [string, Buffer | null] => [
      `__connect.errors.${name}`,
      Buffer.from(value),
    ]
    return [
      text('topic', origin.topic),
      text('partition', String(origin.partition)),
      text('offset', String(origin.offset)),
      text('connector.name', task.connector),
      text('task.id', String(task.task)),
      text('stage', stage),
      text('class.name', executingClass),
      text('exception.class.name', error instanceof Error ? error.name : 'Error'),
      text('exception.message', redactor.redact(messageOf(error))),
      text('exception.stacktrace', redactor.redact(traceOf(error))),
    ]
  }
}
