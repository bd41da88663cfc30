/**
 * What the worker's process and its executors say to each other. Both sides check {@link ipcVersion} before anything
 * else: an executor left over from another version of the package must not be talked to.
 */
import type { RawConfig, SourceOffset, SourcePartition, TaskId } from '@penstock/core'
import type { WorkerMode } from '../config/worker-config.ts'
import type { ConfigInfos, PluginDescription } from '../plugins/description.ts'
import type { OffsetEntry } from '../storage/offset-store.ts'
import type { TaskState } from '../storage/status.ts'
import type { TaskMetrics } from '../telemetry/figures.ts'
import type { LogLevel } from '../telemetry/log-levels.ts'
import type { KeptLine } from '../telemetry/log-ring.ts'
import type { DeadLetterPage, DeadLetterQuery } from './inspection/dead-letter-list.ts'
import type { InspectionEnd, InspectionJob, InspectionSnapshot } from './inspection/job.ts'
import type { Preview, PreviewRequest } from './inspection/preview.ts'
import type { LastWill } from './last-will.ts'

export const ipcVersion = 2

export interface StartConnector {
  readonly connector: string
  readonly config: RawConfig
}

export interface StartTask {
  readonly id: TaskId
  readonly connectorConfig: RawConfig
  readonly taskConfig: RawConfig
  readonly paused: boolean
  /**
   * Exactly-once sources: the reply comes when older copies of the task are fenced, and the task runs with
   * `proceed-task` only, once it is sure that its configuration is still the newest.
   */
  readonly awaitGo: boolean
}

export interface ConnectorAndConfig {
  readonly connector: string
  readonly config: RawConfig
}

/** Whose records are looked at: the connector's config as it is written, and that of one of its tasks. */
export interface Inspected extends ConnectorAndConfig {
  readonly taskConfig: RawConfig
}

/** A committed offset of a sink's consumer group. */
export interface SinkOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

/** A null offset takes what is stored away. */
export type SinkOffsetChange = Omit<SinkOffset, 'offset'> & { readonly offset: bigint | null }

export interface SourceOffsetChange {
  readonly partition: SourcePartition
  readonly offset: SourceOffset | null
}

/** Requests of the worker, each answered by one reply. */
export interface Requests {
  validate: { params: { config: RawConfig }; result: ConfigInfos }
  /** Replies with the version of the plugin. */
  'start-connector': { params: StartConnector; result: string }
  'stop-connector': { params: { connector: string }; result: unknown }
  'task-configs': { params: { connector: string; maxTasks: number; enforceMax: boolean }; result: RawConfig[] }
  'start-task': { params: StartTask; result: unknown }
  'proceed-task': { params: { id: TaskId }; result: unknown }
  /** `leaveGroup`: nobody will continue this task, so its consumer group shall not wait for it. */
  'stop-task': { params: { id: TaskId; leaveGroup: boolean }; result: unknown }
  /** Fences the transactional producers of tasks 0 to `count` - 1 of a connector. */
  'fence-tasks': { params: { connector: string; config: RawConfig; count: number }; result: unknown }
  'read-sink-offsets': { params: ConnectorAndConfig; result: readonly SinkOffset[] }
  'read-source-offsets': { params: ConnectorAndConfig; result: readonly SourceOffsetChange[] }
  /** Null resets all. Replies whether the plugin has altered what it keeps itself. */
  'alter-sink-offsets': {
    params: ConnectorAndConfig & { changes: readonly SinkOffsetChange[] | null }
    result: boolean
  }
  'alter-source-offsets': {
    params: ConnectorAndConfig & { changes: readonly SourceOffsetChange[] | null }
    result: boolean
  }
  'pause-task': { params: { id: TaskId; paused: boolean }; result: unknown }
  preview: { params: Inspected & { request: PreviewRequest }; result: Preview }
  'list-dead-letters': { params: Inspected & { query: DeadLetterQuery }; result: DeadLetterPage }
  /** Replies at its end, which may be far away. */
  inspect: { params: Inspected & { id: string; job: InspectionJob }; result: InspectionEnd }
  'inspection-snapshot': { params: { id: string }; result: InspectionSnapshot }
  'cancel-inspection': { params: { id: string }; result: unknown }
}
export type RequestKind = keyof Requests

