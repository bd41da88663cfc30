/**
 * The side that runs plugin code: connectors, tasks, validation. Usually in a forked process of its own
 * (`executor-main.ts`), with `executor.processes=0` inside the worker. Does what it is told over its channel and keeps
 * no policy: restarts and placement are the worker's business.
 */
import type { Clock, KeyDefinitions, Logger, RawConfig } from '@penstock/core'
import type { ConfigResolver } from '../config/config-resolver.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { PluginRegistry } from '../plugins/registry.ts'
import { validateConnector } from '../plugins/validate-connector.ts'
import type { Tracing } from '../telemetry/open-tracing.ts'
import type { Redactor } from '../telemetry/redactor.ts'
import { within } from '../time/within.ts'
import { AskedOffsetStore } from './asked-offset-store.ts'
import { ConnectorInstances } from './connector-instances.ts'
import { ConnectorPositions } from './connector-positions.ts'
import { InspectionInstances } from './inspection/inspections.ts'
import type { Command, ExecutorChannel, RequestKind, Requests } from './ipc.ts'
import { ResolvedWork } from './resolved-work.ts'
import { RunningConfigs } from './running-configs.ts'
import { TaskInstances } from './task-instances.ts'
import { packError } from './wire-error.ts'
import { WorkerLine } from './worker-line.ts'
import { offsetTopicOf, type SharedOffsets, WorkerOffsets } from './worker-offsets.ts'

export interface ExecutorParts {
  readonly channel: ExecutorChannel
  readonly registry: PluginRegistry
  readonly worker: WorkerConfig
  /** For the variables in connector configurations. */
  readonly resolver: ConfigResolver
  /** Is told every secret that comes along. */
  readonly redactor: Redactor
  /** Null where nothing is traced. */
  readonly tracing: Tracing | null
  readonly logger: (name: string, context?: Record<string, unknown>) => Logger
  readonly clock: Clock
}

const metricsEveryMs = 1_000
const validationTimeoutMs = 90_000

export class Executor {
  readonly #parts: ExecutorParts
  readonly #connectors: ConnectorInstances
  readonly #tasks: TaskInstances
  readonly #line: WorkerLine
  readonly #offsets: SharedOffsets
  readonly #positions: ConnectorPositions
  readonly #inspections: InspectionInstances
  readonly #configs: RunningConfigs
  readonly #work: ResolvedWork
  readonly #metricsTimer: NodeJS.Timeout

