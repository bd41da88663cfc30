/** What the worker tells of itself when it is asked for metrics. */
import type { TaskId } from '@penstock/core'
import type { ConnectionFigures } from '../kafka/connection-figures.ts'
import type { ConnectorState, TaskState } from '../storage/status.ts'

/** Of durations or sizes since the start. */
export interface Summary {
  readonly sum: number
  readonly count: number
  readonly max: number
}

/** How starts of connectors or tasks went since the worker started. */
export interface StartupFigures {
  readonly attempts: number
  readonly successes: number
  readonly failures: number
}

export interface ConnectorFigures {
  readonly connector: string
  readonly state: ConnectorState
  readonly type: 'sink' | 'source' | 'unknown'
  /** As in the connector's configuration. */
  readonly connectorClass: string
  readonly version: string | null
}

export interface TaskFigures {
  readonly id: TaskId
  readonly state: TaskState
}

export interface GroupFigures {
  /** `eager`, `compatible` or `sessioned`. */
  readonly protocol: string
  /** REST address of the leader; null while there is none. */
  readonly leaderUrl: string | null
  readonly isLeader: boolean
  readonly generation: number
  /** True from the end of the sync until the work of the new assignment has been started. */
  readonly rebalancing: boolean
  readonly completedRebalances: number
  /** Durations from the end of the sync until the work is started; 0 before the first. */
  readonly lastRebalanceMs: number
  readonly rebalanceMs: Summary
  /** Infinity before the first. */
  readonly msSinceLastRebalance: number
  /** Calls to the coordinator that succeeded, in milliseconds. */
  readonly calls: {
    readonly joins: Summary
    readonly syncs: Summary
    readonly heartbeats: Summary
    /** From the first attempt to join until the assignment was there. */
    readonly rebalances: Summary
    readonly failedRebalances: number
  }
  /** -1 before the first. */
  readonly secondsSinceLastHeartbeat: number
}

export interface ExecutorFigures {
  readonly index: number
  readonly pid: number
  readonly memoryBytes: number
  /** Of the present process. */
  readonly cpuSeconds: number
  /** How often this executor was started anew after it died. */
  readonly restarts: number
}

/** A snapshot of this worker. */
export interface WorkerFigures {
  /** Connectors assigned to this worker, with their latest status. */
  readonly connectors: readonly ConnectorFigures[]
  /** Tasks assigned to this worker, with their latest status, also those that failed. */
  readonly tasks: readonly TaskFigures[]
  readonly connectorStartups: StartupFigures
  readonly taskStartups: StartupFigures
  /** Null for a standalone worker. */
  readonly group: GroupFigures | null
  readonly executors: readonly ExecutorFigures[]
  /** Of this process alone. */
  readonly connections: ConnectionFigures
}

export interface UsedPlugin {
  readonly class: string
  readonly version: string
}

/** What a task is made of. */
export interface TaskPlugins {
  readonly connector: UsedPlugin
  readonly keyConverter: UsedPlugin
  readonly valueConverter: UsedPlugin
  readonly headerConverter: UsedPlugin
  /** In their order. */
  readonly transforms: readonly (UsedPlugin & { readonly alias: string })[]
  readonly predicates: readonly (UsedPlugin & { readonly alias: string })[]
}

/** Why a record could not be handled, or the task failed; null where that is not known. */
export interface LastError {
  readonly message: string
  readonly stage: string | null
  readonly topic: string | null
  readonly partition: number | null
  readonly offset: number | null
  /** Epoch milliseconds. */
  readonly at: number | null
}

/** What people want to know of a task beside its figures. */
export interface TaskNotes {
  /** Of puts within the last minute, in milliseconds. */
  readonly putLatencyMs: { readonly p50: number; readonly p99: number } | null
  /** Why the task holds its records back at present. */
  readonly holding: string | null
  readonly lastError: LastError | null
}

/** Figures of one task since it started; totals only grow. */
export interface TaskMetrics {
  readonly id: TaskId
  readonly kind: 'sink' | 'source'
  readonly connectorClass: string
  readonly state: TaskState
  /** Null until they have been made. */
  readonly plugins: TaskPlugins | null
  /** Totals by metric name of the `sink-task-metrics` and `task-error-metrics` groups, dashes as in Kafka Connect. */
  readonly totals: Readonly<Record<string, number>>
  readonly gauges: Readonly<Record<string, number>>
  /** Sum, count and largest of durations (ms) and sizes. */
  readonly summaries: Readonly<Record<string, Summary>>
  readonly lags: readonly { topic: string; partition: number; lag: number }[]
  readonly notes: TaskNotes
  /** What the plugin counted, observed and told by itself. */
  readonly plugin: {
    readonly totals: Readonly<Record<string, number>>
    readonly gauges: Readonly<Record<string, number>>
    readonly summaries: Readonly<Record<string, Summary>>
  }
}
