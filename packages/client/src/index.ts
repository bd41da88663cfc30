/** Typed client of the worker REST API. Start reading at {@link ConnectClient}. @module */
export { ConnectClient } from './connect-client.ts'
export { ConnectError } from './connect-error.ts'
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
