import type { CompactedLog, LogRecord } from './compacted-log.ts'

/** A log shared by every {@link MemoryCompactedLog} made on it, as a topic is by workers. */
export class MemoryTopic {
  readonly records: LogRecord[] = []
  readonly #listeners = new Set<(record: LogRecord) => void>()

  append(key: Buffer, value: Buffer | null): void {
    const record = { key, value, partition: 0, offset: BigInt(this.records.length) }
    this.records.push(record)
    for (const listener of this.#listeners) listener(record)
  }

  follow(listener: (record: LogRecord) => void): () => void {
    for (const record of this.records) listener(record)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** The in-memory twin of the Kafka-backed log. */
export class MemoryCompactedLog implements CompactedLog {
  readonly #topic: MemoryTopic
  readonly #onRecord: (record: LogRecord) => void
  #unfollow: () => void = () => {}

  constructor(topic: MemoryTopic, onRecord: (record: LogRecord) => void) {
    this.#topic = topic
    this.#onRecord = onRecord
  }

  async start(): Promise<void> {
    this.#unfollow = this.#topic.follow(this.#onRecord)
  }

  async readToEnd(): Promise<void> {}

  async send(key: Buffer, value: Buffer | null): Promise<void> {
    this.#topic.append(key, value)
  }

  async stop(): Promise<void> {
    this.#unfollow()
  }
}
