import type { CompactedLog, LogRecord } from './compacted-log.ts'

/**
 * The log of a worker that shares nothing and keeps nothing: each record goes to its one reader at once, which is all
 * that remembers it.
 */
export class LocalLog implements CompactedLog {
  readonly #onRecord: (record: LogRecord) => void
  #next = 0n

  constructor(onRecord: (record: LogRecord) => void) {
    this.#onRecord = onRecord
  }

  async start(): Promise<void> {}

  async readToEnd(): Promise<void> {}

  async send(key: Buffer, value: Buffer | null): Promise<void> {
    this.#onRecord({ key, value, partition: 0, offset: this.#next++ })
  }

  async stop(): Promise<void> {}
}
