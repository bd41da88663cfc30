/**
 * The side that runs plugin code: connectors, tasks, validation. Usually in a forked process of its own
 * (`executor-main.ts`), with `executor.processes=0` inside the worker. Does what it is told over its channel and keeps
 * no policy: restarts and placement are the worker's business.
 */
import {
  type Clock,
  ConflictError,
  ConnectError,
  type Connector,
  type Logger,
  NotFoundError,
  type RawConfig,
  type SinkPlugin,
  type TaskId,
  taskName,
  traceOf,
} from '@penstock/core'
import { hideSecrets } from '../config/secrets.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { LoadedPlugin, PluginRegistry } from '../plugins/registry.ts'
import { validateConnector } from '../plugins/validate-connector.ts'
import type { Command, ExecutorChannel, RequestKind, Requests, StartConnector, StartTask } from './ipc.ts'
import { SinkTaskRunner } from './sink-task-runner.ts'
import { packError } from './wire-error.ts'

export interface ExecutorParts {
  readonly channel: ExecutorChannel
  readonly registry: PluginRegistry
  readonly worker: WorkerConfig
  readonly logger: (name: string, context?: Record<string, unknown>) => Logger
  readonly clock: Clock
}

const metricsEveryMs = 1_000
const validationTimeoutMs = 90_000

interface RunningConnector {
  readonly plugin: SinkPlugin
  readonly connector: Connector
}

export class Executor {
  readonly #parts: ExecutorParts
  readonly #connectors = new Map<string, RunningConnector>()
  readonly #tasks = new Map<string, SinkTaskRunner>()
  readonly #logger: Logger
  readonly #metricsTimer: NodeJS.Timeout

