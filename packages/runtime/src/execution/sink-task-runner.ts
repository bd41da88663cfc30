/**
 * One sink task from its configuration to its end: makes the clients, converters and transformations, runs
 * {@link runSinkTask} over them, reports what becomes of it. Read on in `sink-loop.ts`.
 */
import { type Clock, ConfigError, type Logger, type SinkPlugin, type TaskId } from '@penstock/core'
import { clientKindsOfSink, connectorClientProperties, overrideProblems } from '../config/client-properties.ts'
import { parseSinkConnectorConfig, type SinkConnectorConfig, sinkConsumerGroup } from '../config/connector-config.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { type ClientProperties, toProtocolClient } from '../kafka/client-config.ts'
import { KafkaConsumer } from '../kafka/consumer.ts'
import { removeMembers } from '../kafka/coordinator.ts'
import { classNameOf } from '../plugins/plugin-names.ts'
import type { PluginRegistry } from '../plugins/registry.ts'
import type { TaskMetrics } from '../telemetry/figures.ts'
import type { Tracing } from '../telemetry/open-tracing.ts'
import type { Redactor } from '../telemetry/redactor.ts'
import { buildChain, buildConverters } from './build-pipeline.ts'
import { DeadLetterQueue } from './dead-letters.ts'
import { ErrorPolicy } from './error-policy.ts'
import type { StartTask } from './ipc.ts'
import { RebalanceQueue } from './rebalance-queue.ts'
import { RecordPipeline } from './record-pipeline.ts'
import { SinkCommits } from './sink-commits.ts'
import { SinkContext } from './sink-context.ts'
import { runSinkTask } from './sink-loop.ts'
import { SinkPositions } from './sink-positions.ts'
import type { SinkTracing } from './sink-tracing.ts'
import { connectTimeoutMs, TaskClients } from './task-clients.ts'
import { type ReportStatus, type StopOptions, TaskLife, type TaskRunner } from './task-life.ts'
import { checkTaskNumber, closeConverters, errorPolicyConfig, transformationContext } from './task-parts.ts'
import { taskPlugins } from './task-plugins.ts'
import { RegexSubscription } from './topic-subscription.ts'

export interface SinkTaskRunnerParts {
  readonly start: StartTask
  readonly plugin: SinkPlugin
  readonly registry: PluginRegistry
  readonly worker: WorkerConfig
  readonly redactor: Redactor
  /** Null where nothing is traced. */
  readonly tracing: Tracing | null
  readonly logger: Logger
  readonly clock: Clock
  readonly onStatus: ReportStatus
  readonly onTopic: (topic: string) => void
}

/** Java's default. What is decoded and changed at once should fit into V8's young generation: more of it costs a third. */
const defaultMaxPollRecords = 500
const defaultMetadataMaxAgeMs = 300_000
/** Whatever the configuration says, brokers are not asked without pause. */
const leastMetadataMaxAgeMs = 100

export class SinkTaskRunner implements TaskRunner {
  readonly #parts: SinkTaskRunnerParts
  readonly #life: TaskLife
  readonly #positions = new SinkPositions()
  readonly #seenTopics = new Set<string>()
  #consumer: KafkaConsumer | null = null

  constructor(parts: SinkTaskRunnerParts) {
    this.#parts = parts
    const { start, logger, clock, onStatus } = parts
    this.#life = new TaskLife({ id: start.id, paused: start.paused, logger, clock, onStatus })
  }

  get id(): TaskId {
    return this.#life.id
  }

