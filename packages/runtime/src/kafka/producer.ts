/** librdkafka's producer with a promise per record. */
import { createRequire } from 'node:module'
import { RetriableError } from '@penstock/core'

/** The part of the native producer used here; `Opaque` comes back with the delivery report. */
interface NativeProducer {
  on(event: 'delivery-report', listener: (error: Error | null, report: Report) => void): void
  on(event: 'event.error', listener: (error: Error) => void): void
  connect(options: { timeout: number }, done: (error: Error | null) => void): void
  disconnect(flushTimeoutMs: number, done: () => void): void
  setPollInBackground(on: boolean): void
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
  resolve(offset: bigint): void
  reject(error: Error): void
}
interface Report {
  readonly opaque?: Opaque
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

export class KafkaProducer {
  readonly #client: NativeProducer
  #connected = false
  #closed = false

  constructor(config: Record<string, string | number | boolean>) {
    this.#client = new Native({ partitioner: 'murmur2_random', ...config, dr_cb: true })
    this.#client.on('delivery-report', (error, { opaque, offset }) => {
      if (error) opaque?.reject(error)
      else opaque?.resolve(BigInt(offset))
    })
    // librdkafka retries by itself; what it gives up on is in the delivery report.
    this.#client.on('event.error', () => {})
  }

  async connect(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#client.connect({ timeout: timeoutMs }, (error) =>
        error
          ? reject(
              new RetriableError('kafka.unreachable', `can't connect to Kafka: ${error.message}`, { cause: error }),
            )
          : resolve(),
      )
    })
    this.#connected = true
    this.#client.setPollInBackground(true)
  }

  /** Resolves with the record's offset once it is acknowledged by Kafka; rejects when it will not be. */
  async send(record: ProducedRecord): Promise<bigint> {
    return new Promise((resolve, reject) => {
      this.#client.produce(
        record.topic,
        record.partition ?? null,
        record.value === null ? null : asBuffer(record.value),
        record.key === null || typeof record.key === 'string' ? record.key : asBuffer(record.key),
        record.timestamp ?? null,
        { resolve, reject },
        (record.headers ?? []).map(([name, value]) => ({ [name]: value === null ? null : asBuffer(value) })),
      )
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
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
