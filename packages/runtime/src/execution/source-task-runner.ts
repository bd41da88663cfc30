/**
 * One source task from its configuration to its end: makes the clients, converters and transformations, runs
 * {@link runSourceTask} over them, reports what becomes of it. Read on in `source-loop.ts`.
 */
import {
  type Clock,
  ConfigError,
  type Logger,
  type SourcePlugin,
  type SourceTask,
  type SourceTaskContext,
  type TaskId,
} from '@penstock/core'
import { clientKindsOfSource, overrideProblems } from '../config/client-properties.ts'
import { parseSourceConnectorConfig, type SourceConnectorConfig } from '../config/source-config.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { ClientProperties } from '../kafka/client-config.ts'
import type { KafkaProducer } from '../kafka/producer.ts'
import { classNameOf } from '../plugins/plugin-names.ts'
import type { PluginRegistry } from '../plugins/registry.ts'
import { type OffsetStore, offsetKey, offsetValue } from '../storage/offset-store.ts'
import type { TaskMetrics } from '../telemetry/figures.ts'
import type { Tracing } from '../telemetry/open-tracing.ts'
import { AtLeastOnce } from './at-least-once.ts'
import { buildChain, buildConverters } from './build-pipeline.ts'
import { type ConnectorOffsets, openConnectorOffsets, transactionTopic } from './connector-offsets.ts'
import { ErrorPolicy } from './error-policy.ts'
import { ExactlyOnce } from './exactly-once.ts'
import type { StartTask } from './ipc.ts'
import { RecordSender } from './record-sender.ts'
import { type SourceDelivery, taskCallbacks } from './source-delivery.ts'
import { runSourceTask } from './source-loop.ts'
import { SourcePipeline } from './source-pipeline.ts'
import type { SourceTracing } from './source-tracing.ts'
import { TaskClients } from './task-clients.ts'
import { type ReportStatus, type StopOptions, TaskLife, type TaskRunner } from './task-life.ts'
import {
  checkTaskNumber,
  closeConverters,
  errorPolicyConfig,
  transactionalId,
  transformationContext,
} from './task-parts.ts'
import { taskPlugins } from './task-plugins.ts'
import { TopicCreation } from './topic-creation.ts'
import { TransactionRequests } from './transaction-requests.ts'

export interface SourceTaskRunnerParts {
  readonly start: StartTask
  readonly plugin: SourcePlugin
  readonly registry: PluginRegistry
  readonly worker: WorkerConfig
  readonly workerStore: () => Promise<OffsetStore>
  /** Null where nothing is traced. */
  readonly tracing: Tracing | null
  readonly logger: Logger
  readonly clock: Clock
  readonly onStatus: ReportStatus
  readonly onTopic: (topic: string) => void
}

const defaultBufferBytes = 33_554_432
const defaultTransactionTimeoutMs = 60_000

export class SourceTaskRunner implements TaskRunner {
  readonly #parts: SourceTaskRunnerParts
  readonly #life: TaskLife
  readonly #seenTopics = new Set<string>()
  /** Set while the task waits for the word that nobody else runs it. */
  readonly #go = Promise.withResolvers<void>()

  constructor(parts: SourceTaskRunnerParts) {
    this.#parts = parts
    const { start, logger, clock, onStatus } = parts
    this.#life = new TaskLife({ id: start.id, paused: start.paused, logger, clock, onStatus })
    // Stopped before it was let go, it has nothing to do.
    this.#life.control.stopped.addEventListener('abort', () => this.#go.resolve(), { once: true })
  }

  get id(): TaskId {
    return this.#life.id
  }

