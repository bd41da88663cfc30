import type { SourceTaskContext } from '../source.ts'
import type { SourceOffset, SourcePartition } from '../source-record.ts'

/** A context that remembers what the task asked for, over a store of offsets that a test may fill. */
export interface FakeSourceTaskContext extends SourceTaskContext {
  readonly counts: Map<string, number>
  /** By the JSON text of the partition. */
  readonly stored: Map<string, SourceOffset>
}

/** Makes a context for testing a source task alone. */
export function fakeSourceTaskContext(): FakeSourceTaskContext {
  const stored = new Map<string, SourceOffset>()
  const counts = new Map<string, number>()
  const offset = async (partition: SourcePartition): Promise<SourceOffset | null> =>
    stored.get(JSON.stringify(partition)) ?? null
  return {
    connector: 'connector',
    task: 0,
    logger: { error() {}, warn() {}, info() {}, debug() {} },
    clock: { now: () => Date.now() },
    signal: new AbortController().signal,
    transaction: null,
    stored,
    counts,
    offsets: { offset, offsets: (partitions) => Promise.all(partitions.map(offset)) },
    count: (name, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by),
    observe: () => {},
    gauge: () => {},
  }
}
