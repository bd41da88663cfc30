/**
 * The executor processes of a worker, each in a slot of its own: brings up the first at once and others when tasks need
 * them, notices deaths, brings up replacements, ends those that have nothing to do.
 * What runs on which is for executor-pool.ts.
 */
import { availableParallelism } from 'node:os'
import { ConnectError, type Logger, type TaskId } from '@penstock/core'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { PluginDescription } from '../plugins/description.ts'
import type { ExecutorFigures, TaskMetrics } from '../telemetry/figures.ts'
import type { LogLevel } from '../telemetry/log-levels.ts'
import type { Redactor } from '../telemetry/redactor.ts'
import { TaskRates } from '../telemetry/task-rates.ts'
import { doublingPause } from '../time/doubling-pause.ts'
import { pause } from '../time/pause.ts'
import { ExecutorProcess } from './executor-process.ts'
import { hasNothingToDo, load, type Slot } from './executor-slot.ts'
import type { PassedReport, WorkerAnswers } from './ipc.ts'
import { type ExecutorReport, factsOf, figuresOf, reportOf } from './slot-reports.ts'
import type { TaskFacts } from './task-facts.ts'

export interface ExecutorSlotsOptions {
  readonly config: WorkerConfig
  readonly workerId: string
  /** The folder whose package.json names the built-in plugin packages. */
  readonly appFolder: string
  readonly redactor: Redactor
  /** Answers what executors ask; null where nothing is to be asked. */
  readonly answers: WorkerAnswers | null
  readonly logger: Logger
  /** True while there are connectors, here or with others: one could come any time, and must find an executor up. */
  readonly isNeeded: () => boolean
  readonly onReport: (report: Exclude<PassedReport, { kind: 'metrics' }>) => void
  /** The connectors and tasks that went down with an executor. */
  readonly onDeath: (reason: string, work: { connectors: readonly string[]; tasks: readonly TaskId[] }) => void
}

const startAttempts = 3
/** Whatever the configuration says, a start that fails is not tried again at once. */
const leastPauseMs = 100
const startingPenalty = 10_000
const tendEveryMs = 1_000

export class ExecutorSlots {
  readonly #options: ExecutorSlotsOptions
  readonly #slots: Slot[] = []
  /** As set since the start, in that order: what was set last counts. */
  readonly #logLevels = new Map<string, LogLevel>()
  #plugins: readonly PluginDescription[] = []
  #memberId: string | null = null
  #stopping = false
  #tending: NodeJS.Timeout | null = null

  constructor(options: ExecutorSlotsOptions) {
    this.#options = options
  }

  /** Resolves when the first executor is ready, or when the pool is stopped before; rejects when it can't start. */
  async start(): Promise<void> {
    await this.#open().ready.catch((error: unknown) => {
      if (!this.#stopping) throw error
    })
    if (!this.#stopping && this.#options.config['executor.processes'] !== 0)
      this.#tending = setInterval(() => this.#tend(), tendEveryMs).unref()
  }

  /** What the executors offer; waits until the first is ready. */
  async plugins(): Promise<readonly PluginDescription[]> {
    if (this.#plugins.length === 0) await Promise.any(this.#slots.map((slot) => slot.ready))
    return this.#plugins
  }

  /** The plugins of the first executor that was ready, none before. */
  get knownPlugins(): readonly PluginDescription[] {
    return this.#plugins
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

  /** The one with the least to do, rather one that is up. Throws when there is none, or the worker is stopping. */
  leastLoaded(): Slot {
    return this.#awake(this.#leastBy((slot) => load(slot) + (slot.state === 'UP' ? 0 : startingPenalty)))
  }

  /** Where a task is to run: on one without tasks, a further one while there may be more, else where the least runs. */
  forTask(): Slot {
    const least = this.#leastBy(load)
    if (load(least) < 1 || this.#slots.length >= this.#most) return this.#awake(least)
    // What keeps one from starting, want of memory say, would keep a further one too.
    if (this.#slots.some(({ state }) => state === 'FAILING')) return least
    const slot = this.#open()
    this.#follow(slot, slot.ready)
    return slot
  }

  metrics(): readonly TaskMetrics[] {
    return this.#slots.flatMap((slot) => slot.metrics)
  }

  figures(): ExecutorFigures[] {
    return this.#present().map(figuresOf)
  }

  reports(): ExecutorReport[] {
    return this.#present().map(reportOf)
  }

  /** How the tasks of one connector, or with null of all, fare. */
  facts(connector: string | null): TaskFacts[] {
    return this.#slots.flatMap((slot) => factsOf(slot, connector))
  }

  async stop(timeoutMs: number): Promise<void> {
    this.#stopping = true
    if (this.#tending) clearInterval(this.#tending)
    await Promise.all(this.#slots.map((slot) => slot.process.stop(timeoutMs)))
  }

  find(holds: (slot: Slot) => boolean): Slot | undefined {
    return this.#slots.find(holds)
  }

  #present(): Slot[] {
    return this.#slots.filter(({ state }) => state !== 'ASLEEP')
  }

  /** Ends executors that have had nothing to do for a while; the first stays while there are connectors to come to it. */
  #tend(): void {
    const { config, isNeeded } = this.#options
    const needed = isNeeded()
    const now = Date.now()
    for (const slot of this.#slots) {
      if (needed && slot.index === 0) this.#awake(slot)
      else if (!hasNothingToDo(slot)) slot.busyAt = now
      else if (now - slot.busyAt >= config['executor.idle.timeout.ms']) this.#putToSleep(slot)
    }
  }

  #putToSleep(slot: Slot): void {
    const { config, logger } = this.#options
    slot.state = 'ASLEEP'
    logger.info('an executor has nothing to do and ends; it starts again when it is needed', { executor: slot.index })
    void slot.process.stop(config['task.shutdown.graceful.timeout.ms'])
    this.#tellLastWill()
  }

  #awake(slot: Slot): Slot {
    slot.busyAt = Date.now()
    if (slot.state !== 'ASLEEP') return slot
    slot.state = 'STARTING'
    slot.process = this.#fork(slot.index)
    this.#follow(slot, this.#firstStart(slot))
    return slot
  }

  #leastBy(weight: (slot: Slot) => number): Slot {
    if (this.#stopping) throw stopping()
    const [first, ...rest] = this.#slots
    if (!first) throw new ConnectError('executor.none', 'this worker has no executor')
    return rest.reduce((best, candidate) => (weight(candidate) < weight(best) ? candidate : best), first)
  }

  get #most(): number {
    const configured = this.#options.config['executor.processes']
    return configured === 0 ? 1 : (configured ?? availableParallelism())
  }

  #open(): Slot {
    const index = this.#slots.length
    const slot: Slot = {
      index,
      process: this.#fork(index),
      ready: Promise.resolve(),
      state: 'STARTING',
      busyAt: Date.now(),
      restarts: 0,
      failedStarts: 0,
      connectors: new Map(),
      tasks: new Map(),
      metrics: [],
      rates: new TaskRates(),
    }
    this.#slots.push(slot)
    slot.ready = this.#firstStart(slot)
    return slot
  }