  constructor(parts: ExecutorParts) {
    this.#parts = parts
    this.#line = new WorkerLine(parts.channel)
    this.#offsets = this.#openOffsets()
    const workerStore = () => this.#offsets.store()
    this.#connectors = new ConnectorInstances({ ...parts, workerStore })
    this.#tasks = new TaskInstances({ ...parts, workerStore })
    this.#positions = new ConnectorPositions({ ...parts, workerStore })
    this.#inspections = new InspectionInstances(parts)
    const { channel, resolver, redactor } = parts
    this.#configs = new RunningConfigs({
      resolver,
      logger: parts.logger('executor'),
      onChange: (connector) => channel.send({ kind: 'config-expired', connector }),
    })
    this.#work = new ResolvedWork({
      connectors: this.#connectors,
      tasks: this.#tasks,
      configs: this.#configs,
      resolver,
      redactor,
      declaredKeys: (config) => this.#declaredKeys(config),
      channel,
    })
    this.#metricsTimer = setInterval(() => this.#sendMetrics(), metricsEveryMs).unref()
  }

  /** Handles one command; replies to requests whatever happens. */
  async handle(command: Extract<Command, { kind: 'request' }>): Promise<void> {
    const { channel } = this.#parts
    try {
      const result = await this.#carryOut(command.request, command.params as never)
      channel.send({ kind: 'reply', id: command.id, result, error: null })
    } catch (error) {
      channel.send({ kind: 'reply', id: command.id, result: null, error: packError(error) })
    }
  }

  /** Takes the worker's answer to a question of this executor. */
  receive(reply: Extract<Command, { kind: 'worker-reply' }>): void {
    this.#line.receive(reply)
  }

  /** Stops all tasks and connectors; tasks that take longer than the timeout are cancelled. */
  async stop(timeoutMs: number): Promise<void> {
    clearInterval(this.#metricsTimer)
    this.#configs.close()
    const inspections = this.#inspections.stopAll()
    await this.#tasks.stopAll(timeoutMs, { leaveGroup: false })
    await within(timeoutMs, inspections, () => {})
    await Promise.all(this.#connectors.names().map((name) => this.#connectors.stop(name)))
    await this.#offsets.close()
    await this.#parts.resolver.close()
  }

  /** Stops all tasks, in order where the time suffices, and leaves everything else as it is: the process ends right after. */
  async stopTasks(timeoutMs: number): Promise<void> {
    await this.#tasks.stopAll(timeoutMs, { leaveGroup: false, thenExit: true })
  }

  async #carryOut<K extends RequestKind>(request: K, params: Requests[K]['params']): Promise<Requests[K]['result']> {
    const handlers: { [R in RequestKind]: (params: Requests[R]['params']) => Promise<Requests[R]['result']> } = {
      validate: ({ config }) => this.#work.validate(config, (values) => this.#validate(values)),
      'start-connector': (start) => this.#work.startConnector(start),
      'stop-connector': ({ connector }) => this.#work.stopConnector(connector),
      'task-configs': ({ connector, ...limits }) => this.#work.taskConfigs(connector, limits),
      'start-task': (start) => this.#work.startTask(start),
      'proceed-task': async ({ id }) => this.#tasks.proceed(id),
      'stop-task': ({ id, leaveGroup }) => this.#work.stopTask(id, { leaveGroup }),
      'fence-tasks': async ({ connector, config, count }) =>
        this.#positions.fence(connector, await this.#work.values(config), count),
      'read-sink-offsets': async ({ connector, config }) =>
        this.#positions.ofSink(connector, await this.#work.values(config)),
      'read-source-offsets': async ({ connector, config }) =>
        this.#positions.ofSource(connector, await this.#work.values(config)),
      'alter-sink-offsets': async ({ connector, config, changes }) =>
        this.#positions.alterSink(connector, await this.#work.values(config), changes),
      'alter-source-offsets': async ({ connector, config, changes }) =>
        this.#positions.alterSource(connector, await this.#work.values(config), changes),
      'pause-task': async ({ id, paused }) => this.#tasks.pause(id, paused),
      preview: async ({ request, ...inspected }) =>
        this.#inspections.preview(await this.#work.inspected(inspected), request),
      'list-dead-letters': async ({ query, ...inspected }) =>
        this.#inspections.deadLetters(await this.#work.inspected(inspected), query),
      inspect: ({ id, job, ...inspected }) => this.#inspections.run(id, () => this.#work.inspected(inspected), job),
      'inspection-snapshot': async ({ id }) => this.#inspections.snapshot(id),
      'cancel-inspection': async ({ id }) => this.#inspections.cancel(id),
    }
    return handlers[request](params)
  }

  #openOffsets(): SharedOffsets {
    const { worker, logger } = this.#parts
    if (worker.mode === 'distributed') {
      const ofOffsets = logger('offsets')
      return new WorkerOffsets(offsetTopicOf(worker, ofOffsets), ofOffsets)
    }
    // One process alone writes the file: the worker's.
    const store = new AskedOffsetStore(this.#line.ask)
    return { store: async () => store, close: async () => {} }
  }

  #declaredKeys(config: RawConfig): KeyDefinitions {
    try {
      return this.#parts.registry.findConnector(config).plugin.config.keys
    } catch {
      return {} // whoever needs the plugin says that it isn't there
    }
  }

  async #validate(config: RawConfig): Promise<Requests['validate']['result']> {
    const { registry, worker } = this.#parts
    const logger = this.#parts.logger('validation', { connector: config.name ?? undefined })
    return validateConnector(config, {
      registry,
      workerConfig: worker,
      logger,
      signal: AbortSignal.timeout(validationTimeoutMs),
    })
  }

  #sendMetrics(): void {
    const tasks = this.#tasks.metrics()
    if (tasks.length > 0) this.#parts.channel.send({ kind: 'metrics', tasks })
  }
}
