/** The connectors of an executor: they plan tasks, no records pass through them. */
import {
  ConflictError,
  ConnectError,
  type Connector,
  type Logger,
  NotFoundError,
  type RawConfig,
  type SinkPlugin,
  type SourceOffsetReader,
  type SourcePlugin,
  traceOf,
} from '@penstock/core'
import { hideSecrets } from '../config/secrets.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { classNameOf } from '../plugins/plugin-names.ts'
import type { PluginRegistry } from '../plugins/registry.ts'
import type { OffsetStore } from '../storage/offset-store.ts'
import { within } from '../time/within.ts'
import { openConnectorOffsets } from './connector-offsets.ts'
import type { ExecutorChannel, StartConnector } from './ipc.ts'
import { TaskClients } from './task-clients.ts'
import { unlessAborted } from './unless-aborted.ts'

export interface ConnectorInstancesParts {
  readonly channel: ExecutorChannel
  readonly registry: PluginRegistry
  readonly worker: WorkerConfig
  readonly workerStore: () => Promise<OffsetStore>
  readonly logger: (name: string, context?: Record<string, unknown>) => Logger
}

interface Instance {
  readonly plugin: SinkPlugin | SourcePlugin
  readonly connector: Connector
  readonly clients: TaskClients
  readonly logger: Logger
  readonly started: Promise<void>
  /** Aborts when it is stopped: whoever waits for its start or its plans is told. */
  readonly stopped: AbortController
}

export class ConnectorInstances {
  readonly #parts: ConnectorInstancesParts
  readonly #instances = new Map<string, Instance>()

  constructor(parts: ConnectorInstancesParts) {
    this.#parts = parts
  }

  names(): string[] {
    return [...this.#instances.keys()]
  }

  /** Resolves with the plugin's version once the connector has started; rejects when it is stopped before. */
  async start({ connector: name, config }: StartConnector): Promise<string> {
    if (this.#instances.has(name)) throw new ConflictError('executor.connector_runs', `connector ${name} runs already`)
    const { channel, registry, worker } = this.#parts
    const logger = this.#parts.logger('connector', { connector: name })
    const { plugin, version } = registry.findConnector(config)
    const clients = new TaskClients({ id: { connector: name, task: 0 }, connector: config, worker, logger })
    const connector =
      plugin.createConnector?.(config, {
        connector: name,
        logger,
        offsets: plugin.kind === 'source' ? this.#offsets(name, config, clients, logger) : null,
        requestTaskReconfiguration: () => channel.send({ kind: 'reconfigure', connector: name }),
        raiseError: (error) => channel.send({ kind: 'connector-failed', connector: name, trace: traceOf(error) }),
      }) ?? withoutCode(plugin, config)
    logger.info('starting connector', { config: hideSecrets(config, plugin.config.keys) })
    const started = (async () => connector.start?.())()
    const instance: Instance = { plugin, connector, clients, logger, started, stopped: new AbortController() }
    this.#instances.set(name, instance)
    try {
      await unlessAborted(started, instance.stopped.signal)
    } catch (error) {
      if (this.#instances.get(name) === instance) {
        this.#instances.delete(name)
        await clients.close()
      }
      throw error
    }
    return version
  }

  async stop(name: string): Promise<void> {
    const instance = this.#instances.get(name)
    if (instance === undefined) return
    this.#instances.delete(name)
    instance.stopped.abort(new ConflictError('executor.stopped', `connector ${name} was stopped`))
    try {
      // A connector that never ends its start or stop must not keep the worker from everything else it has to do.
      const ms = this.#parts.worker['task.shutdown.graceful.timeout.ms']
      await within(ms, end(instance), () => {
        throw new ConnectError('executor.timeout', `it took longer than ${ms} ms`)
      })
    } catch (error) {
      // Kafka Connect too ignores what goes wrong while a connector stops.
      instance.logger.warn(`connector ${name} failed while stopping`, { connector: name, error })
    }
    await instance.clients.close()
  }

  async taskConfigs(name: string, maxTasks: number, enforceMax: boolean): Promise<RawConfig[]> {
    const instance = this.#instances.get(name)
    if (!instance) throw new NotFoundError('executor.no_connector', `connector ${name} does not run here`)
    const { plugin, connector, logger, started, stopped } = instance
    // It may ask to be planned while it still starts.
    const planned = started.then(() => connector.taskConfigs(maxTasks))
    const configs = await unlessAborted(planned, stopped.signal)
    if (configs.length > maxTasks) {
      const message = `The connector ${name} has generated ${configs.length} tasks, which is greater than ${maxTasks}, the maximum number of tasks it is configured to create (tasks.max).`
      if (enforceMax) throw new ConnectError('connector.too_many_tasks', message)
      logger.warn(`${message} They run because tasks.max.enforce is false.`)
    }
    return configs.map((config) => ({ ...config, 'task.class': taskClassOf(plugin) }))
  }

  /** Opens the store when the connector first asks. */
  #offsets(connector: string, raw: RawConfig, clients: TaskClients, logger: Logger): SourceOffsetReader {
    const { worker, workerStore } = this.#parts
    let opening: Promise<OffsetStore> | null = null
    const store = (): Promise<OffsetStore> => {
      opening ??= openConnectorOffsets({ connector, raw, worker, clients, producer: null, workerStore, logger }).then(
        (offsets) => offsets.store,
      )
      opening.catch(() => {
        opening = null
      })
      return opening
    }
    return {
      offset: async (partition) => (await (await store()).read(connector, [partition]))[0] ?? null,
      offsets: async (partitions) => (await store()).read(connector, partitions),
    }
  }
}

/** Its calls don't overlap: one that still starts is stopped afterwards, one that did not start needs no stop. */
async function end({ started, connector }: Instance): Promise<void> {
  const isUp = await started.then(
    () => true,
    () => false,
  )
  if (isUp) await connector.stop?.()
}

/** The class that a JVM worker would run: `…Connector` makes `…Task`. */
function taskClassOf(plugin: SinkPlugin | SourcePlugin): string {
  return `${classNameOf(plugin).replace(/Connector$/, '')}Task`
}

/** Task configs are records of the config topic, one each. */
const mostCopies = 10_000

/** What becomes of a plugin that has no connector of its own. */
function withoutCode(plugin: SinkPlugin | SourcePlugin, config: RawConfig): Connector {
  return {
    taskConfigs(maxTasks) {
      // The partitions of a sink's topics can be shared out; of a source nobody but itself knows.
      const count = plugin.kind === 'sink' ? maxTasks : 1
      if (count > mostCopies) {
        throw new ConnectError(
          'connector.too_many_tasks',
          `Invalid value ${maxTasks} for configuration tasks.max: each task would get a consumer of its own, and more than ${mostCopies} are no use to anyone; set it to the number of partitions at most`,
        )
      }
      return Array.from({ length: count }, () => config)
    },
  }
}