  #fork(index: number): ExecutorProcess {
    const { config, workerId, appFolder, redactor, answers, logger } = this.#options
    // One that was given up may end long after its successor has begun.
    const isCurrent = (): boolean => this.#slots[index]?.process === forked
    const forked = new ExecutorProcess({
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
      onReport: (report) => {
        // Its last words count all the same.
        if (report.kind !== 'metrics' || isCurrent()) this.#onReport(index, report)
      },
      onDeath: (reason) => {
        if (isCurrent()) this.#onDeath(index, reason)
      },
    })
    return forked
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
    // Before a further attempt there is a pause: the worker may have stopped meanwhile.
    if (this.#stopping) throw stopping()
    slot.process = this.#fork(slot.index)
    await this.#bringUp(slot)
  }

  async #bringUp(slot: Slot): Promise<void> {
    const plugins = await slot.process.start()
    slot.state = 'UP'
    slot.failedStarts = 0
    for (const [logger, level] of this.#logLevels) slot.process.setLogLevel(logger, level)
    if (this.#plugins.length === 0) this.#plugins = plugins
    this.#tellLastWill()
  }

  #tellLastWill(): void {
    if (this.#options.config['executor.processes'] === 0) return
    const up = this.#slots.filter(({ state }) => state === 'UP')
    const executors = up.map(({ index, process: { pid } }) => ({ index, pid }))
    for (const slot of up) slot.process.setLastWill({ memberId: this.#memberId, executors })
  }

  #onReport(index: number, report: PassedReport): void {
    if (report.kind !== 'metrics') {
      this.#options.onReport(report)
      return
    }
    const slot = this.#slots[index]
    if (!slot) return
    slot.metrics = report.tasks
    slot.rates.take(report.tasks, Date.now())
  }

  #onDeath(index: number, reason: string): void {
    const slot = this.#slots[index]
    if (!slot || this.#stopping) return
    const work = { connectors: [...slot.connectors.keys()], tasks: [...slot.tasks.values()].map(({ id }) => id) }
    slot.connectors.clear()
    slot.tasks.clear()
    slot.metrics = []
    if (slot.state === 'UP') {
      slot.state = 'STARTING'
      slot.restarts++
      this.#follow(slot, this.#replace(slot))
    }
    // One that dies before it is up rejects `ready`, and whoever waits for that sees to the next.
    this.#options.logger.error(reason, {
      executor: index,
      connectors: work.connectors.length,
      tasks: work.tasks.length,
    })
    this.#options.onDeath(reason, work)
  }

  /** What is to run in the slot waits for this start; one that fails is followed by another. */
  #follow(slot: Slot, starting: Promise<void>): void {
    slot.ready = starting
    starting.catch((error: unknown) => this.#retryLater(slot, error))
  }

  #retryLater(slot: Slot, error: unknown): void {
    if (this.#stopping) return
    slot.state = 'FAILING'
    const { config, logger } = this.#options
    const [firstMs, mostMs] = [config['errors.restart.backoff.ms'], config['errors.restart.backoff.max.ms']]
    const pauseMs = Math.max(leastPauseMs, doublingPause(slot.failedStarts++, firstMs, mostMs))
    logger.error(`executor ${slot.index} could not be started, trying again`, { error, pauseMs })
    this.#follow(
      slot,
      pause(pauseMs).then(() => this.#replace(slot)),
    )
  }
}

function stopping(): ConnectError {
  return new ConnectError('executor.stopping', 'this worker is stopping')
}
