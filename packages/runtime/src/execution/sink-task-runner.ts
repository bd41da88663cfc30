/**
 * One sink task from its configuration to its end: makes the clients, converters and transformations, runs
 * {@link runSinkTask} over them, reports what becomes of it. Read on in `sink-loop.ts`.
 */
import {
  type Clock,
  ConfigError,
  ConnectError,
  type Logger,
  type SinkPlugin,
  type TaskId,
  taskName,
  traceOf,
} from '@penstock/core'
import { clientKindsOfSink, connectorClientProperties, overrideProblems } from '../config/client-properties.ts'
import { parseSinkConnectorConfig, type SinkConnectorConfig, sinkConsumerGroup } from '../config/connector-config.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { KafkaAdmin } from '../kafka/admin.ts'
import { type ClientProperties, toProtocolClient, toRdkafka } from '../kafka/client-config.ts'
import { KafkaConsumer, rdkafkaErrors } from '../kafka/consumer.ts'
import { removeStaticMembers } from '../kafka/coordinator.ts'
import { KafkaProducer } from '../kafka/producer.ts'
import type { PluginRegistry } from '../plugins/registry.ts'
import type { TaskState } from '../storage/status.ts'
import type { TaskMetrics } from '../telemetry/figures.ts'
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
import { TaskMeter } from './task-meter.ts'
import { RegexSubscription } from './topic-subscription.ts'

export interface SinkTaskRunnerParts {
  readonly start: StartTask
  readonly plugin: SinkPlugin
  readonly registry: PluginRegistry
  readonly worker: WorkerConfig
  readonly logger: Logger
  readonly clock: Clock
  readonly onStatus: (state: TaskState, trace: string | null, fenced: boolean) => void
  readonly onTopic: (topic: string) => void
}

const connectTimeoutMs = 30_000
const defaultMaxPollRecords = 5000
const defaultMetadataMaxAgeMs = 300_000

/** What is to be closed when the task ends, last opened first. */
type Closer = () => Promise<void> | void

export class SinkTaskRunner {
  readonly #parts: SinkTaskRunnerParts
  readonly #stop = new AbortController()
  readonly #cancel = new AbortController()
  readonly #meter = new TaskMeter()
  readonly #positions = new SinkPositions()
  readonly #seenTopics = new Set<string>()
  #consumer: KafkaConsumer | null = null
  #paused: boolean
  #done: Promise<void> = Promise.resolve()

  constructor(parts: SinkTaskRunnerParts) {
    this.#parts = parts
    this.#paused = parts.start.paused
  }

  get id(): TaskId {
    return this.#parts.start.id
  }

  start(): void {
    this.#done = this.#run()
  }

  /** Stops in order: everything written out and committed. Resolves also when that failed. */
  async stop(options: { leaveGroup: boolean }): Promise<void> {
    this.#stop.abort()
    this.#consumer?.wakeup()
    await this.#done
    if (options.leaveGroup) await this.#leaveGroup()
  }

