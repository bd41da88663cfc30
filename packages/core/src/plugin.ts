import type { ConfigDef, ConfigOf, KeyDefinitions, RawConfig } from './config-def.ts'
import type { ConfigProvider } from './config-provider.ts'
import type { ConfigProblem } from './errors.ts'
import type { InspectorContext, SinkInspector } from './inspection.ts'
import type { ConnectRecord, Header, SinkRecord } from './record.ts'
import type { Schema, SchemaAndValue } from './schema.ts'
import type { SourceOffsetReader, SourceTask, SourceTaskContext } from './source.ts'
import type { SourceOffset, SourcePartition } from './source-record.ts'

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
  /** Tells how much of something there is now (a limit, a queue) under a name of the task's own; the latest value shows. */
  gauge(name: string, value: number): void
  /** Tells people why records are held back (the other system is away); null once they go on. */
  holding(reason: string | null): void
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
   * A retriable error makes the framework pause and put the records again: the same objects, without those of partitions
   * that are gone by then, perhaps with newer ones behind them. Any other error fails the task.
   */
  put(records: readonly SinkRecord[]): Promise<void> | void
  /**
   * What may be committed of `consumed`: the next offsets after the records put so far, those of a `put` that threw not
   * among them. Partitions left out keep what was committed before. `closing` asks to write everything out first: the
   * partitions are about to be taken away. Without this method everything that was put is committed.
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
  /** The stored positions of a source connector; null for sinks. */
  readonly offsets: SourceOffsetReader | null
  /** Asks for `taskConfigs` again: what there is to do has changed. */
  requestTaskReconfiguration(): void
  /** Fails the connector from its own background work. */
  raiseError(error: unknown): void
}

interface ValidationContext {
  readonly logger: Logger
  readonly signal: AbortSignal
}

export interface SinkPlugin<Keys extends KeyDefinitions = KeyDefinitions> extends PluginCommon<Keys> {
  readonly kind: 'sink'
  /**
   * The task copes with values that are not decoded yet: it reads `valueJson`, and hands a record whose decoding
   * fails to the reporter. Otherwise values are decoded before `put`.
   */
  readonly lazyValues?: boolean
  /** Checks across keys and against the outside world; `raw` has passed the single-key checks. */
  validate?(raw: RawConfig, context: ValidationContext): Promise<readonly ConfigProblem[]> | readonly ConfigProblem[]
  /** Defaults to `maxTasks` copies of the connector's configuration. */
  createConnector?(raw: RawConfig, context: ConnectorContext): Connector
  createTask(config: ConfigOf<ConfigDef<Keys>>, context: SinkTaskContext): SinkTask
  /** For previews and verification; without it they show and check the framework's part alone. */
  createInspector?(config: ConfigOf<ConfigDef<Keys>>, context: InspectorContext): SinkInspector
  /**
   * Called before offsets are altered by REST; null resets a partition. True: offsets that the sink keeps itself are
   * altered too. Throws to refuse. Without it the sink keeps none of its own (false).
   */
  alterOffsets?(
    raw: RawConfig,
    offsets: readonly { readonly partition: TopicPartition; readonly offset: bigint | null }[],
  ): Promise<boolean> | boolean
}

export interface SourcePlugin<Keys extends KeyDefinitions = KeyDefinitions> extends PluginCommon<Keys> {
  readonly kind: 'source'
  /** Checks across keys and against the outside world; `raw` has passed the single-key checks. */
  validate?(raw: RawConfig, context: ValidationContext): Promise<readonly ConfigProblem[]> | readonly ConfigProblem[]
  /** Defaults to one task with the connector's configuration: whether a source can be shared out, only it knows. */
  createConnector?(raw: RawConfig, context: ConnectorContext): Connector
  createTask(config: ConfigOf<ConfigDef<Keys>>, context: SourceTaskContext): SourceTask
  /** Whether each record is delivered once with this configuration; null (or no method): the author doesn't say. */
  exactlyOnceSupport?(raw: RawConfig): 'SUPPORTED' | 'UNSUPPORTED' | null
  /** Whether tasks use {@link SourceTaskContext.transaction}, which `transaction.boundary=connector` needs. */
  definesTransactionBoundaries?(raw: RawConfig): boolean
  /**
   * Called before offsets are altered by REST; null resets a partition. True: the connector has checked them and altered
   * what it keeps itself. Throws to refuse. Without it offsets are altered unchecked (false).
   */
  alterOffsets?(
    raw: RawConfig,
    offsets: readonly { readonly partition: SourcePartition; readonly offset: SourceOffset | null }[],
  ): Promise<boolean> | boolean
}