/** What executors ask of the worker, each answered by one `worker-reply`: a standalone worker keeps positions for them. */
export interface WorkerRequests {
  'list-offsets': {
    params: { readonly connector: string }
    result: readonly (OffsetEntry & { readonly offset: SourceOffset })[]
  }
  'read-offsets': {
    params: { readonly connector: string; readonly partitions: readonly SourcePartition[] }
    result: readonly (SourceOffset | null)[]
  }
  /** Replies when they are stored for good. */
  'write-offsets': { params: { readonly connector: string; readonly entries: readonly OffsetEntry[] }; result: unknown }
}
export type WorkerRequestKind = keyof WorkerRequests
export type WorkerAnswers = {
  readonly [K in WorkerRequestKind]: (params: WorkerRequests[K]['params']) => Promise<WorkerRequests[K]['result']>
}

/** What the worker sends. */
export type Command =
  | {
      readonly kind: 'initialize'
      readonly ipcVersion: number
      readonly mode: WorkerMode
      readonly workerConfig: RawConfig
      readonly pluginFolders: readonly string[]
      readonly appFolder: string
      readonly executor: number
      readonly workerId: string
    }
  | { readonly kind: 'ping'; readonly sequence: number }
  | { readonly kind: 'last-will'; readonly will: LastWill }
  | { readonly kind: 'log-level'; readonly logger: string; readonly level: LogLevel }
  | {
      [K in RequestKind]: {
        readonly kind: 'request'
        readonly id: number
        readonly request: K
        readonly params: Requests[K]['params']
      }
    }[RequestKind]
  | {
      readonly kind: 'worker-reply'
      readonly id: number
      readonly result: unknown
      readonly error: WireError | null
    }
  | { readonly kind: 'shutdown'; readonly timeoutMs: number }

/** An error on its way between processes. */
export interface WireError {
  readonly name: string
  readonly message: string
  readonly code: string | null
  readonly trace: string
  readonly retriable: boolean
}

/** A task's state, as it says itself. */
export interface TaskReport {
  readonly kind: 'task-status'
  readonly id: TaskId
  readonly state: TaskState
  readonly trace: string | null
  readonly version: string | null
  /** Failed because another copy of it has taken its place in the consumer group. */
  readonly fenced: boolean
}

/** What an executor sends. */
export type Report =
  | { readonly kind: 'ready'; readonly ipcVersion: number; readonly plugins: readonly PluginDescription[] }
  | { readonly kind: 'pong'; readonly sequence: number; readonly memoryBytes: number; readonly cpuSeconds: number }
  | { readonly kind: 'reply'; readonly id: number; readonly result: unknown; readonly error: WireError | null }
  | {
      [K in WorkerRequestKind]: {
        readonly kind: 'worker-request'
        readonly id: number
        readonly request: K
        readonly params: WorkerRequests[K]['params']
      }
    }[WorkerRequestKind]
  | TaskReport
  | { readonly kind: 'reconfigure'; readonly connector: string }
  /** What variables in its configuration stand for has changed. */
  | { readonly kind: 'config-expired'; readonly connector: string }
  /** Its own background work has failed. */
  | { readonly kind: 'connector-failed'; readonly connector: string; readonly trace: string }
  | { readonly kind: 'topic-seen'; readonly id: TaskId; readonly topic: string }
  /** A logger that the executor has made: its level can be set. */
  | { readonly kind: 'logger'; readonly name: string }
  /** What it has logged, for people who look at the worker's log. */
  | { readonly kind: 'log'; readonly lines: readonly KeptLine[] }
  | { readonly kind: 'metrics'; readonly tasks: readonly TaskMetrics[] }

/** What the worker's end of the channel does not see to itself. */
export type PassedReport = Exclude<Report, { kind: 'ready' | 'pong' | 'reply' | 'worker-request' }>

/** A pipe to the other side; a child process's IPC channel, or two queues within one process. */
export interface Channel<Out, In> {
  send(message: Out): void
  /** Replaces the listener. Messages keep their order. */
  onMessage(listener: (message: In) => void): void
  /** Told once, when the other side is gone. */
  onClose(listener: () => void): void
  close(): void
}
export type WorkerChannel = Channel<Command, Report>
export type ExecutorChannel = Channel<Report, Command>
