/** Positions of source connectors, in Kafka Connect's format (`internal-topics`: key `[connector, partition]`). */
import {
  type Logger,
  parseJson,
  type SourceOffset,
  type SourcePartition,
  stringifyJson,
  withJavaEscapes,
} from '@penstock/core'
import type { LogRecord } from './compacted-log.ts'
import { OffsetTable } from './offset-table.ts'

/** A position to store; null takes it away. */
export interface OffsetEntry {
  readonly partition: SourcePartition
  readonly offset: SourceOffset | null
}

/** Where source connectors keep their positions. */
export interface OffsetStore {
  /** Every stored position of a connector, after everything written before the call has been read. */
  positions(connector: string): Promise<readonly (OffsetEntry & { readonly offset: SourceOffset })[]>
  /** One answer for each partition, in their order; null where nothing is stored. */
  read(connector: string, partitions: readonly SourcePartition[]): Promise<readonly (SourceOffset | null)[]>
  /** Resolves when all of them are stored. */
  write(connector: string, entries: readonly OffsetEntry[]): Promise<void>
}

/** The key of a position in the offset topic: its bytes are its identity, also for a worker on the JVM. */
export function offsetKey(connector: string, partition: SourcePartition): Buffer {
  return Buffer.from(withJavaEscapes(stringifyJson([connector, partition])))
}

export function offsetValue(offset: SourceOffset | null): Buffer | null {
  return offset === null ? null : Buffer.from(stringifyJson(offset))
}

/** What the records of an offset topic say, the newest of each key. */
export class StoredOffsets {
  readonly #logger: Logger
  readonly #table = new OffsetTable()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Takes the next record of the topic. */
  apply({ key, value, partition, offset }: LogRecord): void {
    const parsed = key === null ? null : parseKey(key)
    if (parsed === null) {
      this.#logger.warn('ignored a record of the offset topic: its key is not [connector, partition]', {
        partition,
        offset,
      })
      return
    }
    this.#table.set(parsed.connector, parsed.partition, value === null ? null : value.toString('utf8'))
  }

  get(connector: string, partition: SourcePartition): SourceOffset | null {
    return this.#table.get(connector, partition)
  }

  all(connector: string): { partition: SourcePartition; offset: SourceOffset }[] {
    return this.#table.all(connector)
  }
}

function parseKey(key: Buffer): { connector: string; partition: string } | null {
  try {
    const parsed = parseJson(key.toString('utf8'))
    if (!Array.isArray(parsed) || parsed.length !== 2) return null
    const [connector, partition] = parsed
    if (typeof connector !== 'string' || typeof partition !== 'object' || partition === null) return null
    return Array.isArray(partition) ? null : { connector, partition: stringifyJson(partition) }
  } catch {
    return null
  }
}
