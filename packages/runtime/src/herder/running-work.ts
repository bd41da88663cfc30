/**
 * The connectors and tasks that run on this worker: starts and stops them on the executors, and writes their statuses.
 * What ought to run is `distributed-herder.ts`'s business.
 */
import { type Clock, type Logger, type RawConfig, type TaskId, taskName, traceOf } from '@penstock/core'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import type { StartTask } from '../execution/ipc.ts'
import type { ConfigState, TargetState } from '../storage/config-state.ts'
import type { ConnectorState, TaskState } from '../storage/status.ts'
import type { StatusStore } from '../storage/status-store.ts'
import { within } from '../time/within.ts'
import { connectorPluginOf, connectorTypeOf } from './connector-types.ts'
import { asTaskConfig } from './task-configs.ts'

export interface RunningWorkParts {
  readonly executors: Pick<
    ExecutorPool,
    'startConnector' | 'stopConnector' | 'startTask' | 'stopTask' | 'pauseTask' | 'plugins'
  >
  readonly statuses: StatusStore
  readonly configs: ConfigState
  readonly workerId: string
  readonly generation: () => number
  readonly logger: Logger
  readonly clock: Clock
  readonly topicTracking: boolean
  /** `exactly.once.source.support=enabled` */
  readonly exactlyOnce: boolean
  /** Starts a task of an exactly-once source, which takes longer; gives up once it is not wanted any more. */
  readonly startFenced: (start: FencedStart, isWanted: () => boolean) => Promise<void>
  /** A connector that took long to start is up after all: it is to be asked for its tasks. */
  readonly onLateStart: (connector: string) => void
}

/** Whether the task starts paused is decided when it starts: that may be long after. */
export type FencedStart = Omit<StartTask, 'awaitGo' | 'paused'>

/** Startup figures for the metrics of the worker. */
export interface StartupFigures {
  connectorAttempts: number
  connectorFailures: number
  taskAttempts: number
  taskFailures: number
}

interface Connector {
  state: ConnectorState
  version: string | null
}

interface Task {
  readonly id: TaskId
  /** It is being stopped: a start that is still under way must not go on. */
  isStopping: boolean
  state: TaskState
  version: string | null
}

/** The herder waits so long for a connector to start: nearly all of them are up by then. */
const connectorStartMs = 5_000

export class RunningWork {
  readonly startups: StartupFigures = { connectorAttempts: 0, connectorFailures: 0, taskAttempts: 0, taskFailures: 0 }
  readonly #parts: RunningWorkParts
  readonly #connectors = new Map<string, Connector>()
  readonly #tasks = new Map<string, Task>()

  constructor(parts: RunningWorkParts) {
    this.#parts = parts
  }

  hasConnector(name: string): boolean {
    return this.#connectors.has(name)
  }

  hasTask(id: TaskId): boolean {
    return this.#tasks.has(taskName(id))
  }

