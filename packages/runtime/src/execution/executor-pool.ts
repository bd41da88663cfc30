/**
 * The worker's executors: places connectors and tasks on them, notices deaths, brings up replacements. What died with
 * an executor is told to the herder, which restarts it by policy.
 */
import { availableParallelism } from 'node:os'
import { ConflictError, ConnectError, codeOf, type Logger, type RawConfig, type TaskId, taskName } from '@penstock/core'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { ConfigInfos, PluginDescription } from '../plugins/description.ts'
import type { TaskMetrics } from '../telemetry/figures.ts'
import type { LogLevel } from '../telemetry/log-levels.ts'
import type { Redactor } from '../telemetry/redactor.ts'
import { pause } from '../time/pause.ts'
import { ExecutorProcess } from './executor-process.ts'
import type { InspectionEnd, InspectionSnapshot } from './inspection/job.ts'
import type { PassedReport, Requests, StartConnector, StartTask, WorkerAnswers } from './ipc.ts'

export interface ExecutorFigures {
  readonly index: number
  readonly pid: number
  readonly memoryBytes: number
  readonly cpuSeconds: number
  readonly restarts: number
}

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

export interface ExecutorPoolOptions {
  readonly config: WorkerConfig
  readonly workerId: string
  /** The folder whose package.json names the built-in plugin packages. */
  readonly appFolder: string
  readonly redactor: Redactor
  /** Answers what executors ask; null where nothing is to be asked. */
  readonly answers: WorkerAnswers | null
  readonly logger: Logger
  readonly onReport: (report: Exclude<PassedReport, { kind: 'metrics' }>) => void
  /** The connectors and tasks that went down with an executor. */
  readonly onDeath: (reason: string, work: { connectors: readonly string[]; tasks: readonly TaskId[] }) => void
}

interface Slot {
  readonly index: number
  process: ExecutorProcess
  ready: Promise<void>
  /** The process has started: its death, not a failed start, is what is to be told next. */
  isUp: boolean
  restarts: number
  /** By name, what stands for the present start: a start that was followed by a stop must not go through. */
  readonly connectors: Map<string, StartConnector>
  readonly tasks: Map<string, StartTask>
  metrics: readonly TaskMetrics[]
}

/** Wait before a replacement that could not start is tried again. */
const restartPauseMs = 1_000
const startAttempts = 3
const silentPenalty = 1_000_000

export class ExecutorPool {
  readonly #options: ExecutorPoolOptions
  readonly #slots: Slot[] = []
  /** As set since the start, in that order: what was set last counts. */
  readonly #logLevels = new Map<string, LogLevel>()
  #plugins: readonly PluginDescription[] = []
  #memberId: string | null = null
  #stopping = false

  constructor(options: ExecutorPoolOptions) {
    this.#options = options
  }

  /** Resolves when every executor is ready, or when the pool is stopped before; rejects when one can't start. */
  async start(): Promise<void> {
    const configured = this.#options.config['executor.processes']
    const count = configured === 0 ? 1 : (configured ?? availableParallelism())
    for (let index = 0; index < count; index++) this.#slots.push(this.#open(index))
    await Promise.all(this.#slots.map((slot) => slot.ready)).catch((error: unknown) => {
      if (!this.#stopping) throw error
    })
  }

  /** What the executors offer; waits until the first is ready. */
  async plugins(): Promise<readonly PluginDescription[]> {
    if (this.#plugins.length === 0) await Promise.any(this.#slots.map((slot) => slot.ready))
    return this.#plugins
  }

  async validate(config: RawConfig): Promise<ConfigInfos> {
    return this.ask('validate', { config })
  }

  /** The plugins of the first executor that was ready, none before. */
  get knownPlugins(): readonly PluginDescription[] {
    return this.#plugins
  }

  /** Resolves with the plugin's version once the connector has started. */
  async startConnector(start: StartConnector): Promise<string> {
    const slot = this.#leastLoaded()
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
    const slot = this.#leastLoaded()
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

  /** As the group knows this worker; should its process die, the executors take it out of the group. */
  setMemberId(memberId: string | null): void {
    this.#memberId = memberId
    this.#tellLastWill()
  }

  /** Has every executor, and those to come, log from this level on. */
  setLogLevel(logger: string, level: LogLevel): void {
    this.#logLevels.delete(logger)
    this.#logLevels.set(logger, level)
    for (const slot of this.#slots) slot.process.setLogLevel(logger, level)
  }

  /** The task was started with `awaitGo`, and may begin. */
  async proceedTask(id: TaskId): Promise<void> {
    await this.#slotOf(id)?.process.request('proceed-task', { id })
  }

  /** Has some executor answer what needs no connector or task of its own. */
  async ask<K extends QuestionKind>(question: K, params: Requests[K]['params']): Promise<Requests[K]['result']> {
    const ask = async (): Promise<Requests[K]['result']> => {
      const slot = this.#leastLoaded()
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
    const slot = this.#leastLoaded()
    await slot.ready
    const { process: executor } = slot
    const { id } = params
    return {
      done: executor.request('inspect', params),
      snapshot: () => executor.request('inspection-snapshot', { id }),
      cancel: async () => void (await executor.request('cancel-inspection', { id }).catch(ignoreDeath)),
    }
  }

  metrics(): readonly TaskMetrics[] {
    return this.#slots.flatMap((slot) => slot.metrics)
  }

  figures(): ExecutorFigures[] {
    return this.#slots.map(({ index, process: executor, restarts }) => ({
      index,
      pid: executor.pid,
      memoryBytes: executor.memoryBytes,
      cpuSeconds: executor.cpuSeconds,
      restarts,
    }))
  }

  async stop(timeoutMs: number): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#slots.map((slot) => slot.process.stop(timeoutMs)))
  }

