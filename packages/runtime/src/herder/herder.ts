/** What REST asks of a herder; `distributed-herder.ts` and `standalone-herder.ts` answer. */
import type { RawConfig, SourceOffset, SourcePartition, TaskId } from '@penstock/core'
import type { DeadLetterPage, DeadLetterQuery } from '../execution/inspection/dead-letter-list.ts'
import type { InspectionKind, InspectionSnapshot, RedriveRequest, VerifyRequest } from '../execution/inspection/job.ts'
import type { Preview, PreviewRequest } from '../execution/inspection/preview.ts'
import type { TaskFacts } from '../execution/task-facts.ts'
import type { ConfigInfos, PluginDescription } from '../plugins/description.ts'
import type { TargetState } from '../storage/config-state.ts'
import type { ConnectorState, TaskState } from '../storage/status.ts'
import type { LastError } from '../telemetry/figures.ts'
import type { LoggerLevel, LogLevel } from '../telemetry/log-levels.ts'
import type { ClusterEvents } from './cluster-events.ts'
import type { ReportQuestion, WorkerReport } from './worker-report.ts'

export type { TargetState }
export type ConnectorType = 'source' | 'sink' | 'unknown'

export interface ConnectorInfo {
  readonly name: string
  readonly config: RawConfig
  readonly tasks: readonly TaskId[]
  readonly type: ConnectorType
}

export interface StatusView<State> {
  readonly state: State
  readonly workerId: string
  readonly version: string | null
  /** Null or empty unless FAILED. */
  readonly trace: string | null
}

export interface ConnectorStatusView {
  readonly name: string
  readonly connector: StatusView<ConnectorState>
  /** By task number. */
  readonly tasks: readonly (StatusView<TaskState> & { readonly task: number })[]
  readonly type: ConnectorType
}

/** Flags of `POST /connectors/{name}/restart` (KIP-745). */
export interface RestartRequest {
  readonly connector: string
  readonly includeTasks: boolean
  readonly onlyFailed: boolean
}

/** Headers of a signed request between workers (KIP-507), base64 and name as received. */
export interface InternalRequestSignature {
  readonly algorithm: string
  readonly signature: string
  /** The raw bytes that were signed. */
  readonly body: Buffer
}

/** A position of a connector: a sink's in a Kafka partition, or a source's in what it reads. */
export interface ConnectorOffset {
  readonly partition: SourcePartition
  /** Null in a request to forget the position. */
  readonly offset: SourceOffset | null
}

export interface OffsetsChanged {
  /** The connector's own code has seen to positions that it keeps elsewhere. */
  readonly byConnector: boolean
}

/** The levels of loggers, here and in the whole cluster. */
export interface LoggerControl {
  /** Every logger of this worker, sorted by name. */
  list(): readonly LoggerLevel[]
  /** Sets a logger and those below it, on this worker and its executors; returns the names of those that changed. */
  set(name: string, level: LogLevel): readonly string[]
  /** Tells every worker of the cluster to do so; resolves once that is written. */
  setEverywhere(name: string, level: LogLevel): Promise<void>
}

/** Long work on the records of a connector. */
export interface InspectionView {
  readonly id: string
  readonly connector: string
  readonly kind: InspectionKind
  readonly state: 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED'
  readonly workerId: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt: number | null
  /** Why it has failed or was cancelled. */
  readonly reason: string | null
  /** How far it is; null until that is known. */
  readonly snapshot: InspectionSnapshot | null
}

/**
 * Looks at the records of sink connectors. Long work belongs to the worker that has the connector's instance: others reject
 * with {@link NotAssignedError} or {@link NotLeaderError}. ConflictError while there is one under way already.
 */
export interface InspectionControl {
  /** `changes` to the connector's config are tried in the preview only; null values remove keys. */
  preview(connector: string, request: PreviewRequest, changes: RawConfig | null): Promise<Preview>
  /** Of a connector that need not exist. */
  previewConfig(config: RawConfig, request: PreviewRequest): Promise<Preview>
  deadLetters(connector: string, query: DeadLetterQuery): Promise<DeadLetterPage>

  verify(connector: string, request: VerifyRequest): Promise<InspectionView>
  /** Those that the last verification has listed. */
  redriveGaps(connector: string): Promise<InspectionView>
  redriveDeadLetters(connector: string, request: RedriveRequest): Promise<InspectionView>
  /** The one that runs, or the last one; rejects with NotFoundError when there was none. */
  inspection(connector: string, kind: InspectionKind): Promise<InspectionView>
  /** One that has ended already stays as it is. */
  cancelInspection(connector: string, kind: InspectionKind): Promise<InspectionView>
}

/** A worker of the group. */
export interface WorkerView {
  readonly workerId: string
  readonly url: string
  readonly leader: boolean
  /** It is no member of the group any more. */
  readonly gone: boolean
  readonly state: 'RUNNING' | 'UNREACHABLE'
  /** Why there is no report. */
  readonly error: string | null
  readonly report: WorkerReport | null
}

export interface TaskMetricsView {
  readonly task: number
  readonly state: TaskState
  readonly workerId: string | null
  /** Null where its worker does not tell. */
  readonly facts: TaskFacts | null
  readonly lastError: LastError | null
}

