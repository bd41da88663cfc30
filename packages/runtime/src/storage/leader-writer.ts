/**
 * How the leader writes what only a leader may write. With exactly-once sources its producer is transactional: whoever
 * leads next fences it, so that a leader that was only thought dead changes nothing any more (KIP-618).
 */
import { ConflictError, type Logger, messageOf } from '@penstock/core'
import { KafkaProducer } from '../kafka/producer.ts'

export type LeaderRecord = readonly [key: Buffer, value: Buffer | null]

export interface LeaderWriter {
  /** This worker leads now: former leaders can write no more once it resolves. */
  claim(): Promise<void>
  /** This worker leads no more. */
  release(): Promise<void>
  /** All of the records or none. */
  write(records: readonly LeaderRecord[]): Promise<void>
}

/** Without exactly-once sources: records are written one by one, a former leader is kept from it by its own checks. */
export class PlainLeaderWriter implements LeaderWriter {
  readonly #send: (key: Buffer, value: Buffer | null) => Promise<void>

  constructor(send: (key: Buffer, value: Buffer | null) => Promise<void>) {
    this.#send = send
  }

  async claim(): Promise<void> {}

  async release(): Promise<void> {}

  async write(records: readonly LeaderRecord[]): Promise<void> {
    await Promise.all(records.map(([key, value]) => this.#send(key, value)))
  }
}

export interface TransactionalLeaderWriterOptions {
  readonly topic: string
  /** With `transactional.id`, `connect-cluster-<group.id>`. */
  readonly producerConfig: Record<string, string | number | boolean>
  readonly timeoutMs: number
  readonly logger: Logger
}

export class TransactionalLeaderWriter implements LeaderWriter {
  readonly #options: TransactionalLeaderWriterOptions
  #producer: Promise<KafkaProducer> | null = null
  /** One transaction at a time. */
  #last: Promise<void> = Promise.resolve()

  constructor(options: TransactionalLeaderWriterOptions) {
    this.#options = options
  }

  async claim(): Promise<void> {
    await this.#claimed()
  }

  async release(): Promise<void> {
    const opening = this.#producer
    // At once: who claims from now on opens another one.
    this.#producer = null
    const producer = await opening?.catch(() => null)
    await producer?.close(0)
  }

  async write(records: readonly LeaderRecord[]): Promise<void> {
    const mine = this.#last.then(() => this.#writeNow(records))
    this.#last = mine.catch(() => {})
    await mine
  }

  async #writeNow(records: readonly LeaderRecord[]): Promise<void> {
    const { topic, timeoutMs, logger } = this.#options
    try {
      const producer = await this.#claimed()
      await producer.beginTransaction()
      const sends = records.map(([key, value]) => producer.send({ topic, key, value }))
      for (const send of sends) send.catch(() => {}) // told by the first that fails, or by the commit
      await Promise.all(sends)
      await producer.commitTransaction(timeoutMs)
    } catch (error) {
      logger.warn('a transaction of the leader on the config topic failed', { reason: messageOf(error) })
      // Closed, it leaves nothing behind: what it has begun is aborted by its successor or by the brokers.
      await this.release()
      throw new ConflictError(
        'storage.leader_write',
        `Failed to write to config topic; this may be due to a transient error and the request can be safely retried: ${messageOf(error)}`,
        { cause: error },
      )
    }
  }

  async #claimed(): Promise<KafkaProducer> {
    const opening = this.#producer ?? this.#open()
    this.#producer = opening
    try {
      return await opening
    } catch (error) {
      if (this.#producer === opening) this.#producer = null
      throw error
    }
  }

  async #open(): Promise<KafkaProducer> {
    const { producerConfig, timeoutMs } = this.#options
    const producer = new KafkaProducer(producerConfig)
    try {
      await producer.connect(timeoutMs)
      await producer.initTransactions(timeoutMs)
      return producer
    } catch (error) {
      await producer.close(0)
      throw error
    }
  }
}