/** Bytes of Kafka ↔ schema and value. */
export interface Converter {
  toConnectData(topic: string, bytes: Uint8Array | null): SchemaAndValue
  fromConnectData(topic: string, schema: Schema | null, value: unknown): Buffer | null
  /** True when a value's bytes are the JSON text of just what `toConnectData` would return. */
  readonly passesJsonThrough?: boolean
  /**
   * Fetches what `toConnectData` needs from elsewhere (a schema by its id); null when it is all there. Called for each
   * record before it is decoded, so the answer null must be cheap. Rejects with RetriableError for a passing failure.
   */
  prepareToConnect?(topic: string, bytes: Uint8Array | null): Promise<void> | null
  /** The same for `fromConnectData` (registers a schema). */
  prepareFromConnect?(topic: string, schema: Schema | null, value: unknown): Promise<void> | null
  close?(): Promise<void> | void
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

/** What a transformation makes of a record: another one, several in their order, or none (null drops it). */
export type Transformed<R> = R | readonly R[] | null

/** Changes one record. Throws DataError for a record it can't handle, RetriableError for a passing failure. */
export interface Transformation {
  /** A promise is allowed (a look-up elsewhere); records keep their order all the same. */
  apply<R extends ConnectRecord<R>>(record: R): Transformed<R> | Promise<Transformed<R>>
  close?(): Promise<void> | void
}

/** What the framework gives a transformation. */
export interface TransformationContext {
  readonly connector: string
  readonly task: number
  readonly logger: Logger
  readonly clock: Clock
  /**
   * Reads a compacted topic of the worker's cluster into memory and follows it; resolves when it is read to its end.
   * Rejects when it holds more than `maxEntries` keys.
   */
  openTable(topic: string, options: { readonly maxEntries: number }): Promise<TopicTable>
}

/** The newest value of each key of a compacted topic. */
export interface TopicTable {
  get(key: Uint8Array): Uint8Array | null
  close(): Promise<void>
}

export interface TransformationPlugin<Keys extends KeyDefinitions = KeyDefinitions> extends PluginCommon<Keys> {
  readonly kind: 'transformation'
  /** Called once per task; what it opens is closed by {@link Transformation.close}. */
  create(config: ConfigOf<ConfigDef<Keys>>, context: TransformationContext): Transformation
}

export interface Predicate {
  test(record: ConnectRecord): boolean
}

export interface PredicatePlugin<Keys extends KeyDefinitions = KeyDefinitions> extends PluginCommon<Keys> {
  readonly kind: 'predicate'
  create(config: ConfigOf<ConfigDef<Keys>>): Predicate
}

export interface ConfigProviderPlugin<Keys extends KeyDefinitions = KeyDefinitions> extends PluginCommon<Keys> {
  readonly kind: 'config_provider'
  /** Of the keys `config.providers.<alias>.param.…` of the worker. */
  create(config: ConfigOf<ConfigDef<Keys>>): ConfigProvider
}

export type Plugin =
  | SinkPlugin
  | SourcePlugin
  | ConverterPlugin
  | HeaderConverterPlugin
  | TransformationPlugin
  | PredicatePlugin
  | ConfigProviderPlugin
export type PluginKind = Plugin['kind']

type PluginOf<Keys extends KeyDefinitions> =
  | SinkPlugin<Keys>
  | SourcePlugin<Keys>
  | ConverterPlugin<Keys>
  | HeaderConverterPlugin<Keys>
  | TransformationPlugin<Keys>
  | PredicatePlugin<Keys>
  | ConfigProviderPlugin<Keys>

/** Declares a plugin; the package's default export is one of these or a list of them. */
export function definePlugin<const Keys extends KeyDefinitions>(plugin: PluginOf<Keys>): Plugin {
  // The keys' types matter to the author only; the framework always passes what `plugin.config` parsed.
  return plugin as unknown as Plugin
}

export type { Header }
