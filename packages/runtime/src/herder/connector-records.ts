/** What is known of connectors, and how their configs are written: the part of a herder that has nothing to do with where they run. */
import { ConflictError, NotFoundError, type RawConfig, type TaskId, taskName } from '@penstock/core'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import type { TargetState } from '../storage/config-state.ts'
import type { ConfigStore } from '../storage/config-store.ts'
import type { TaskState } from '../storage/status.ts'
import type { StatusStore } from '../storage/status-store.ts'
import { connectorTypeOf } from './connector-types.ts'
import { BadRequestError } from './errors.ts'
import type { ConnectorInfo, ConnectorStatusView, ConnectorType, RestartRequest, StatusView } from './herder.ts'
import { connectorStatusView, restartPlan, taskStatusView } from './status-views.ts'

export interface ConnectorRecordsParts {
  readonly configs: ConfigStore
  readonly statuses: StatusStore
  readonly executors: Pick<ExecutorPool, 'plugins'>
}

/** Methods that write are jobs of the herder's queue, for the leader only. */
export class ConnectorRecords {
  readonly #parts: ConnectorRecordsParts

  constructor(parts: ConnectorRecordsParts) {
    this.#parts = parts
  }

  names(): readonly string[] {
    return this.#parts.configs.state.connectors()
  }

  /** Throws NotFoundError for a connector that isn't configured. */
  configOf(connector: string): RawConfig {
    this.mustKnow(connector, `Connector ${connector} not found`)
    return this.#parts.configs.state.config(connector) ?? {}
  }

  mustKnow(connector: string, message: string): void {
    if (!this.#parts.configs.state.has(connector)) throw new NotFoundError('herder.unknown_connector', message)
  }

  mustKnowTask(id: TaskId): void {
    this.mustKnow(id.connector, `Unknown connector: ${id.connector}`)
    if (this.#parts.configs.state.taskConfig(id) !== null) return
    throw new NotFoundError('herder.unknown_task', `Unknown task: ${taskName(id)}`)
  }

  async typeOf(config: RawConfig | null): Promise<ConnectorType> {
    return connectorTypeOf(await this.#parts.executors.plugins(), config)
  }

  async info(connector: string): Promise<ConnectorInfo> {
    const config = this.configOf(connector)
    const tasks = this.#parts.configs.state.tasks(connector)
    return { name: connector, config, tasks, type: await this.typeOf(config) }
  }

  async status(connector: string): Promise<ConnectorStatusView> {
    const { configs, statuses } = this.#parts
    return connectorStatusView(statuses, connector, await this.typeOf(configs.state.config(connector)))
  }

  taskConfigs(connector: string): readonly { id: TaskId; config: RawConfig }[] {
    this.configOf(connector)
    const { state } = this.#parts.configs
    return state.tasks(connector).map((id) => ({ id, config: state.taskConfig(id) ?? {} }))
  }

  taskStatus(id: TaskId): StatusView<TaskState> {
    return taskStatusView(this.#parts.statuses, id)
  }

  topics(connector: string): readonly string[] {
    return this.#parts.statuses.topics(connector)
  }

  async resetTopics(connector: string): Promise<void> {
    this.#parts.statuses.removeTopics(connector)
    await this.#parts.statuses.flush()
  }

  /** A config with the patch applied: its null values take keys away. */
  patched(config: RawConfig, patch: RawConfig): RawConfig {
    const merged = { ...config, ...patch }
    return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
  }

  async put(
    connector: string,
    config: RawConfig,
    { initialState, allowReplace }: { initialState: TargetState | null; allowReplace: boolean },
  ): Promise<{ created: boolean; info: ConnectorInfo }> {
    const { configs } = this.#parts
    const exists = configs.state.has(connector)
    if (exists && !allowReplace)
      throw new ConflictError('herder.connector_exists', `Connector ${connector} already exists`)
    await configs.putConnector(connector, config, initialState)
    const tasks = configs.state.tasks(connector)
    return { created: !exists, info: { name: connector, config, tasks, type: await this.typeOf(config) } }
  }

  async remove(connector: string): Promise<void> {
    this.configOf(connector)
    await this.#parts.configs.removeConnector(connector)
  }

  async putTasks(connector: string, tasks: readonly RawConfig[]): Promise<void> {
    const { configs } = this.#parts
    this.configOf(connector)
    if (tasks.length > 0 && configs.state.targetState(connector) === 'STOPPED') {
      throw new BadRequestError(
        'herder.connector_stopped',
        `Cannot submit non-empty set of task configs for stopped connector ${connector}`,
      )
    }
    await configs.putTasks(connector, tasks)
  }

  /** Any worker may; no job. */
  async setPaused(connector: string, paused: boolean): Promise<void> {
    this.mustKnow(connector, `Unknown connector ${connector}`)
    await this.#parts.configs.putTargetState(connector, paused ? 'PAUSED' : 'STARTED')
  }

  async stop(connector: string): Promise<void> {
    const { configs } = this.#parts
    this.mustKnow(connector, `Unknown connector ${connector}`)
    await configs.putTasks(connector, [])
    await configs.putTargetState(connector, 'STOPPED')
  }

  /** Orders the restart and tells what it is about to restart. */
  async orderRestart(request: RestartRequest): Promise<ConnectorStatusView> {
    const { connector } = request
    const { statuses, configs } = this.#parts
    if (statuses.connector(connector) === null) {
      throw new NotFoundError('herder.no_status', `Status for connector ${connector} not found`)
    }
    await configs.putRestart(request)
    return restartPlan(await this.status(connector), request)
  }
}
