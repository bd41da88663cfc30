import type { SourceOffset, SourcePartition } from '@penstock/core'
import type { CompactedLog } from './compacted-log.ts'
import { type OffsetEntry, type OffsetStore, offsetKey, offsetValue, type StoredOffsets } from './offset-store.ts'

const readTimeoutMs = 30_000

/** An offset topic: `stored` is fed by `log`. */
export class KafkaOffsetStore implements OffsetStore {
  readonly #log: Pick<CompactedLog, 'readToEnd' | 'send'>
  readonly #stored: StoredOffsets

  constructor(log: Pick<CompactedLog, 'readToEnd' | 'send'>, stored: StoredOffsets) {
    this.#log = log
    this.#stored = stored
  }

  async positions(connector: string): Promise<readonly { partition: SourcePartition; offset: SourceOffset }[]> {
    await this.#log.readToEnd(readTimeoutMs)
    return this.#stored.all(connector)
  }

  async read(connector: string, partitions: readonly SourcePartition[]): Promise<readonly (SourceOffset | null)[]> {
    await this.#log.readToEnd(readTimeoutMs)
    return partitions.map((partition) => this.#stored.get(connector, partition))
  }

  async write(connector: string, entries: readonly OffsetEntry[]): Promise<void> {
    await Promise.all(
      entries.map(({ partition, offset }) => this.#log.send(offsetKey(connector, partition), offsetValue(offset))),
    )
  }
}

/** A connector's own offset topic before the worker's: what its own has not is looked up in the other. */
export class LayeredOffsetStore implements OffsetStore {
  readonly #primary: OffsetStore
  readonly #secondary: OffsetStore
  readonly #onSecondaryFailure: (error: unknown) => void

  constructor(primary: OffsetStore, secondary: OffsetStore, onSecondaryFailure: (error: unknown) => void) {
    this.#primary = primary
    this.#secondary = secondary
    this.#onSecondaryFailure = onSecondaryFailure
  }

  async positions(connector: string): Promise<readonly { partition: SourcePartition; offset: SourceOffset }[]> {
    const [own, other] = await Promise.all([this.#primary.positions(connector), this.#secondary.positions(connector)])
    const known = new Set(own.map(({ partition }) => offsetKey(connector, partition).toString()))
    return [...own, ...other.filter(({ partition }) => !known.has(offsetKey(connector, partition).toString()))]
  }

  async read(connector: string, partitions: readonly SourcePartition[]): Promise<readonly (SourceOffset | null)[]> {
    const [own, other] = await Promise.all([
      this.#primary.read(connector, partitions),
      this.#secondary.read(connector, partitions),
    ])
    return own.map((offset, i) => offset ?? other[i] ?? null)
  }

  /** What is taken away goes from the second store first: were it left there, it would come back from the dead. */
  async write(connector: string, entries: readonly OffsetEntry[]): Promise<void> {
    const removed = entries.filter(({ offset }) => offset === null)
    if (removed.length > 0) await this.#secondary.write(connector, removed)
    await this.#primary.write(connector, entries)
    await this.copy(
      connector,
      entries.filter(({ offset }) => offset !== null),
    )
  }

  /** Into the second store only. A help for workers that know nothing of the first: its failure costs nothing. */
  async copy(connector: string, entries: readonly OffsetEntry[]): Promise<void> {
    try {
      if (entries.length > 0) await this.#secondary.write(connector, entries)
    } catch (error) {
      this.#onSecondaryFailure(error)
    }
  }
}