  #slotOf(id: TaskId): Slot | undefined {
    return this.#slots.find((slot) => slot.tasks.has(taskName(id)))
  }

  #leastLoaded(): Slot {
    if (this.#stopping) throw new ConnectError('executor.stopping', 'this worker is stopping')
    const [first, ...rest] = this.#slots
    if (!first) throw new ConnectError('executor.none', 'this worker has no executor')
    return rest.reduce((best, candidate) => (load(candidate) < load(best) ? candidate : best), first)
  }

  #open(index: number): Slot {
    const slot: Slot = {
      index,
      process: this.#fork(index),
      ready: Promise.resolve(),
      isUp: false,
      restarts: 0,
      connectors: new Map(),
      tasks: new Map(),
      metrics: [],
    }
    slot.ready = this.#firstStart(slot)
    return slot
  }

  #fork(index: number): ExecutorProcess {
    const { config, workerId, appFolder, redactor, answers, logger } = this.#options
    return new ExecutorProcess({
      index,
      workerId,
      forked: config['executor.processes'] !== 0,
      heapMb: config['executor.heap.max.mb'],
      startTimeoutMs: config['executor.start.timeout.ms'],
      unresponsiveTimeoutMs: config['executor.unresponsive.timeout.ms'],
      mode: config.mode,
      workerConfig: config.given,
      redactor,
      appFolder,
      pluginFolders: config['plugin.path'] ?? [],
      logger,
      answers,
      onReport: (report) => this.#onReport(index, report),
      onDeath: (reason) => this.#onDeath(index, reason),
    })
  }

  /** What an executor says itself while it starts is final; one that was killed meanwhile is tried again. */
  async #firstStart(slot: Slot): Promise<void> {
    let starting = this.#bringUp(slot)
    for (let attempt = 1; ; attempt++) {
      try {
        await starting
        return
      } catch (error) {
        if (attempt === startAttempts || !slot.process.endedFromOutside || this.#stopping) throw error
        starting = this.#replace(slot)
      }
    }
  }

  async #replace(slot: Slot): Promise<void> {
    slot.process = this.#fork(slot.index)
    await this.#bringUp(slot)
  }

  async #bringUp(slot: Slot): Promise<void> {
    slot.isUp = false
    const plugins = await slot.process.start()
    slot.isUp = true
    for (const [logger, level] of this.#logLevels) slot.process.setLogLevel(logger, level)
    if (this.#plugins.length === 0) this.#plugins = plugins
    this.#tellLastWill()
  }

  #tellLastWill(): void {
    if (this.#options.config['executor.processes'] === 0) return
    const up = this.#slots.filter(({ isUp }) => isUp)
    const executors = up.map(({ index, process: { pid } }) => ({ index, pid }))
    for (const slot of up) slot.process.setLastWill({ memberId: this.#memberId, executors })
  }

  #onReport(index: number, report: PassedReport): void {
    if (report.kind !== 'metrics') {
      this.#options.onReport(report)
      return
    }
    const slot = this.#slots[index]
    if (slot) slot.metrics = report.tasks
  }

  #onDeath(index: number, reason: string): void {
    const slot = this.#slots[index]
    if (!slot || this.#stopping) return
    const work = { connectors: [...slot.connectors.keys()], tasks: [...slot.tasks.values()].map(({ id }) => id) }
    slot.connectors.clear()
    slot.tasks.clear()
    slot.metrics = []
    if (slot.isUp) {
      slot.restarts++
      slot.ready = this.#replace(slot)
      slot.ready.catch((error: unknown) => this.#retryLater(slot, error))
    }
    // One that dies before it is up rejects `ready`, and whoever waits for that sees to the next.
    this.#options.logger.error(reason, {
      executor: index,
      connectors: work.connectors.length,
      tasks: work.tasks.length,
    })
    this.#options.onDeath(reason, work)
  }

  #retryLater(slot: Slot, error: unknown): void {
    if (this.#stopping) return
    this.#options.logger.error(`executor ${slot.index} could not be replaced, trying again`, { error })
    slot.ready = pause(restartPauseMs).then(() => this.#replace(slot))
    slot.ready.catch((next: unknown) => this.#retryLater(slot, next))
  }
}

function load(slot: Slot): number {
  // A connector instance is idle nearly always. One that has gone silent may be about to be killed.
  return slot.tasks.size + slot.connectors.size / 100 + (slot.process.isResponsive ? 0 : silentPenalty)
}

// What ran on a dead executor has stopped, which is all that was wanted.
function ignoreDeath(error: unknown): void {
  if (!isDeath(error)) throw error
}

function isDeath(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'executor.died' || code === 'executor.dead'
}