  constructor(parts: ExecutorParts) {
    this.#parts = parts
    this.#logger = parts.logger('executor')
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

  /** Stops all tasks and connectors; tasks that take longer than the timeout are cancelled. */
  async stop(timeoutMs: number): Promise<void> {
    clearInterval(this.#metricsTimer)
    await Promise.all([...this.#tasks.values()].map((task) => stopTask(task, timeoutMs, { leaveGroup: false })))
    await Promise.all([...this.#connectors.keys()].map((name) => this.#stopConnector(name)))
  }

  async #carryOut<K extends RequestKind>(request: K, params: Requests[K]['params']): Promise<Requests[K]['result']> {
    const handlers: { [R in RequestKind]: (params: Requests[R]['params']) => Promise<Requests[R]['result']> } = {
      validate: ({ config }) => this.#validate(config),
      'start-connector': (start) => this.#startConnector(start),
      'stop-connector': ({ connector }) => this.#stopConnector(connector),
      'task-configs': ({ connector, maxTasks }) => this.#taskConfigs(connector, maxTasks),
      'start-task': (start) => this.#startTask(start),
      'stop-task': ({ id, leaveGroup }) => this.#stopTask(id, leaveGroup),
      'pause-task': ({ id, paused }) => this.#pauseTask(id, paused),
    }
    return handlers[request](params)
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

  async #startConnector({ connector: name, config }: StartConnector): Promise<{ version: string; taskConfigs: null }> {
    if (this.#connectors.has(name)) throw new ConflictError('executor.connector_runs', `connector ${name} runs already`)
    const { channel } = this.#parts
    const logger = this.#parts.logger('connector', { connector: name })
    const { plugin, version } = this.#sinkPlugin(config)
    const connector =
      plugin.createConnector?.(config, {
        connector: name,
        logger,
        requestTaskReconfiguration: () => channel.send({ kind: 'reconfigure', connector: name }),
      }) ?? copiesOf(config)
    logger.info('starting connector', { config: hideSecrets(config, plugin.config.keys) })
    await connector.start?.()
    this.#connectors.set(name, { plugin, connector })
    return { version, taskConfigs: null }
  }

  async #stopConnector(name: string): Promise<null> {
    const running = this.#connectors.get(name)
    this.#connectors.delete(name)
    try {
      // A connector that never ends its stop must not keep the worker from everything else it has to do.
      await within(this.#parts.worker['task.shutdown.graceful.timeout.ms'], running?.connector.stop?.())
    } catch (error) {
      // Kafka Connect too ignores what goes wrong while a connector stops.
      this.#logger.warn(`connector ${name} failed while stopping`, { connector: name, error })
    }
    return null
  }

  async #taskConfigs(name: string, maxTasks: number): Promise<RawConfig[]> {
    const running = this.#connectors.get(name)
    if (!running) throw new NotFoundError('executor.no_connector', `connector ${name} does not run here`)
    const configs = await running.connector.taskConfigs(maxTasks)
    if (configs.length > maxTasks) {
      throw new ConnectError(
        'connector.too_many_tasks',
        `The connector ${name} has generated ${configs.length} tasks, which is greater than ${maxTasks}, the maximum number of tasks it is configured to create (tasks.max).`,
      )
    }
    return configs.map((config) => ({
      ...config,
      'task.class': `${running.plugin.aliases[0] ?? running.plugin.name}Task`,
    }))
  }

  async #startTask(start: StartTask): Promise<null> {
    const { registry, worker, clock, channel } = this.#parts
    const { id } = start
    const key = taskName(id)
    if (this.#tasks.has(key)) throw new ConflictError('executor.task_runs', `task ${key} runs already`)
    const logger = this.#parts.logger('task', { connector: id.connector, task: id.task })
    let version: string | null = null
    try {
      const { plugin, version: found } = this.#sinkPlugin(start.connectorConfig)
      version = found
      const runner = new SinkTaskRunner({
        start,
        plugin,
        registry,
        worker,
        logger,
        clock,
        onStatus: (state, trace, fenced) =>
          channel.send({
            kind: 'task-status',
            id,
            state,
            trace,
            version: state === 'UNASSIGNED' ? null : version,
            fenced,
          }),
        onTopic: (topic) => channel.send({ kind: 'topic-seen', id, topic }),
      })
      this.#tasks.set(key, runner)
      runner.start()
    } catch (error) {
      channel.send({ kind: 'task-status', id, state: 'FAILED', trace: traceOf(error), version, fenced: false })
    }
    return null
  }

  async #stopTask(id: TaskId, leaveGroup: boolean): Promise<null> {
    const task = this.#tasks.get(taskName(id))
    if (!task) return null
    await stopTask(task, this.#parts.worker['task.shutdown.graceful.timeout.ms'], { leaveGroup })
    this.#tasks.delete(taskName(id))
    return null
  }

  async #pauseTask(id: TaskId, paused: boolean): Promise<null> {
    this.#tasks.get(taskName(id))?.pause(paused)
    return null
  }

  #sinkPlugin(config: RawConfig): LoadedPlugin<SinkPlugin> {
    return this.#parts.registry.find(
      'sink',
      config['connector.class'] ?? '',
      config['connector.plugin.version'] ?? null,
    )
  }

  #sendMetrics(): void {
    if (this.#tasks.size > 0) {
      this.#parts.channel.send({ kind: 'metrics', tasks: [...this.#tasks.values()].map((task) => task.metrics()) })
    }
  }
}

/** A connector without code of its own gives every task its whole configuration. */
function copiesOf(config: RawConfig): Connector {
  return { taskConfigs: (maxTasks) => Array.from({ length: maxTasks }, () => config) }
}

/** Rejects when it takes longer. */
async function within(ms: number, work: void | Promise<void> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ConnectError('executor.timeout', `it took longer than ${ms} ms`)), ms)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

async function stopTask(task: SinkTaskRunner, timeoutMs: number, options: { leaveGroup: boolean }): Promise<void> {
  const stopped = task.stop(options)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs)
  })
  if ((await Promise.race([stopped, late])) === 'late') task.cancel()
  clearTimeout(timer)
}