  async start(): Promise<void> {
    const { start, worker, logger } = this.#parts
    const clients = new TaskClients({ id: this.id, connector: start.connectorConfig, worker, logger })
    this.#life.start(
      () => this.#run(clients),
      () => clients.close(),
    )
  }

  /** A sink task never waits for it: the consumer group sees to it that one copy runs. */
  proceed(): void {}

  async stop(options: StopOptions): Promise<void> {
    const stopped = this.#life.stop(options)
    this.#consumer?.wakeup()
    await stopped
    if (options.leaveGroup) await this.#leaveGroup()
  }

  cancel(): void {
    this.#life.cancel()
    this.#consumer?.wakeup()
  }

  pause(paused: boolean): void {
    if (this.#life.setPaused(paused)) this.#consumer?.wakeup()
  }

  metrics(): TaskMetrics {
    const { meter } = this.#life
    const lags = (this.#consumer === null ? [] : this.#positions.nextOffsets()).flatMap(
      ({ topic, partition, next }) => {
        const end = this.#consumer?.highWatermark({ topic, partition }) ?? -1
        return end < 0 || next < 0 ? [] : [{ topic, partition, lag: Math.max(0, end - next) }]
      },
    )
    meter.set('sink-record-active-count', this.#positions.activeCount())
    const { plugin } = this.#parts
    return this.#life.metrics({ kind: 'sink', connectorClass: classNameOf(plugin), lags })
  }

  async #run(clients: TaskClients): Promise<void> {
    const { start, plugin, registry, worker, logger, clock, onTopic } = this.#parts
    const { control, meter } = this.#life
    const config = parseSinkConnectorConfig(start.connectorConfig, worker)
    const problems = clientKindsOfSink(config.raw).flatMap((kind) => overrideProblems(kind, config.raw, worker))
    if (problems.length > 0) throw new ConfigError(problems)
    checkTaskNumber(start.id, config)
    const converters = buildConverters(registry, config.raw, worker)
    const chain = buildChain(registry, config, transformationContext(this.#parts, clients))
    clients.onClose(() => chain.close())
    clients.onClose(() => closeConverters(converters))
    meter.plugins = taskPlugins(registry, config, worker)
    const rebalances = new RebalanceQueue()
    const consumerProperties = this.#consumerProperties(clients, config)
    const consumer = new KafkaConsumer(
      { ...clients.rdkafka(consumerProperties), 'enable.auto.commit': false, 'enable.auto.offset.store': false },
      rebalances,
    )
    consumer.onWarning = (error) =>
      logger.warn('the consumer reports a problem it goes on from', { reason: error.message })
    this.#consumer = consumer
    rebalances.onStep(() => consumer.wakeup())
    clients.onClose(() => consumer.close())
    const deadLetters = await this.#openDeadLetters(config, clients)
    const policy = new ErrorPolicy({
      config: errorPolicyConfig(config),
      task: start.id,
      deadLetters,
      meter,
      logger,
      clock,
    })
    const context = new SinkContext({
      id: start.id,
      logger,
      clock,
      signal: control.cancelled,
      policy,
      positions: this.#positions,
      meter,
    })
    const task = plugin.createTask(plugin.config.parse(start.taskConfig) as never, context)
    await consumer.connect(connectTimeoutMs)
    await this.#subscribe(config, consumer, clients, metadataMaxAgeMs(consumerProperties))
    await runSinkTask(
      {
        consumer,
        rebalances,
        pipeline: new RecordPipeline({
          converters,
          chain,
          policy,
          decodeFirst: plugin.lazyValues !== true,
          signal: control.cancelled,
        }),
        task,
        context,
        positions: this.#positions,
        commits: new SinkCommits({
          task,
          commit: (offsets) => (control.cancelled.aborted ? Promise.resolve() : consumer.commit(offsets)),
          positions: this.#positions,
          deadLetters,
          meter,
          logger,
          clock,
          intervalMs: worker['offset.flush.interval.ms'],
          timeoutMs: worker['offset.flush.timeout.ms'],
        }),
        meter,
        tracing: await this.#tracing(config),
        logger,
        clock,
        maxPollRecords: Number(consumerProperties['max.poll.records'] ?? defaultMaxPollRecords),
        isPaused: () => control.isPaused,
        onRunning: () => this.#life.running(),
        onTopic: (topic) => {
          if (this.#seenTopics.has(topic)) return
          this.#seenTopics.add(topic)
          onTopic(topic)
        },
      },
      control.stopped,
    )
  }

  #consumerProperties(clients: TaskClients, config: SinkConnectorConfig): ClientProperties {
    const { connector, task } = this.id
    return clients.properties('consumer', {
      'client.id': `connector-consumer-${connector}-${task}`,
      'group.id': sinkConsumerGroup(config.raw),
      // A static member: whoever runs this task next takes its partitions over at once, and a zombie is fenced.
      'group.instance.id': instanceId(this.id),
      'auto.offset.reset': 'earliest',
      // A member learns of a rebalance with its next heartbeat; Java's 3 s make every start of several tasks as slow.
      'heartbeat.interval.ms': '1000',
      // Java's default; librdkafka would hide records of open transactions.
      'isolation.level': 'read_uncommitted',
      'allow.auto.create.topics': 'true',
      // What waits here waits in memory, small records with several times their size; the task is polled often enough.
      'queued.max.messages.kbytes': '4096',
      'queued.min.messages': '10000',
      // So much is gone in a fraction of a second, which librdkafka's own wait of 1 s before it fetches again would waste.
      'fetch.queue.backoff.ms': '20',
      'topic.metadata.refresh.interval.ms': '10000',
    })
  }

  async #tracing(config: SinkConnectorConfig): Promise<SinkTracing | null> {
    const { tracing } = this.#parts
    if (tracing === null) return null
    const { SinkTracing } = await import('./sink-tracing.ts')
    return new SinkTracing(tracing, this.id, sinkConsumerGroup(config.raw))
  }

  async #subscribe(
    config: SinkConnectorConfig,
    consumer: KafkaConsumer,
    clients: TaskClients,
    lookEveryMs: number,
  ): Promise<void> {
    const regex = config['topics.regex']
    if (regex === '') {
      consumer.subscribe(config.topics)
      return
    }
    const subscription = new RegexSubscription({
      regex,
      excluded: config['errors.deadletterqueue.topic.name'],
      admin: clients.admin(),
      consumer,
    })
    await subscription.refresh()
    const timer = setInterval(() => {
      subscription
        .refresh()
        .catch((error: unknown) => this.#parts.logger.warn('looking for new topics failed', { error }))
    }, lookEveryMs)
    clients.onClose(() => clearInterval(timer))
  }

  async #openDeadLetters(config: SinkConnectorConfig, clients: TaskClients): Promise<DeadLetterQueue | null> {
    const topic = config['errors.deadletterqueue.topic.name']
    if (topic === '') return null
    const { connector, task } = this.id
    const properties = clients.properties('producer', {
      'client.id': `connector-dlq-producer-${connector}-${task}`,
      acks: 'all',
      // Well below max.poll.interval.ms: a queue that can't be reached fails the task, it does not hang it.
      'delivery.timeout.ms': '60000',
      // The topic's own limit decides, not the client's.
      'max.request.size': '1000000000',
    })
    const queue = new DeadLetterQueue({
      topic,
      replicationFactor: config['errors.deadletterqueue.topic.replication.factor'],
      contextHeaders: config['errors.deadletterqueue.context.headers.enable'],
      task: this.id,
      producer: await clients.producer(properties),
      admin: clients.admin(),
      meter: this.#life.meter,
      redactor: this.#parts.redactor,
      logger: this.#parts.logger,
    })
    await queue.start(config.topics)
    return queue
  }

  async #leaveGroup(): Promise<void> {
    const { start, worker, logger } = this.#parts
    const properties = connectorClientProperties('consumer', { worker: worker.raw, connector: start.connectorConfig })
    try {
      await removeMembers(
        toProtocolClient(properties),
        sinkConsumerGroup(start.connectorConfig),
        [{ groupInstanceId: properties['group.instance.id'] ?? instanceId(this.id) }],
        'the task is no longer wanted',
      )
    } catch (error) {
      logger.warn('the consumer group was not told that this task ends; it will notice by the session timeout', {
        error,
      })
    }
  }
}

function instanceId({ connector, task }: TaskId): string {
  return `${connector}-${task}`
}

function metadataMaxAgeMs(consumer: ClientProperties): number {
  return Math.max(leastMetadataMaxAgeMs, Number(consumer['metadata.max.age.ms'] ?? defaultMetadataMaxAgeMs))
}
