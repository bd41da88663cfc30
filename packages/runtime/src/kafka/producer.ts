/** librdkafka's producer with a promise per record. */
import { createRequire } from 'node:module'
import { ConnectError } from '@penstock/core'
import { type ConnectingClient, NativeConnection } from './native-connection.ts'

/** The part of the native producer used here; `Opaque` comes back with the delivery report. */
type NativeProducer = ConnectingClient & {
  on(event: 'delivery-report', listener: (error: Error | null, report: Report) => void): void
  on(event: 'event.error', listener: (error: Error) => void): void
  disconnect(flushTimeoutMs: number, done: () => void): void
  setPollInBackground(on: boolean): void
  initTransactions(timeoutMs: number, done: (error: Error | null) => void): void
  beginTransaction(done: (error: Error | null) => void): void
  commitTransaction(timeoutMs: number, done: (error: Error | null) => void): void
  abortTransaction(timeoutMs: number, done: (error: Error | null) => void): void
  produce(
    topic: string,
    partition: number | null,
    value: Buffer | null,
    key: Buffer | string | null,
    timestamp: number | null,
    opaque: Opaque,
    headers: Record<string, Buffer | null>[],
  ): void
}
interface Opaque {
  resolve(place: ProducedPlace): void
  reject(error: Error): void
}
interface Report extends ProducedPlaceReport {
  readonly opaque?: Opaque
}
interface ProducedPlaceReport {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

const { Producer: Native } = createRequire(import.meta.url)('@confluentinc/kafka-javascript') as {
  Producer: new (config: object) => NativeProducer
}

export interface ProducedRecord {
  readonly topic: string
  /** Absent: chosen by the key's murmur2 hash, as Java producers do. */
  readonly partition?: number
  readonly key: Uint8Array | string | null
  readonly value: Uint8Array | null
  readonly timestamp?: number | null
  readonly headers?: readonly (readonly [string, Uint8Array | null])[]
}

/** Where an acknowledged record stands. */
export interface ProducedPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

/** librdkafka's local queue takes no more at present. */
const queueFull = -184

function isQueueFull(error: unknown): boolean {
  return (error as { code?: unknown }).code === queueFull
}

/** Codes of librdkafka and the brokers that say: a newer producer with the same transactional id has taken over. */
const fencedCodes: readonly unknown[] = [-144, 47, 90]

export function isFencedProducer(error: unknown): boolean {
  return fencedCodes.includes((error as { code?: unknown }).code)
}

export class KafkaProducer {
  readonly #client: NativeProducer
  readonly #connection: NativeConnection
  readonly #sending = new Set<Opaque>()
  #connected = false
  #closed = false
  /** Called for troubles that librdkafka gets over by itself, once somebody has done something about them. */
  onWarning: ((error: Error) => void) | null = null

  constructor(config: Record<string, string | number | boolean>) {
    this.#client = new Native({ partitioner: 'murmur2_random', ...config, dr_cb: true })
    this.#connection = new NativeConnection(this.#client)
    this.#connection.onTrouble = (reason) => this.onWarning?.(new Error(reason))
    this.#connection.onRefused = (error) => this.#giveUp(error)
    this.#client.on('delivery-report', (error, { opaque, topic, partition, offset }) => {
      if (opaque !== undefined) this.#sending.delete(opaque)
      if (error) opaque?.reject(error)
      else opaque?.resolve({ topic, partition, offset: BigInt(offset) })
    })
    // librdkafka retries by itself; what it gives up on is in the delivery report.
    this.#client.on('event.error', () => {})
  }

  async connect(timeoutMs: number): Promise<void> {
    await this.#connection.connect(timeoutMs)
    this.#connected = true
    this.#client.setPollInBackground(true)
  }

  /**
   * For a producer with a `transactional.id`, once after {@link connect}: ends what an older producer of this id has
   * left open, and fences it.
   */
  async initTransactions(timeoutMs: number): Promise<void> {
    await this.#call('begin transactions', (done) => this.#client.initTransactions(timeoutMs, done))
  }

  async beginTransaction(): Promise<void> {
    await this.#call('begin a transaction', (done) => this.#client.beginTransaction(done))
  }

  /** Sends what is still waiting, then commits. After a rejection {@link abortTransaction} is what is left to do. */
  async commitTransaction(timeoutMs: number): Promise<void> {
    await this.#call('commit a transaction', (done) => this.#client.commitTransaction(timeoutMs, done))
  }

  async abortTransaction(timeoutMs: number): Promise<void> {
    await this.#call('abort a transaction', (done) => this.#client.abortTransaction(timeoutMs, done))
  }

  /**
   * Resolves with the record's place once it is acknowledged by Kafka; rejects when it will not be, or when the client
   * can't take it now.
   */
  async send(record: ProducedRecord): Promise<ProducedPlace> {
    return new Promise((resolve, reject) => this.#produce(record, { resolve, reject }))
  }

  /** Like {@link send}; null, at once, when the client can't take the record now, so that none overtakes it. */
  trySend(record: ProducedRecord): Promise<ProducedPlace> | null {
    const { promise, resolve, reject } = Promise.withResolvers<ProducedPlace>()
    try {
      this.#produce(record, { resolve, reject })
    } catch (error) {
      if (isQueueFull(error)) return null
      reject(error)
    }
    return promise
  }

  #produce(record: ProducedRecord, opaque: Opaque): void {
    this.#client.produce(
      record.topic,
      record.partition ?? null,
      record.value === null ? null : asBuffer(record.value),
      record.key === null || typeof record.key === 'string' ? record.key : asBuffer(record.key),
      record.timestamp ?? null,
      opaque,
      (record.headers ?? []).map(([name, value]) => ({ [name]: value === null ? null : asBuffer(value) })),
    )
    // Not before: what the client does not take, throws.
    this.#sending.add(opaque)
  }

  /** Some producers wait for ever. Whoever sends must hear of it, even if librdkafka goes on trying. */
  #giveUp(error: Error): void {
    for (const { reject } of this.#sending) reject(error)
    this.#sending.clear()
  }

  async #call(what: string, start: (done: (error: Error | null) => void) => void): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      start((error) => (error ? reject(transactionError(what, error)) : resolve()))
    })
  }

  async close(flushTimeoutMs: number): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    // The native client refuses to close what it hasn't connected, and frees by itself what failed to.
    if (!this.#connected) return
    await new Promise<void>((resolve) => {
      this.#client.disconnect(flushTimeoutMs, () => resolve())
    })
    this.#giveUp(
      new ConnectError('kafka.producer_closed', 'the producer was closed before the record was acknowledged'),
    )
  }
}

function transactionError(what: string, error: Error): ConnectError {
  const fenced = isFencedProducer(error)
  const hint = fenced
    ? ': a newer producer with the same transactional.id has taken its place'
    : '. The brokers abort a transaction that is open for longer than transaction.timeout.ms'
  const code = fenced ? 'kafka.producer_fenced' : 'kafka.transaction'
  return new ConnectError(code, `can't ${what}: ${error.message}${hint}`, { cause: error })
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
