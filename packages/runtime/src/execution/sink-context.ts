import type {
  Clock,
  ErrantRecordReporter,
  Logger,
  PartitionOffset,
  SinkTaskContext,
  TaskId,
  TopicPartition,
} from '@penstock/core'
import { partitionKey } from '../kafka/places.ts'
import { type ErrorPolicy, failureOf } from './error-policy.ts'
import type { SinkPositions } from './sink-positions.ts'
import type { TaskMeter } from './task-meter.ts'

/** What a sink task asks of the framework; the loop acts on it between two batches. */
export class SinkContext implements SinkTaskContext {
  readonly connector: string
  readonly task: number
  readonly logger: Logger
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly reporter: ErrantRecordReporter
  readonly #positions: SinkPositions
  readonly #meter: TaskMeter
  readonly #paused = new Map<string, TopicPartition>()
  #seeks: PartitionOffset[] = []
  #timeoutMs: number | null = null
  #requestCommit: () => void = () => {}

  constructor(parts: {
    id: TaskId
    logger: Logger
    clock: Clock
    signal: AbortSignal
    policy: ErrorPolicy
    positions: SinkPositions
    meter: TaskMeter
  }) {
    this.connector = parts.id.connector
    this.task = parts.id.task
    this.logger = parts.logger
    this.clock = parts.clock
    this.signal = parts.signal
    this.#positions = parts.positions
    this.#meter = parts.meter
    this.reporter = {
      report: (record, error, options) => parts.policy.report(failureOf(error), record.origin, options),
    }
  }

  count(name: string, by = 1): void {
    this.#meter.addOfPlugin(name, by)
  }

  observe(name: string, value: number): void {
    this.#meter.observeOfPlugin(name, value)
  }

  gauge(name: string, value: number): void {
    this.#meter.setOfPlugin(name, value)
  }

  holding(reason: string | null): void {
    this.#meter.holdOfPlugin(reason)
  }

  assignment(): readonly TopicPartition[] {
    return this.#positions.partitions()
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#paused.set(partitionKey(partition), partition)
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#paused.delete(partitionKey(partition))
  }

  timeout(ms: number): void {
    this.#timeoutMs = ms
  }

  seek(offsets: readonly PartitionOffset[]): void {
    this.#seeks.push(...offsets)
  }

  requestCommit(): void {
    this.#requestCommit()
  }

  /** Where {@link requestCommit} goes. */
  onCommitRequest(listener: () => void): void {
    this.#requestCommit = listener
  }

  isPaused(partition: TopicPartition): boolean {
    return this.#paused.has(partitionKey(partition))
  }

  /** The rewinds asked for since the last call. */
  takeSeeks(): PartitionOffset[] {
    return this.#seeks.splice(0)
  }

  /** The one-time wait asked for since the last call. */
  takeTimeout(): number | null {
    const timeout = this.#timeoutMs
    this.#timeoutMs = null
    return timeout
  }
}