export interface ConnectorMetricsView {
  readonly name: string
  readonly type: ConnectorType
  /** By task number. */
  readonly tasks: readonly TaskMetricsView[]
}

/** Which lines of a log are wanted. */
export interface LogQuestion {
  /** How many of the latest. */
  readonly lines: number
  /** The least important level. */
  readonly level: LogLevel
  /** Null for those of all. */
  readonly connector: string | null
}

/** The latest lines of the logs of workers, as JSON. Null stands for this worker; one that isn't there is NotFoundError. */
export interface LogControl {
  /** The oldest first. */
  recent(workerId: string | null, question: LogQuestion): Promise<readonly string[]>
  /** Resolves once it can begin; one of both functions is to be called. */
  follow(workerId: string | null, question: LogQuestion): Promise<FollowedLog>
}

export interface FollowedLog {
  /** Tells those lines and what is logged from then on, until the function that is returned ends it. */
  begin(onLine: (line: string) => void, onEnd: () => void): () => void
  /** Nobody wants to hear it any more. */
  discard(): void
}

/** What operators look at. Other workers are asked, each once; those that do not answer in time are told as such. */
export interface OperatingControl {
  workers(): Promise<readonly WorkerView[]>
  /** Rejects with NotFoundError for a connector that isn't configured. */
  metrics(connector: string): Promise<ConnectorMetricsView>
  /** Of all connectors, by name, and the workers, with one request to each of them. */
  overview(): Promise<{
    readonly workers: readonly WorkerView[]
    readonly metrics: ReadonlyMap<string, ConnectorMetricsView>
  }>
  /** For another worker: what this one tells of itself. */
  own(question: ReportQuestion): WorkerReport
}

export interface Health {
  readonly status: 'healthy' | 'starting' | 'unhealthy'
  readonly message: string
}

/**
 * Decides what runs where and owns the cluster's state; what REST talks to.
 *
 * Methods that only the leader (or a task's owner) may carry out reject with {@link NotLeaderError} or
 * {@link NotAssignedError}, which carry where to forward to. A rebalance under way rejects with ConflictError,
 * names that aren't known with NotFoundError, bad configurations with BadRequestError or ConfigError.
 */
export interface Herder {
  readonly workerId: string
  serverInfo(): { version: string; commit: string; kafkaClusterId: string }
  health(): Promise<Health>

  connectors(): Promise<readonly string[]>
  connectorInfo(connector: string): Promise<ConnectorInfo>
  connectorConfig(connector: string): Promise<RawConfig>
  /** Null initial state: STARTED for a new connector, unchanged for an existing one. */
  putConnectorConfig(
    connector: string,
    config: RawConfig,
    options: { initialState: TargetState | null; allowReplace: boolean },
  ): Promise<{ created: boolean; info: ConnectorInfo }>
  /** Null values remove keys. */
  patchConnectorConfig(connector: string, patch: RawConfig): Promise<ConnectorInfo>
  deleteConnector(connector: string): Promise<void>
  connectorStatus(connector: string): Promise<ConnectorStatusView>

  taskConfigs(connector: string): Promise<readonly { id: TaskId; config: RawConfig }[]>
  taskStatus(id: TaskId): Promise<StatusView<TaskState>>
  /** From the worker that runs the connector, which is not the leader. */
  putTaskConfigs(
    connector: string,
    configs: readonly RawConfig[],
    signature: InternalRequestSignature | null,
  ): Promise<void>

  restartConnector(connector: string): Promise<void>
  restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStatusView>
  restartTask(id: TaskId): Promise<void>
  pauseConnector(connector: string): Promise<void>
  resumeConnector(connector: string): Promise<void>
  stopConnector(connector: string): Promise<void>

  connectorOffsets(connector: string): Promise<readonly ConnectorOffset[]>
  /** Other partitions keep their positions. Rejects with BadRequestError unless the connector is stopped. */
  alterConnectorOffsets(connector: string, offsets: readonly ConnectorOffset[]): Promise<OffsetsChanged>
  /** The same for all positions of the connector, which are forgotten. */
  resetConnectorOffsets(connector: string): Promise<OffsetsChanged>
  /** From a worker that is about to start tasks of an exactly-once source: their predecessors must not write any more. */
  fenceZombies(connector: string, signature: InternalRequestSignature | null): Promise<void>

  connectorTopics(connector: string): Promise<readonly string[]>
  resetConnectorTopics(connector: string): Promise<void>

  plugins(): Promise<readonly PluginDescription[]>
  /** Checks a whole connector configuration; rejects when its class is missing or unknown. */
  validate(config: RawConfig): Promise<ConfigInfos>

  readonly loggers: LoggerControl
  readonly inspections: InspectionControl
  readonly operating: OperatingControl
  readonly events: Pick<ClusterEvents, 'subscribe'>
  readonly logs: LogControl
  /** Throws unless a request between workers is signed with the key of the group. */
  checkInternal(signature: InternalRequestSignature | null): void

  /**
   * What keeps the herder busy, for the answer to a request that took too long: `writing the config of orders,
   * which began at 2026-01-01T00:00:00.000Z`.
   */
  currentActivity?(): string | null
}