  connectors(): string[] {
    return [...this.#connectors.keys()]
  }

  tasks(): TaskId[] {
    return [...this.#tasks.values()].map(({ id }) => id)
  }

  connectorState(name: string): ConnectorState | null {
    return this.#connectors.get(name)?.state ?? null
  }

  /** State and plugin version of a connector instance that is here. */
  connector(name: string): { readonly state: ConnectorState; readonly version: string | null } | null {
    return this.#connectors.get(name) ?? null
  }

  /** What stands for the present copy of a task: another object after each start. */
  task(id: TaskId): object | null {
    return this.#tasks.get(taskName(id)) ?? null
  }

  taskState(id: TaskId): TaskState | null {
    return this.#tasks.get(taskName(id))?.state ?? null
  }

  /**
   * Starts a connector instance in its target state. A failure becomes its status; true when it is up. One that takes
   * long goes on starting on its own, see {@link RunningWorkParts.onLateStart}: the herder has other work to do.
   */
  async startConnector(name: string, config: RawConfig, target: TargetState): Promise<boolean> {
    const { executors } = this.#parts
    const connector: Connector = { state: 'UNASSIGNED', version: null }
    this.#connectors.set(name, connector)
    if (target !== 'STARTED') {
      connector.version = connectorPluginOf(await executors.plugins(), config)?.version ?? null
      if (this.#connectors.get(name) !== connector) return false
      this.#reportConnector(name, connector, target === 'PAUSED' ? 'PAUSED' : 'STOPPED', null)
      return true
    }
    const starting = this.#startInstance(name, config, connector)
    return within(connectorStartMs, starting, () => {
      this.#parts.logger.warn('a connector takes long to start, going on without it', { connector: name })
      void starting.then((isUp) => {
        if (isUp) this.#parts.onLateStart(name)
      })
      return false
    })
  }

  async #startInstance(name: string, config: RawConfig, connector: Connector): Promise<boolean> {
    this.startups.connectorAttempts++
    const isHere = (): boolean => this.#connectors.get(name) === connector
    try {
      connector.version = await this.#parts.executors.startConnector({ connector: name, config })
      if (isHere()) this.#reportConnector(name, connector, 'RUNNING', null)
      return isHere()
    } catch (error) {
      if (!isHere()) return false
      this.startups.connectorFailures++
      this.failConnector(name, traceOf(error))
      return false
    }
  }

  async stopConnector(name: string, options: { report: boolean } = { report: true }): Promise<void> {
    const connector = this.#connectors.get(name)
    if (!connector) return
    await this.#parts.executors.stopConnector(name)
    this.#connectors.delete(name)
    if (options.report) this.#writeConnector(name, 'UNASSIGNED', null, null, true)
  }

  /** Brings a connector that is here into another target state. True when it is started now and was not before. */
  async changeTarget(name: string, config: RawConfig, target: TargetState): Promise<boolean> {
    const connector = this.#connectors.get(name)
    if (!connector) return false
    if (target === 'STARTED') {
      if (connector.state === 'RUNNING') return false
      await this.stopConnector(name, { report: false })
      return this.startConnector(name, config, target)
    }
    // Another object: what comes of a start that is still under way is no longer this connector's state.
    const stopped = { ...connector }
    this.#connectors.set(name, stopped)
    await this.#parts.executors.stopConnector(name)
    this.#reportConnector(name, stopped, target === 'PAUSED' ? 'PAUSED' : 'STOPPED', null)
    return false
  }

  failConnector(name: string, trace: string): void {
    const connector = this.#connectors.get(name)
    if (connector) this.#reportConnector(name, connector, 'FAILED', trace, true)
  }

  /** Starts a task; a failure becomes its status. */
  async startTask(id: TaskId): Promise<void> {
    const { configs, executors, exactlyOnce } = this.#parts
    // Known before the configs are looked at: the fencing goes by the configs of that moment.
    const plugins = exactlyOnce ? await executors.plugins() : []
    const connectorConfig = configs.config(id.connector)
    const taskConfig = configs.taskConfig(id)
    if (connectorConfig === null || taskConfig === null || this.hasTask(id)) return
    const task: Task = { id, state: 'UNASSIGNED', version: null, isStopping: false }
    this.#tasks.set(taskName(id), task)
    this.startups.taskAttempts++
    const start: FencedStart = { id, connectorConfig: asTaskConfig(id.connector, connectorConfig), taskConfig }
    if (exactlyOnce && connectorTypeOf(plugins, connectorConfig) === 'source') {
      // Not awaited: fencing asks the leader, and whoever waits for this start may be what the leader waits for.
      const isWanted = (): boolean => this.#tasks.get(taskName(id)) === task && !task.isStopping
      this.#parts.startFenced(start, isWanted).catch((error: unknown) => this.#failStart(task, error))
      return
    }
    try {
      await executors.startTask({ ...start, paused: configs.targetState(id.connector) === 'PAUSED', awaitGo: false })
    } catch (error) {
      this.#failStart(task, error)
    }
  }

  /**
   * Stops a task: everything written out and committed, or cancelled after the graceful timeout. `forGood`: no worker of
   * this group will continue it.
   */
  async stopTask(id: TaskId, options: { forGood: boolean } = { forGood: false }): Promise<void> {
    const task = this.#tasks.get(taskName(id))
    if (!task) return
    task.isStopping = true
    const { configs, executors } = this.#parts
    const wanted = configs.taskConfig(id) !== null && configs.targetState(id.connector) !== 'STOPPED'
    await executors.stopTask(id, !wanted || options.forGood)
    if (this.#tasks.get(taskName(id)) !== task) return
    this.#tasks.delete(taskName(id))
    this.#writeTask(id, 'UNASSIGNED', null, null, true)
  }

  #failStart(task: Task, error: unknown): void {
    if (this.#tasks.get(taskName(task.id)) !== task || task.isStopping) return
    this.startups.taskFailures++
    this.failTask(task.id, traceOf(error))
  }

  async pauseTask(id: TaskId, paused: boolean): Promise<void> {
    if (this.hasTask(id)) await this.#parts.executors.pauseTask(id, paused)
  }

  failTask(id: TaskId, trace: string): void {
    this.onTaskStatus(id, 'FAILED', trace, this.#tasks.get(taskName(id))?.version ?? null)
  }

  /** A task's own word. UNASSIGNED is written by {@link stopTask}, when nothing can follow any more. */
  onTaskStatus(id: TaskId, state: TaskState, trace: string | null, version: string | null): void {
    const task = this.#tasks.get(taskName(id))
    if (!task || state === 'UNASSIGNED') return
    task.state = state
    task.version = version
    this.#writeTask(id, state, trace, version, state === 'FAILED')
  }

  onTopic({ connector, task }: TaskId, topic: string): void {
    if (!this.#parts.topicTracking) return
    this.#parts.statuses.putTopic({ topic, connector, task, discoveredAt: this.#parts.clock.now() })
  }

  markRestarting(id: TaskId): void {
    this.#writeTask(id, 'RESTARTING', null, null, false)
  }

  markConnectorRestarting(name: string): void {
    this.#writeConnector(name, 'RESTARTING', null, null, false)
  }

  #reportConnector(
    name: string,
    connector: Connector,
    state: ConnectorState,
    trace: string | null,
    safe = false,
  ): void {
    connector.state = state
    this.#writeConnector(name, state, trace, connector.version, safe)
  }

  #writeConnector(
    name: string,
    state: ConnectorState,
    trace: string | null,
    version: string | null,
    safe: boolean,
  ): void {
    const { statuses, workerId, generation } = this.#parts
    // Out of the group: what runs where is for others to tell.
    if (generation() < 0) return
    statuses.putConnector(name, { state, trace, workerId, generation: generation(), version }, { safe })
  }

  #writeTask(id: TaskId, state: TaskState, trace: string | null, version: string | null, safe: boolean): void {
    const { statuses, workerId, generation } = this.#parts
    // Out of the group: what runs where is for others to tell.
    if (generation() < 0) return
    statuses.putTask(id, { state, trace, workerId, generation: generation(), version }, { safe })
  }
}
