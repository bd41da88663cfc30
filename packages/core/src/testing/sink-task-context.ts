import type { PartitionOffset, SinkTaskContext, TopicPartition } from '../plugin.ts'
import type { SinkRecord } from '../record.ts'

/** A context that remembers what the task asked for. */
export interface FakeSinkTaskContext extends SinkTaskContext {
  readonly reported: { record: SinkRecord; error: unknown; tolerated: boolean }[]
  readonly counts: Map<string, number>
  readonly gauges: Map<string, number>
  /** What the task has last told of why it holds records back. */
  held: string | null
  readonly paused: TopicPartition[]
  readonly seeks: PartitionOffset[]
  /** `errors.tolerance` the reporter acts by. */
  tolerance: 'none' | 'all'
  partitions: TopicPartition[]
}

/** Makes a context for testing a sink task alone. */
export function fakeSinkTaskContext(): FakeSinkTaskContext {
  const context: FakeSinkTaskContext = {
    connector: 'connector',
    task: 0,
    logger: { error() {}, warn() {}, info() {}, debug() {} },
    clock: { now: () => Date.now() },
    signal: new AbortController().signal,
    reported: [],
    counts: new Map(),
    gauges: new Map(),
    held: null,
    paused: [],
    seeks: [],
    tolerance: 'none',
    partitions: [],
    reporter: {
      async report(record, error, options) {
        const tolerated = options?.tolerated ?? false
        context.reported.push({ record, error, tolerated })
        if (context.tolerance === 'none' && !tolerated) throw error
      },
    },
    count: (name, by = 1) => void context.counts.set(name, (context.counts.get(name) ?? 0) + by),
    observe: () => {},
    gauge: (name, value) => void context.gauges.set(name, value),
    holding: (reason) => {
      context.held = reason
    },
    assignment: () => context.partitions,
    pause: (partitions) => void context.paused.push(...partitions),
    resume: (partitions) => {
      const keep = context.paused.filter(
        (p) => !partitions.some((q) => q.topic === p.topic && q.partition === p.partition),
      )
      context.paused.splice(0, context.paused.length, ...keep)
    },
    timeout: () => {},
    seek: (offsets) => void context.seeks.push(...offsets),
    requestCommit: () => {},
  }
  return context
}
