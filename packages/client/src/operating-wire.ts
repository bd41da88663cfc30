/** Bodies of what is for operating a cluster: its workers, how its tasks fare, events and logs. Times are epoch milliseconds. */
import type { ConnectorState, ConnectorType } from './wire.ts'

/** A worker of the group. What only it can tell is null where it did not answer. */
export interface WorkerInfo {
  readonly worker_id: string
  readonly url: string
  readonly version: string | null
  readonly leader: boolean
  /** Null for a standalone worker. */
  readonly generation: number | null
  readonly state: 'RUNNING' | 'UNREACHABLE'
  /** Why it could not be asked. */
  readonly error: string | null
  readonly started_at: number | null
  readonly rebalances: {
    readonly completed: number
    readonly last_at: number | null
    /** How long lost work still waits for its worker. */
    readonly delay_ms: number
  } | null
  readonly process: ProcessInfo | null
  readonly executors: readonly ExecutorInfo[]
  readonly connectors: readonly string[]
  /** `name-0` */
  readonly tasks: readonly string[]
}

export interface ProcessInfo {
  readonly pid: number
  /** Of one core, since the last look a few seconds ago; null before the second look. */
  readonly cpu_percent: number | null
  readonly rss_bytes: number
}

export interface ExecutorInfo extends ProcessInfo {
  readonly slot: number
  readonly state: 'RUNNING' | 'STARTING' | 'UNRESPONSIVE'
  readonly restarts: number
  readonly tasks: readonly string[]
}

/** Why a record could not be handled, or a task failed; null where that is not known. */
export interface LastError {
  readonly message: string
  /** As in the headers of dead letters: VALUE_CONVERTER, TRANSFORMATION, TASK_PUT … */
  readonly stage: string | null
  readonly topic: string | null
  readonly partition: number | null
  readonly offset: number | null
  readonly at: number | null
}

/** How a task fares since it was started; null where nobody knows. */
export interface TaskMetrics {
  readonly id: number
  readonly worker_id: string | null
  readonly state: ConnectorState
  /** Records read from Kafka by a sink, written to Kafka by a source. */
  readonly records_per_second: number | null
  readonly bytes_per_second: number | null
  readonly records_total: number | null
  /** Records of its partitions that a sink has not read yet. */
  readonly lag: number | null
  readonly errors_total: number | null
  readonly dead_letters_total: number | null
  readonly retries_total: number | null
  /** Of the last minute. */
  readonly put_latency_ms: { readonly p50: number; readonly p99: number } | null
  /** Why the task holds its records back at present. */
  readonly holding: string | null
  readonly last_error: LastError | null
}

export interface ConnectorMetrics {
  readonly name: string
  readonly type: ConnectorType
  readonly tasks: readonly TaskMetrics[]
}

/** One of what `GET /events` tells; `event` is its name, `data` its object. */
export type ClusterEvent =
  | { readonly event: 'connector'; readonly data: ConnectorEvent }
  | { readonly event: 'task'; readonly data: ConnectorEvent & { readonly id: number } }
  | { readonly event: 'config'; readonly data: { readonly name: string; readonly deleted: boolean } }
  | {
      readonly event: 'rebalance'
      readonly data: {
        readonly generation: number
        /** Ids of workers. */
        readonly leader: string | null
        readonly members: readonly string[]
      }
    }
  /** One that came, went, became unreachable, or whose figures have changed. */
  | { readonly event: 'worker'; readonly data: WorkerInfo }
  /** Of those whose figures have changed. */
  | { readonly event: 'metrics'; readonly data: Readonly<Record<string, { readonly metrics: ConnectorMetrics }>> }

export interface ConnectorEvent {
  readonly name: string
  /** DESTROYED when there is no status any more. */
  readonly state: ConnectorState
  readonly worker_id: string
  readonly version?: string | null
  readonly trace?: string
}

/** An entry of a worker's log as its JSON format writes it; more fields follow by what was logged. */
export interface LogLine {
  readonly '@timestamp': string
  readonly level: string
  readonly logger: string
  readonly message: string
  readonly worker?: string
  readonly executor?: number
  readonly connector?: string
  readonly task?: number
  readonly error?: {
    readonly type: string
    readonly message: string
    readonly stack_trace?: string
    readonly code?: string
  }
  readonly [field: string]: unknown
}

export interface LogQuery {
  /** `host:port`; the worker that is asked where not given. */
  readonly worker?: string
  /** How many of the latest entries at most. */
  readonly lines?: number
  /** The least important level that is wanted. */
  readonly level?: string
  readonly connector?: string
}
