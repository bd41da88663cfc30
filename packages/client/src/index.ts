/** Typed client of the worker REST API. Start reading at {@link ConnectClient}. @module */
export { ConnectClient } from './connect-client.ts'
export { ConnectError } from './connect-error.ts'
export { hiddenSecret } from './hidden-secret.ts'
export type {
  Bound,
  DeadLetterPage,
  DeadLetterQuery,
  Inspection,
  Preview,
  PreviewRequest,
  PreviewWrite,
  RecordFailure,
  RedriveRequest,
  RedriveResult,
  ShownBytes,
  ShownMessage,
  ShownRecord,
  ShownValue,
  VerifyCounts,
  VerifyRequest,
  VerifyResult,
} from './inspection-wire.ts'
export { isMomentaryConflict } from './momentary-conflict.ts'
export type {
  ClusterEvent,
  ConnectorEvent,
  ConnectorMetrics,
  ExecutorInfo,
  LastError,
  LogLine,
  LogQuery,
  ProcessInfo,
  TaskMetrics,
  WorkerInfo,
} from './operating-wire.ts'
export { recordCoordinates } from './record-coordinates.ts'
export { sumOfTasks } from './task-sums.ts'
export type { ConnectClientOptions } from './transport.ts'
export type {
  ConfigInfos,
  ConfigKeyInfo,
  ConfigKeyType,
  ConfigValueInfo,
  ConnectorConfig,
  ConnectorInfo,
  ConnectorOffset,
  ConnectorOffsets,
  ConnectorState,
  ConnectorStatus,
  ConnectorTaskId,
  ConnectorType,
  CreateConnectorRequest,
  ExpandedConnector,
  Health,
  InitialState,
  InstanceStatus,
  LoggerLevel,
  Message,
  PluginInfo,
  PluginType,
  ServerInfo,
  TaskInfo,
  TaskStatus,
} from './wire.ts'
