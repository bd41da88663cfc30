/**
 * A sink connector's converters, transformations and plugin beside those of its tasks: for reading its records without
 * moving any position. Failures of records are noted as results, never the end of anything.
 */
import {
  type Clock,
  ConfigError,
  ConnectError,
  type Logger,
  type RawConfig,
  type SinkInspector,
  type SinkPlugin,
} from '@penstock/core'
import { clientKindsOfSink, overrideProblems } from '../../config/client-properties.ts'
import { parseSinkConnectorConfig, type SinkConnectorConfig } from '../../config/connector-config.ts'
import type { WorkerConfig } from '../../config/worker-config.ts'
import type { KafkaAdmin } from '../../kafka/admin.ts'
import { KafkaConsumer } from '../../kafka/consumer.ts'
import type { PluginRegistry } from '../../plugins/registry.ts'
import type { Redactor } from '../../telemetry/redactor.ts'
import { buildChain, buildConverters } from '../build-pipeline.ts'
import { ErrorPolicy } from '../error-policy.ts'
import type { Converters } from '../record-decoder.ts'
import { RecordPipeline } from '../record-pipeline.ts'
import { connectTimeoutMs, TaskClients } from '../task-clients.ts'
import { TaskMeter } from '../task-meter.ts'
import { closeConverters, errorPolicyConfig, transformationContext } from '../task-parts.ts'
import type { TransformationChain } from '../transformation-chain.ts'
import type { OffsetRange } from './job.ts'
import { RangeReader } from './range-reader.ts'
import { Refusals } from './refusals.ts'

export interface InspectionParts {
  readonly registry: PluginRegistry
  readonly worker: WorkerConfig
  readonly redactor: Redactor
  readonly logger: (name: string, context?: Record<string, unknown>) => Logger
  readonly clock: Clock
}

/** Which connector, as its tasks get to know it: secrets in the place of variables. */
export interface InspectedConfig {
  readonly connector: string
  readonly config: RawConfig
  /** The configuration of one of its tasks. */
  readonly taskConfig: RawConfig
}

export class InspectedConnector {
  readonly name: string
  readonly config: SinkConnectorConfig
  readonly taskConfig: RawConfig
  readonly plugin: SinkPlugin
  readonly converters: Converters
  readonly chain: TransformationChain
  /** What converters, transformations and the sink have refused. */
  readonly refusals = new Refusals()
  readonly policy: ErrorPolicy
  readonly logger: Logger
  readonly clock: Clock
  readonly #clients: TaskClients

  /** Opens nothing that is not closed by {@link close}. Throws ConfigError, also when it is no sink. */
  constructor({ connector, config, taskConfig }: InspectedConfig, parts: InspectionParts) {
    const { registry, worker, clock } = parts
    const { plugin } = registry.findConnector(config)
    if (plugin.kind !== 'sink') throw notASink(connector)
    this.name = connector
    this.plugin = plugin
    this.taskConfig = taskConfig
    this.clock = clock
    this.logger = parts.logger('inspection', { connector })
    this.config = parseSinkConnectorConfig(config, worker)
    const problems = clientKindsOfSink(config).flatMap((kind) => overrideProblems(kind, config, worker))
    if (problems.length > 0) throw new ConfigError(problems)
    const id = { connector, task: 0 }
    this.#clients = new TaskClients({ id, connector: config, worker, logger: this.logger })
    this.converters = buildConverters(registry, config, worker)
    const context = { start: { id }, worker, logger: this.logger, clock }
    this.chain = buildChain(registry, this.config, transformationContext(context, this.#clients))
    this.#clients.onClose(() => this.chain.close())
    this.#clients.onClose(() => closeConverters(this.converters))
    this.policy = new ErrorPolicy({
      // Retried as the tasks do it; what fails in the end is noted.
      config: { ...errorPolicyConfig(this.config), tolerance: 'all', logEnabled: false },
      task: id,
      deadLetters: this.refusals,
      meter: new TaskMeter(),
      logger: this.logger,
      clock,
    })
  }

  /** Takes records through converters and transformations; what fails is among {@link refusals} afterwards. */
  pipeline(signal: AbortSignal): RecordPipeline {
    const { converters, chain, policy, plugin } = this
    return new RecordPipeline({ converters, chain, policy, decodeFirst: plugin.lazyValues !== true, signal })
  }

  /** Null for sinks that have none; the caller closes it. */
  inspector(signal: AbortSignal): SinkInspector | null {
    const { plugin, taskConfig, name: connector, logger } = this
    return plugin.createInspector?.(plugin.config.parse(taskConfig) as never, { connector, logger, signal }) ?? null
  }

  admin(): KafkaAdmin {
    return this.#clients.admin()
  }

  /** Reads ranges with a consumer that is in no group, commits nothing and sees committed records only. */
  async reader(ranges: readonly OffsetRange[]): Promise<RangeReader> {
    return new RangeReader(await this.consumer(), ranges, this.clock)
  }

  /** For one reader at a time. */
  async consumer(): Promise<KafkaConsumer> {
    const { name } = this
    const { 'group.instance.id': _, ...properties } = this.#clients.properties('consumer', {
      'client.id': `connector-inspection-${name}`,
      'queued.max.messages.kbytes': '8192',
      'queued.min.messages': '10000',
      'fetch.queue.backoff.ms': '20',
    })
    const consumer = new KafkaConsumer({
      ...this.#clients.rdkafka({
        ...properties,
        'group.id': `connect-${name}-inspection`,
        'isolation.level': 'read_committed',
        'auto.offset.reset': 'earliest',
        'allow.auto.create.topics': 'false',
      }),
      'enable.auto.commit': false,
      'enable.auto.offset.store': false,
      'enable.partition.eof': true,
    })
    consumer.onWarning = (error) =>
      this.logger.warn('the consumer reports a problem it goes on from', { reason: error.message })
    this.#clients.onClose(() => consumer.close())
    await consumer.connect(connectTimeoutMs)
    return consumer
  }

  async close(): Promise<void> {
    await this.#clients.close()
  }
}

function notASink(connector: string): ConnectError {
  return new ConnectError(
    'config.not_a_sink',
    `connector ${connector} is a source: only records on their way to a sink can be looked at`,
  )
}
