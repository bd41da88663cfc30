import type { ConfigDef, ConfigOf, KeyDefinitions, RawConfig } from './config-def.ts'
import type { ConfigProblem } from './errors.ts'
import type { ConnectRecord, Header, SinkRecord } from './record.ts'
import type { Schema, SchemaAndValue } from './schema.ts'

/** What every plugin tells of itself. */
interface PluginCommon<Keys extends KeyDefinitions> {
  /** Short name users write: `ElasticsearchSink`, `RegexRouter`, `InsertField$Value`. */
  readonly name: string
  /** Names it also answers to, its Java class name first: that one is shown by `GET /connector-plugins`. */
  readonly aliases: readonly string[]
  readonly summary: string
  /** Defaults to the version of the package it ships in. */
  readonly version?: string
  readonly config: ConfigDef<Keys>
}

export interface Logger {
  error(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  debug(message: string, fields?: Record<string, unknown>): void
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number
}

/** A position in Kafka: the offset of the next record to read. */
export interface PartitionOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** Takes records that the task can't write. */
export interface ErrantRecordReporter {
  /**
   * Handles a record by the connector's `errors.*` policy: log, dead letter queue, count.
   * Resolves once the record is safe to pass over; rejects when `errors.tolerance` is `none`, unless `tolerated`
   * says that the task's own configuration already decided to go on.
   */
  report(record: SinkRecord, error: unknown, options?: { tolerated?: boolean }): Promise<void>
}

/** What the framework gives a sink task. */
export interface SinkTaskContext {
  readonly connector: string
  readonly task: number
  readonly logger: Logger
  readonly clock: Clock
  /** Aborts when the task is cancelled: it did not stop within `task.shutdown.graceful.timeout.ms`. */
  readonly signal: AbortSignal
  readonly reporter: ErrantRecordReporter
  /** Counts something under a name of the task's own (`documents_written`); shows as a metric with connector and task labels. */
  count(name: string, by?: number): void
  /** Records a duration or size under a name of the task's own, as a histogram. */
  observe(name: string, value: number): void
  assignment(): readonly TopicPartition[]
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  /** How long to wait before the batch of a retriable failure is put again, once. */
  timeout(ms: number): void
  /** Rewinds: the next records are read from these offsets. */
  seek(offsets: readonly PartitionOffset[]): void
  requestCommit(): void
}

/**
 * Writes records somewhere. Calls never overlap, except that `preCommit` may follow a `put` whose writes are still
 * under way: the task answers with what is done by then.
 */
export interface SinkTask {
  start?(): Promise<void> | void
  /** Called for partitions newly given to this task, before any of their records. */
  open?(partitions: readonly TopicPartition[]): Promise<void> | void
  /**
   * Takes records, possibly none. May return before they are written, if `preCommit` names only what is.
   * A retriable error makes the framework pause and put the same records again; any other fails the task.
   */
  put(records: readonly SinkRecord[]): Promise<void> | void
  /**
   * What may be committed of `consumed` (the next offsets after the records put so far). Partitions left out keep what
   * was committed before. `closing` asks to write everything out first: the partitions are about to be taken away.
   * Without this method everything that was put is committed.
   */
  preCommit?(consumed: readonly PartitionOffset[], options: { closing: boolean }): Promise<readonly PartitionOffset[]>
  /** Partitions are gone, after their last commit. */
  close?(partitions: readonly TopicPartition[]): Promise<void> | void
  stop?(): Promise<void> | void
}

/** Plans the work of a connector; runs once in the cluster. */
export interface Connector {
  start?(): Promise<void> | void
  /** At most `maxTasks` configurations. */
  taskConfigs(maxTasks: number): Promise<RawConfig[]> | RawConfig[]
  stop?(): Promise<void> | void
}

export interface ConnectorContext {
  readonly connector: string
  readonly logger: Logger
  requestTaskReconfiguration(): void
}

export interface SinkPlugin<Keys extends KeyDefinitions = KeyDefinitions> extends PluginCommon<Keys> {
  readonly kind: 'sink'
  /**
   * The task copes with values that are not decoded yet: it reads `valueJson`, and hands a record whose decoding
   * fails to the reporter. Otherwise values are decoded before `put`.
   */
  readonly lazyValues?: boolean
  /** Checks across keys and against the outside world; `raw` has passed the single-key checks. */
  validate?(
    raw: RawConfig,
    context: { logger: Logger; signal: AbortSignal },
  ): Promise<readonly ConfigProblem[]> | readonly ConfigProblem[]
  /** Defaults to `maxTasks` copies of the connector's configuration. */
  createConnector?(raw: RawConfig, context: ConnectorContext): Connector
  createTask(config: ConfigOf<ConfigDef<Keys>>, context: SinkTaskContext): SinkTask
}

/** Bytes of Kafka ↔ schema and value. */
export interface Converter {
  toConnectData(topic: string, bytes: Uint8Array | null): SchemaAndValue
  fromConnectData(topic: string, schema: Schema | null, value: unknown): Buffer | null
  /** True when a value's bytes are the JSON text of just what `toConnectData` would return. */
  readonly passesJsonThrough?: boolean
}

export interface HeaderConverter {
  toConnectHeader(topic: string, name: string, bytes: Uint8Array | null): SchemaAndValue
  fromConnectHeader(topic: string, name: string, schema: Schema | null, value: unknown): Buffer | null
}

export interface ConverterPlugin<Keys extends KeyDefinitions = KeyDefinitions> extends PluginCommon<Keys> {
  readonly kind: 'converter'
  create(config: ConfigOf<ConfigDef<Keys>>, usage: 'key' | 'value'): Converter
  /** Absent when it can't be used for headers. */
  createForHeaders?(config: ConfigOf<ConfigDef<Keys>>): HeaderConverter
}

export interface HeaderConverterPlugin<Keys extends KeyDefinitions = KeyDefinitions> extends PluginCommon<Keys> {
  readonly kind: 'header_converter'
  create(config: ConfigOf<ConfigDef<Keys>>): HeaderConverter
}

/** Changes one record; null drops it. Throws DataError for a record it can't handle. */
export interface Transformation {
  apply<R extends ConnectRecord<R>>(record: R): R | null
  close?(): void
}

export interface TransformationPlugin<Keys extends KeyDefinitions = KeyDefinitions> extends PluginCommon<Keys> {
  readonly kind: 'transformation'
  create(config: ConfigOf<ConfigDef<Keys>>): Transformation
}

export interface Predicate {
  test(record: ConnectRecord): boolean
}

export interface PredicatePlugin<Keys extends KeyDefinitions = KeyDefinitions> extends PluginCommon<Keys> {
  readonly kind: 'predicate'
  create(config: ConfigOf<ConfigDef<Keys>>): Predicate
}

export type Plugin = SinkPlugin | ConverterPlugin | HeaderConverterPlugin | TransformationPlugin | PredicatePlugin
export type PluginKind = Plugin['kind']

type PluginOf<Keys extends KeyDefinitions> =
  | SinkPlugin<Keys>
  | ConverterPlugin<Keys>
  | HeaderConverterPlugin<Keys>
  | TransformationPlugin<Keys>
  | PredicatePlugin<Keys>

/** Declares a plugin; the package's default export is one of these or a list of them. */
export function definePlugin<const Keys extends KeyDefinitions>(plugin: PluginOf<Keys>): Plugin {
  // The keys' types matter to the author only; the framework always passes what `plugin.config` parsed.
  return plugin as unknown as Plugin
}

export type { Header }