  /** Stops waiting for anything: no more retries, commits or statuses. */
  cancel(): void {
    this.#stop.abort()
    this.#cancel.abort(
      new ConnectError('task.cancelled', `task ${taskName(this.id)} was cancelled, it did not stop in time`),
    )
    this.#consumer?.wakeup()
  }

  pause(paused: boolean): void {
    if (this.#paused === paused) return
    this.#paused = paused
    if (this.#meter.state === 'RUNNING' || this.#meter.state === 'PAUSED')
      this.#report(paused ? 'PAUSED' : 'RUNNING', null)
    this.#consumer?.wakeup()
  }

  metrics(): TaskMetrics {
    const lags = (this.#consumer === null ? [] : this.#positions.nextOffsets()).flatMap(
      ({ topic, partition, next }) => {
        const end = this.#consumer?.highWatermark({ topic, partition }) ?? -1
        return end < 0 || next < 0 ? [] : [{ topic, partition, lag: Math.max(0, end - next) }]
      },
    )
    this.#meter.set('sink-record-active-count', this.#positions.activeCount())
    return this.#meter.snapshot(this.id, this.#parts.plugin.aliases[0] ?? this.#parts.plugin.name, lags)
  }

  async #run(): Promise<void> {
    const closers: Closer[] = []
    try {
      await this.#prepareAndRun(closers)
      await closeAll(closers, this.#parts.logger)
      this.#report('UNASSIGNED', null)
    } catch (error) {
      await closeAll(closers, this.#parts.logger)
      this.#fail(error)
    }
  }

  async #prepareAndRun(closers: Closer[]): Promise<void> {
    const { start, plugin, registry, worker, logger, clock, onTopic } = this.#parts
    const config = parseSinkConnectorConfig(start.connectorConfig, worker)
    const problems = clientKindsOfSink(config.raw).flatMap((kind) => overrideProblems(kind, config.raw, worker))
    if (problems.length > 0) throw new ConfigError(problems)
    if (config['tasks.max.enforce'] && start.id.task >= config['tasks.max']) {
      throw new ConfigError([
        {
          key: 'tasks.max',
          message: `task ${taskName(start.id)} is one too many: tasks.max is ${config['tasks.max']}`,
        },
      ])
    }
    const converters = buildConverters(registry, config.raw, worker)
    const chain = buildChain(registry, config)
    closers.push(() => chain.close())
    const rebalances = new RebalanceQueue()
    const consumerProperties = this.#consumerProperties(config)
    const consumer = new KafkaConsumer(this.#rdkafka(consumerProperties), rebalances)
    consumer.onWarning = (error) =>
      logger.warn('the consumer reports a problem it goes on from', { reason: error.message })
    this.#consumer = consumer
    rebalances.onStep(() => consumer.wakeup())
    closers.push(() => consumer.close())
    const deadLetters = await this.#openDeadLetters(config, closers)
    const meter = this.#meter
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
      signal: this.#cancel.signal,
      policy,
      positions: this.#positions,
      meter,
    })
    const task = plugin.createTask(plugin.config.parse(start.taskConfig) as never, context)
    await consumer.connect(connectTimeoutMs)
    await this.#subscribe(config, consumer, closers)
    await runSinkTask(
      {
        consumer,
        rebalances,
        pipeline: new RecordPipeline({
          converters,
          chain,
          policy,
          decodeFirst: plugin.lazyValues !== true,
          signal: this.#cancel.signal,
        }),
        task,
        context,
        positions: this.#positions,
        commits: new SinkCommits({
          task,
          commit: (offsets) => (this.#cancel.signal.aborted ? Promise.resolve() : consumer.commit(offsets)),
          positions: this.#positions,
          deadLetters,
          meter,
          logger,
          clock,
          intervalMs: worker['offset.flush.interval.ms'],
          timeoutMs: worker['offset.flush.timeout.ms'],
        }),
        meter,
        logger,
        clock,
        maxPollRecords: Number(consumerProperties['max.poll.records'] ?? defaultMaxPollRecords),
        isPaused: () => this.#paused,
        onRunning: () => this.#report(this.#paused ? 'PAUSED' : 'RUNNING', null),
        onTopic: (topic) => {
          if (this.#seenTopics.has(topic)) return
          this.#seenTopics.add(topic)
          onTopic(topic)
        },
      },
      this.#stop.signal,
    )
  }

  #consumerProperties(config: SinkConnectorConfig): ClientProperties {
    const { connector, task } = this.id
    return connectorClientProperties('consumer', {
      base: {
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
        'queued.max.messages.kbytes': '8192',
        'queued.min.messages': '20000',
        'topic.metadata.refresh.interval.ms': '10000',
      },
      worker: this.#parts.worker.raw,
      connector: config.raw,
    })
  }

  #rdkafka(properties: ClientProperties): Record<string, string | number | boolean> {
    const { config, warnings } = toRdkafka(properties)
    for (const warning of warnings) this.#parts.logger.warn(warning)
    return { ...config, 'enable.auto.commit': false, 'enable.auto.offset.store': false }
  }

  async #subscribe(config: SinkConnectorConfig, consumer: KafkaConsumer, closers: Closer[]): Promise<void> {
    const regex = config['topics.regex']
    if (regex === '') {
      consumer.subscribe(config.topics)
      return
    }
    const admin = this.#openAdmin(config, closers)
    const subscription = new RegexSubscription({
      regex,
      excluded: config['errors.deadletterqueue.topic.name'],
      admin,
      consumer,
    })
    await subscription.refresh()
    const everyMs = Number(config.raw['consumer.override.metadata.max.age.ms'] ?? defaultMetadataMaxAgeMs)
    const timer = setInterval(() => {
      subscription
        .refresh()
        .catch((error: unknown) => this.#parts.logger.warn('looking for new topics failed', { error }))
    }, everyMs)
    closers.push(() => clearInterval(timer))
  }

  async #openDeadLetters(config: SinkConnectorConfig, closers: Closer[]): Promise<DeadLetterQueue | null> {
    const topic = config['errors.deadletterqueue.topic.name']
    if (topic === '') return null
    const { connector, task } = this.id
    const producer = new KafkaProducer(
      toRdkafka(
        connectorClientProperties('producer', {
          base: {
            'client.id': `connector-dlq-producer-${connector}-${task}`,
            acks: 'all',
            // Well below max.poll.interval.ms: a queue that can't be reached fails the task, it does not hang it.
            'delivery.timeout.ms': '60000',
            // The topic's own limit decides, not the client's.
            'max.request.size': '1000000000',
          },
          worker: this.#parts.worker.raw,
          connector: config.raw,
        }),
      ).config,
    )
    closers.push(() => producer.close(this.#parts.worker['offset.flush.timeout.ms']))
    await producer.connect(connectTimeoutMs)
    const queue = new DeadLetterQueue({
      topic,
      replicationFactor: config['errors.deadletterqueue.topic.replication.factor'],
      contextHeaders: config['errors.deadletterqueue.context.headers.enable'],
      task: this.id,
      producer,
      admin: this.#openAdmin(config, closers),
      meter: this.#meter,
      logger: this.#parts.logger,
    })
    await queue.start(config.topics)
    return queue
  }

  #openAdmin(config: SinkConnectorConfig, closers: Closer[]): KafkaAdmin {
    const { connector, task } = this.id
    const admin = new KafkaAdmin(
      toProtocolClient(
        connectorClientProperties('admin', {
          base: { 'client.id': `connector-adminclient-${connector}-${task}` },
          worker: this.#parts.worker.raw,
          connector: config.raw,
        }),
      ),
    )
    closers.push(() => admin.close())
    return admin
  }

  async #leaveGroup(): Promise<void> {
    const { start, worker, logger } = this.#parts
    const properties = connectorClientProperties('consumer', { worker: worker.raw, connector: start.connectorConfig })
    try {
      await removeStaticMembers(
        toProtocolClient(properties),
        sinkConsumerGroup(start.connectorConfig),
        [properties['group.instance.id'] ?? instanceId(this.id)],
        'the task is no longer wanted',
      )
    } catch (error) {
      logger.warn('the consumer group was not told that this task ends; it will notice by the session timeout', {
        error,
      })
    }
  }

  #fail(error: unknown): void {
    const fenced = (error as { code?: unknown }).code === rdkafkaErrors.fencedInstanceId || isFencedText(error)
    const failure = fenced
      ? new ConnectError(
          'task.fenced',
          `task ${taskName(this.id)} runs on another worker by now, this copy was fenced`,
          { cause: error },
        )
      : error
    this.#parts.logger.error(`task ${taskName(this.id)} failed`, { error: failure })
    this.#report('FAILED', traceOf(failure), fenced)
  }

  #report(state: TaskState, trace: string | null, fenced = false): void {
    this.#meter.state = state
    // Another copy may have been started by now: what becomes of this one is no longer the task's state.
    if (this.#cancel.signal.aborted) return
    this.#parts.onStatus(state, trace, fenced)
  }
}

function instanceId({ connector, task }: TaskId): string {
  return `${connector}-${task}`
}

function isFencedText(error: unknown): boolean {
  return error instanceof Error && /fenced/i.test(error.message) && /instance/i.test(error.message)
}

function errorPolicyConfig(config: SinkConnectorConfig): ConstructorParameters<typeof ErrorPolicy>[0]['config'] {
  return {
    tolerance: config['errors.tolerance'],
    retryTimeoutMs: config['errors.retry.timeout'],
    retryDelayMaxMs: config['errors.retry.delay.max.ms'],
    logEnabled: config['errors.log.enable'],
    logRecords: config['errors.log.include.messages'],
  }
}

async function closeAll(closers: Closer[], logger: Logger): Promise<void> {
  for (const close of closers.splice(0).reverse()) {
    try {
      await close()
    } catch (error) {
      logger.warn('closing a client failed', { error })
    }
  }
}
