/** What a plugin author needs: records, schemas, configuration, plugin interfaces, errors. No I/O. @module */
export {
  ConfigDef,
  type ConfigOf,
  type ConfigType,
  type ConfigValue,
  configDef,
  type Importance,
  type KeyDefinition,
  type KeyDefinitions,
  key,
  type RawConfig,
  showValue,
  type Width,
} from './config-def.ts'
export type { ConfigProvider, ProvidedData } from './config-provider.ts'
export { Decimal } from './decimal.ts'
export {
  assertNever,
  ConfigError,
  type ConfigProblem,
  ConflictError,
  ConnectError,
  codeOf,
  DataError,
  isRetriable,
  messageOf,
  NotFoundError,
  type PenstockErrorOptions,
  RetriableError,
  type Stage,
  StageError,
  traceOf,
} from './errors.ts'
export { parseHeader } from './header-literal.ts'
export { headerText } from './header-text.ts'
export type {
  Finding,
  FindOptions,
  InspectorContext,
  PlannedWrite,
  SinkInspector,
} from './inspection.ts'
export { doubleText, floatText, javaText, shortestFloat } from './java-text.ts'
export { JsonNumber, type JsonValue, parseJson, stringifyJson, withJavaEscapes } from './json.ts'
export { LruCache } from './lru-cache.ts'
export { hiddenSecret, Password } from './password.ts'
export {
  type Clock,
  type ConfigProviderPlugin,
  type Connector,
  type ConnectorContext,
  type Converter,
  type ConverterPlugin,
  definePlugin,
  type ErrantRecordReporter,
  type HeaderConverter,
  type HeaderConverterPlugin,
  type Logger,
  type PartitionOffset,
  type Plugin,
  type PluginKind,
  type Predicate,
  type PredicatePlugin,
  type SinkPlugin,
  type SinkTask,
  type SinkTaskContext,
  type SourcePlugin,
  type TopicPartition,
  type TopicTable,
  type Transformation,
  type TransformationContext,
  type TransformationPlugin,
  type Transformed,
} from './plugin.ts'
export { formatProperties, parseProperties } from './properties.ts'
export {
  type ConnectRecord,
  type Header,
  Lazy,
  type LazyPart,
  type RecordChanges,
  type RecordOrigin,
  SinkRecord,
} from './record.ts'
export {
  type ArraySchema,
  type Field,
  logical,
  type MapSchema,
  nothing,
  type PrimitiveSchema,
  type PrimitiveType,
  type Schema,
  type SchemaAndValue,
  type SchemaOptions,
  type SchemaType,
  type StructSchema,
  schema,
  schemasEqual,
} from './schema.ts'
export { projectValue } from './schema-projection.ts'
export type {
  RecordMetadata,
  SourceOffsetReader,
  SourceTask,
  SourceTaskContext,
  TransactionContext,
} from './source.ts'
export {
  type SourceOffset,
  type SourcePartition,
  SourceRecord,
  type SourceRecordFields,
  type SourceValue,
} from './source-record.ts'
export { Struct } from './struct.ts'
export { type TaskId, taskName } from './task-id.ts'
