/** Positions that the worker's own process keeps for its executors: both ends of that. */
import type { SourceOffset, SourcePartition } from '@penstock/core'
import type { OffsetEntry, OffsetStore } from '../storage/offset-store.ts'
import type { WorkerAnswers } from './ipc.ts'
import type { AskWorker } from './worker-line.ts'

/** The executor's end: every call is a question to the worker. */
export class AskedOffsetStore implements OffsetStore {
  readonly #ask: AskWorker

  constructor(ask: AskWorker) {
    this.#ask = ask
  }

  async positions(connector: string): Promise<readonly { partition: SourcePartition; offset: SourceOffset }[]> {
    return this.#ask('list-offsets', { connector })
  }

  async read(connector: string, partitions: readonly SourcePartition[]): Promise<readonly (SourceOffset | null)[]> {
    return this.#ask('read-offsets', { connector, partitions })
  }

  async write(connector: string, entries: readonly OffsetEntry[]): Promise<void> {
    await this.#ask('write-offsets', { connector, entries })
  }
}

/** The worker's end: what its executors ask is done on this store. */
export function answersFrom(store: OffsetStore): WorkerAnswers {
  return {
    'list-offsets': ({ connector }) => store.positions(connector),
    'read-offsets': ({ connector, partitions }) => store.read(connector, partitions),
    'write-offsets': ({ connector, entries }) => store.write(connector, entries),
  }
}
