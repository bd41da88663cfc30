/** Bodies of Kafka Connect's REST API, spelled as on the wire. */
import type { ConnectorMetrics } from './operating-wire.ts'

export type ConnectorConfig = Record<string, string>
export type ConnectorType = 'sink' | 'source' | 'unknown'
export type ConnectorState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING' | 'DESTROYED'
export type InitialState = 'RUNNING' | 'PAUSED' | 'STOPPED'

export interface ServerInfo {
  version: string
  commit: string
  kafka_cluster_id: string
}

export interface Health {
  status: 'healthy' | 'starting' | 'unhealthy'
  message: string
}

export interface CreateConnectorRequest {
  name: string
  config: ConnectorConfig
  initial_state?: InitialState
}

export interface ConnectorTaskId {
  connector: string
  task: number
}

export interface ConnectorInfo {
  name: string
  config: ConnectorConfig
  tasks: ConnectorTaskId[]
  type: ConnectorType
}

export interface TaskInfo {
  id: ConnectorTaskId
  config: ConnectorConfig
}

export interface InstanceStatus {
  state: ConnectorState
  worker_id: string
  version?: string | null
  /** Why it failed; present only then. */
  trace?: string
}

export interface TaskStatus extends InstanceStatus {
  id: number
}

export interface ConnectorStatus {
  name: string
  connector: InstanceStatus
  tasks: TaskStatus[]
  type: ConnectorType
}

export interface ExpandedConnector {
  info?: ConnectorInfo
  status?: ConnectorStatus
  metrics?: ConnectorMetrics
}

export interface ConnectorOffset {
  partition: Record<string, unknown>
  /** null resets the partition. */
  offset: Record<string, unknown> | null
}

export interface ConnectorOffsets {
  offsets: ConnectorOffset[]
}

export interface Message {
  message: string
}

export type PluginType = 'sink' | 'source' | 'converter' | 'header_converter' | 'transformation' | 'predicate'

export interface PluginInfo {
  class: string
  type: PluginType
  version?: string | null
}

export type ConfigKeyType = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD'

export interface ConfigKeyInfo {
  name: string
  type: ConfigKeyType
  required: boolean
  default_value: string | null
  importance: 'HIGH' | 'MEDIUM' | 'LOW'
  documentation: string
  group: string | null
  /** -1 without a group. */
  order_in_group: number
  width: 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG'
  display_name: string
  dependents: string[]
}

export interface ConfigValueInfo {
  name: string
  value: string | null
  recommended_values: string[]
  errors: string[]
  visible: boolean
}

export interface ConfigInfos {
  name: string
  error_count: number
  groups: string[]
  configs: { definition: ConfigKeyInfo | null; value: ConfigValueInfo }[]
}

export interface LoggerLevel {
  level: string | null
  /** Milliseconds since 1970; null where it was never changed. */
  last_modified: number | null
}
