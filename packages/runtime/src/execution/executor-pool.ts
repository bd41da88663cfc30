/**
 * Places connectors and tasks on the worker's executors (executor-slots.ts), and asks them what only plugins know. What
 * died with an executor is told to the herder, which restarts it by policy.
 */
import { ConflictError, ConnectError, codeOf, type RawConfig, type TaskId, taskName } from '@penstock/core'
import type { ConfigInfos, PluginDescription } from '../plugins/description.ts'
import type { ExecutorFigures, TaskMetrics } from '../telemetry/figures.ts'
import type { LogLevel } from '../telemetry/log-levels.ts'
import type { ExecutorProcess } from './executor-process.ts'
import type { Slot } from './executor-slot.ts'
import { ExecutorSlots, type ExecutorSlotsOptions } from './executor-slots.ts'
import type { InspectionEnd, InspectionSnapshot } from './inspection/job.ts'
import type { Requests, StartConnector, StartTask } from './ipc.ts'
import type { ExecutorReport } from './slot-reports.ts'
import type { TaskFacts } from './task-facts.ts'

/** Requests that any executor can answer. */
export type QuestionKind =
  | 'validate'
  | 'fence-tasks'
  | 'read-sink-offsets'
  | 'read-source-offsets'
  | 'alter-sink-offsets'
  | 'alter-source-offsets'
  | 'preview'
  | 'list-dead-letters'

/** Long work on one executor, with which it ends. */
export interface RunningInspection {
  /** Rejects when it could not begin, or when its executor has died. */
  readonly done: Promise<InspectionEnd>
  snapshot(): Promise<InspectionSnapshot>
  cancel(): Promise<void>
}

export class ExecutorPool {
  readonly #slots: ExecutorSlots

  constructor(options: ExecutorSlotsOptions) {
    this.#slots = new ExecutorSlots(options)
  }

  /** Resolves when the first executor is ready, or when the pool is stopped before; rejects when it can't start. */
  start(): Promise<void> {
    return this.#slots.start()
  }

  /** What the executors offer; waits until the first is ready. */
  plugins(): Promise<readonly PluginDescription[]> {
    return this.#slots.plugins()
  }

  /** The plugins of the first executor that was ready, none before. */
  get knownPlugins(): readonly PluginDescription[] {
    return this.#slots.knownPlugins
  }

  async validate(config: RawConfig): Promise<ConfigInfos> {
    return this.ask('validate', { config })
  }

  /** Resolves with the plugin's version once the connector has started. */
  async startConnector(start: StartConnector): Promise<string> {
    const slot = this.#slots.leastLoaded()
    // Counted before anything is awaited: the next one goes elsewhere.
    return this.#start(slot, slot.connectors, start.connector, start, (executor) =>
      executor.request('start-connector', start),
    )
  }

  async stopConnector(connector: string): Promise<void> {
    const slot = this.#slots.find((candidate) => candidate.connectors.has(connector))
    if (!slot) return
    await slot.process.request('stop-connector', { connector }).catch(ignoreDeath)
    slot.connectors.delete(connector)
  }

  async taskConfigs(connector: string, maxTasks: number, enforceMax: boolean): Promise<RawConfig[]> {
    const slot = this.#slots.find((candidate) => candidate.connectors.has(connector))
    if (!slot) throw new ConnectError('executor.no_connector', `connector ${connector} does not run here`)
    return slot.process.request('task-configs', { connector, maxTasks, enforceMax })
  }

  /** Resolves when the task is on its way; its status tells the rest. */
  async startTask(start: StartTask): Promise<void> {
    const slot = this.#slots.forTask()
    await this.#start(slot, slot.tasks, taskName(start.id), start, (executor) => executor.request('start-task', start))
  }

  /** `starts` tells whether this start is still wanted once the executor is up, and when it fails. */
  async #start<S, R>(
    slot: Slot,
    starts: Map<string, S>,
    name: string,
    start: S,
    send: (executor: ExecutorProcess) => Promise<R>,
  ): Promise<R> {
    starts.set(name, start)
    try {
      await slot.ready
      if (starts.get(name) !== start)
        throw new ConflictError('executor.stopped', `${name} was stopped before it started`)
      return await send(slot.process)
    } catch (error) {
      if (starts.get(name) === start) starts.delete(name)
      throw error
    }
  }

  /** Resolves when the task has stopped or was cancelled. */
  async stopTask(id: TaskId, leaveGroup: boolean): Promise<void> {
    const slot = this.#slotOf(id)
    if (!slot) return
    await slot.process.request('stop-task', { id, leaveGroup }).catch(ignoreDeath)
    slot.tasks.delete(taskName(id))
    slot.metrics = slot.metrics.filter((metrics) => taskName(metrics.id) !== taskName(id))
  }

  async pauseTask(id: TaskId, paused: boolean): Promise<void> {
    await this.#slotOf(id)?.process.request('pause-task', { id, paused }).catch(ignoreDeath)
  }

  /** The task was started with `awaitGo`, and may begin. */
  async proceedTask(id: TaskId): Promise<void> {
    await this.#slotOf(id)?.process.request('proceed-task', { id })
  }

  /** Has some executor answer what needs no connector or task of its own. */
  async ask<K extends QuestionKind>(question: K, params: Requests[K]['params']): Promise<Requests[K]['result']> {
    const ask = async (): Promise<Requests[K]['result']> => {
      const slot = this.#slots.leastLoaded()
      await slot.ready
      return slot.process.request(question, params)
    }
    try {
      return await ask()
    } catch (error) {
      // Another connector's code took the executor down; the question is as good on the next.
      if (!isDeath(error)) throw error
      return ask()
    }
  }

  /** Begins long work on some executor; unlike a question it is not begun again elsewhere. */
  async inspect(params: Requests['inspect']['params']): Promise<RunningInspection> {
    const slot = this.#slots.leastLoaded()
    await slot.ready
    const { process: executor } = slot
    const { id } = params
    return {
      done: executor.request('inspect', params),
      snapshot: () => executor.request('inspection-snapshot', { id }),
      cancel: async () => void (await executor.request('cancel-inspection', { id }).catch(ignoreDeath)),
    }
  }

  /** As the group knows this worker; should its process die, the executors take it out of the group. */
  setMemberId(memberId: string | null): void {
    this.#slots.setMemberId(memberId)
  }

  /** Has every executor, and those to come, log from this level on. */
  setLogLevel(logger: string, level: LogLevel): void {
    this.#slots.setLogLevel(logger, level)
  }

  metrics(): readonly TaskMetrics[] {
    return this.#slots.metrics()
  }

  figures(): ExecutorFigures[] {
    return this.#slots.figures()
  }

  /** How the executors are. */
  reports(): ExecutorReport[] {
    return this.#slots.reports()
  }

  /** How the tasks of one connector, or with null of all, fare. */
  facts(connector: string | null): TaskFacts[] {
    return this.#slots.facts(connector)
  }

  stop(timeoutMs: number): Promise<void> {
    return this.#slots.stop(timeoutMs)
  }

  #slotOf(id: TaskId): Slot | undefined {
    return this.#slots.find((slot) => slot.tasks.has(taskName(id)))
  }
}

// What ran on a dead executor has stopped, which is all that was wanted.
function ignoreDeath(error: unknown): void {
  if (!isDeath(error)) throw error
}

function isDeath(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'executor.died' || code === 'executor.dead'
}