  async start(): Promise<void> {
    const { start, worker, logger } = this.#parts
    const clients = new TaskClients({ id: this.id, connector: start.connectorConfig, worker, logger })
    const fenced = Promise.withResolvers<void>()
    if (!start.awaitGo) fenced.resolve()
    this.#life.start(
      () => this.#run(clients, fenced.resolve),
      async () => {
        fenced.resolve() // it ended before it came so far; its status tells why
        await clients.close()
      },
    )
    await fenced.promise
  }

  proceed(): void {
    this.#go.resolve()
  }

  async stop(options: StopOptions): Promise<void> {
    await this.#life.stop(options)
  }

  cancel(): void {
    this.#life.cancel()
  }

  pause(paused: boolean): void {
    this.#life.setPaused(paused)
  }

  metrics(): TaskMetrics {
    const connectorClass = classNameOf(this.#parts.plugin)
    return this.#life.metrics({ kind: 'source', connectorClass, lags: [] })
  }

  /** `onFenced`: older copies of the task, whose producers had the same transactional id, can write no more. */
  async #run(clients: TaskClients, onFenced: () => void): Promise<void> {
    const { start, plugin, registry, worker, workerStore, logger, clock } = this.#parts
    const { control, meter } = this.#life
    const config = parseSourceConnectorConfig(start.connectorConfig, worker)
    const kinds = clientKindsOfSource(config.raw, worker)
    const problems = kinds.flatMap((kind) => overrideProblems(kind, config.raw, worker))
    if (problems.length > 0) throw new ConfigError(problems)
    checkTaskNumber(start.id, config)
    const converters = buildConverters(registry, config.raw, worker)
    const chain = buildChain(registry, config, transformationContext(this.#parts, clients))
    clients.onClose(() => chain.close())
    clients.onClose(() => closeConverters(converters))
    meter.plugins = taskPlugins(registry, config, worker)
    const exactlyOnce = worker['exactly.once.source.support'] === 'enabled'
    const properties = this.#producerProperties(clients, exactlyOnce)
    const producer = await clients.producer(properties, control.cancelled)
    // One that was stopped by now must not fence its next copy.
    if (control.stopped.aborted) return
    if (exactlyOnce) await producer.initTransactions(timeoutOf(properties))
    onFenced()
    if (start.awaitGo) await this.#go.promise
    if (control.stopped.aborted) return
    const { connector } = start.id
    const offsets = await openConnectorOffsets({
      connector,
      raw: config.raw,
      worker,
      clients,
      producer,
      workerStore,
      logger,
    })
    const requests = new TransactionRequests()
    const definesBoundaries = exactlyOnce && config['transaction.boundary'] === 'connector'
    const context = this.#context(offsets.store, definesBoundaries ? requests : null)
    const task = plugin.createTask(plugin.config.parse(start.taskConfig) as never, context)
    const policy = new ErrorPolicy({
      config: errorPolicyConfig(config),
      task: start.id,
      deadLetters: null,
      meter,
      logger,
      clock,
    })
    const tracing = await this.#tracing()
    const delivery = this.#delivery({
      tracing,
      config,
      clients,
      producer,
      properties,
      policy,
      offsets,
      requests,
      task,
      exactlyOnce,
    })
    await runSourceTask(
      {
        task,
        pipeline: new SourcePipeline({ converters, chain, policy, signal: control.cancelled }),
        delivery,
        meter,
        tracing,
        logger,
        clock,
        onRunning: () => this.#life.running(),
      },
      control,
    )
  }

  async #tracing(): Promise<SourceTracing | null> {
    const { tracing } = this.#parts
    if (tracing === null) return null
    const { SourceTracing } = await import('./source-tracing.ts')
    return new SourceTracing(tracing, this.id)
  }

  #producerProperties(clients: TaskClients, exactlyOnce: boolean): ClientProperties {
    const { connector, task } = this.id
    const properties = clients.properties('producer', {
      'client.id': `connector-producer-${connector}-${task}`,
      acks: 'all',
      // A record is tried until it is acknowledged; what stops that is a stopped task.
      'delivery.timeout.ms': '2147483647',
      'max.in.flight.requests.per.connection': '1',
      'enable.idempotence': 'false',
    })
    if (!exactlyOnce) return properties
    return {
      ...properties,
      'enable.idempotence': 'true',
      'transactional.id': transactionalId(this.#parts.worker, this.id),
      // A transaction may not wait longer for its records than the brokers wait for it.
      'delivery.timeout.ms': String(timeoutOf(properties)),
    }
  }

  #context(store: OffsetStore, transaction: TransactionRequests | null): SourceTaskContext {
    const { logger, clock } = this.#parts
    const { connector, task } = this.id
    const { meter, control } = this.#life
    return {
      connector,
      task,
      logger,
      clock,
      signal: control.cancelled,
      transaction,
      offsets: {
        offset: async (partition) => (await store.read(connector, [partition]))[0] ?? null,
        offsets: (partitions) => store.read(connector, partitions),
      },
      count: (name, by = 1) => meter.addOfPlugin(name, by),
      observe: (name, value) => meter.observeOfPlugin(name, value),
      gauge: (name, value) => meter.setOfPlugin(name, value),
    }
  }

  #delivery(parts: {
    tracing: SourceTracing | null
    config: SourceConnectorConfig
    clients: TaskClients
    producer: KafkaProducer
    properties: ClientProperties
    policy: ErrorPolicy
    offsets: ConnectorOffsets
    requests: TransactionRequests
    task: SourceTask
    exactlyOnce: boolean
  }): SourceDelivery {
    const { config, clients, producer, properties, policy, offsets, requests, task } = parts
    const { worker, logger, clock } = this.#parts
    const { meter, control } = this.#life
    const { connector } = this.id
    const callbacks = taskCallbacks(task, (text, error) => logger.error(text, { error }))
    const plainSender = new RecordSender({
      producer,
      topics: new TopicCreation({ groups: config.topicCreation, admin: clients.admin(), logger }),
      maxBytes: Number(properties['buffer.memory'] ?? defaultBufferBytes),
      onSent: (topic, bytes) => {
        meter.add('source-record-write-bytes-total', bytes)
        this.#onTopic(topic)
      },
      signal: control.cancelled,
    })
    const sender = parts.tracing?.sender(plainSender) ?? plainSender
    const flushIntervalMs = worker['offset.flush.interval.ms']
    if (!parts.exactlyOnce) {
      return new AtLeastOnce({
        connector,
        sender,
        offsets: offsets.store,
        callbacks,
        policy,
        meter,
        logger,
        clock,
        flushIntervalMs,
        flushTimeoutMs: worker['offset.flush.timeout.ms'],
        onFailure: () => control.interrupt(),
        signal: control.cancelled,
      })
    }
    const offsetsTopic = transactionTopic(offsets)
    return new ExactlyOnce({
      sender,
      producer,
      offsetRecords: (positions) =>
        positions.map(({ partition, offset }) => ({
          topic: offsetsTopic,
          key: offsetKey(connector, partition),
          value: offsetValue(offset),
        })),
      onStored: (positions) => offsets.copy(connector, positions),
      offsetsTopic,
      callbacks,
      meter,
      clock,
      logger,
      boundary: config['transaction.boundary'],
      intervalMs: config['transaction.boundary.interval.ms'] ?? flushIntervalMs,
      requests,
      timeoutMs: timeoutOf(properties),
      signal: control.cancelled,
    })
  }

  #onTopic(topic: string): void {
    if (topic === this.#parts.worker['offset.storage.topic'] || this.#seenTopics.has(topic)) return
    this.#seenTopics.add(topic)
    this.#parts.onTopic(topic)
  }
}

function timeoutOf(properties: ClientProperties): number {
  return Number(properties['transaction.timeout.ms'] ?? defaultTransactionTimeoutMs)
}
