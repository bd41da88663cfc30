import type { Clock, Logger } from './plugin.ts'
import type { SourceOffset, SourcePartition, SourceRecord } from './source-record.ts'

/** Reads the positions that earlier runs of a connector have stored. */
export interface SourceOffsetReader {
  /** Null when nothing is stored for the partition. Rejects when the store can't be read. */
  offset(partition: SourcePartition): Promise<SourceOffset | null>
  /** One answer for each partition, in their order. */
  offsets(partitions: readonly SourcePartition[]): Promise<readonly (SourceOffset | null)[]>
}

/** Lets an exactly-once task say where transactions end; there with `transaction.boundary=connector` only. */
export interface TransactionContext {
  /** Commits after the batch that the next `poll` returns, or after `record` of it. */
  commit(record?: SourceRecord): void
  /** Aborts likewise: the records written so far in the transaction are not seen, their offsets are still stored. */
  abort(record?: SourceRecord): void
}

/** What the framework gives a source task. */
export interface SourceTaskContext {
  readonly connector: string
  readonly task: number
  readonly logger: Logger
  readonly clock: Clock
  /** Aborts when the task is cancelled: it did not stop within `task.shutdown.graceful.timeout.ms`. */
  readonly signal: AbortSignal
  readonly offsets: SourceOffsetReader
  readonly transaction: TransactionContext | null
  /** Counts something under a name of the task's own; shows as a metric with connector and task labels. */
  count(name: string, by?: number): void
  /** Records a duration or size under a name of the task's own, as a histogram. */
  observe(name: string, value: number): void
  /** Tells how much of something there is now under a name of the task's own; the latest value shows. */
  gauge(name: string, value: number): void
}

/** Where a record has got to in Kafka. */
export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

/** Reads records from somewhere. Calls never overlap, except that `commitRecord` may come at any time. */
export interface SourceTask {
  start?(): Promise<void> | void
  /**
   * The next records, in order; null or none when there is nothing at present. May wait for some: `signal` aborts when
   * the task shall pause, stop or commit, and the call ought to return then with what it has. A retriable error is logged and
   * `poll` called again; any other fails the task.
   */
  poll(signal: AbortSignal): Promise<readonly SourceRecord[] | null> | readonly SourceRecord[] | null
  /** Offsets have been stored: those of all records that `commitRecord` has been called for. */
  commit?(): Promise<void> | void
  /** Kafka has acknowledged a record; null for one that was dropped or skipped. Errors are logged only. */
  commitRecord?(record: SourceRecord, metadata: RecordMetadata | null): Promise<void> | void
  stop?(): Promise<void> | void
}
