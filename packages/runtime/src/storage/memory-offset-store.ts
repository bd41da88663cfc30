import { type SourceOffset, type SourcePartition, stringifyJson } from '@penstock/core'
import type { OffsetEntry, OffsetStore } from './offset-store.ts'
import { OffsetTable } from './offset-table.ts'

/** The in-memory twin of the stores that last. */
export class MemoryOffsetStore implements OffsetStore {
  readonly #table = new OffsetTable()

  async positions(connector: string): Promise<readonly { partition: SourcePartition; offset: SourceOffset }[]> {
    return this.#table.all(connector)
  }

  async read(connector: string, partitions: readonly SourcePartition[]): Promise<readonly (SourceOffset | null)[]> {
    return partitions.map((partition) => this.#table.get(connector, partition))
  }

  async write(connector: string, entries: readonly OffsetEntry[]): Promise<void> {
    for (const { partition, offset } of entries) {
      this.#table.set(connector, stringifyJson(partition), offset === null ? null : stringifyJson(offset))
    }
  }
}
