/**
 * What a herder does with the connectors and tasks that fall to its worker, however that is decided: runs them, plans
 * their tasks, restarts what failed, follows changes of their configs. Both herders stand on it.
 */
import type { Clock, Logger, TaskId } from '@penstock/core'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import type { TaskReport } from '../execution/ipc.ts'
import type { ConfigEvent } from '../storage/config-state.ts'
import type { ConfigStore } from '../storage/config-store.ts'
import type { StatusStore } from '../storage/status-store.ts'
import { type ConfigEventParts, followConfigEvent, restartLocal } from './config-events.ts'
import { ExpiredConfigs } from './expired-configs.ts'
import { FailureRestarts } from './failure-restarts.ts'
import type { JobQueue } from './job-queue.ts'
import { RunningWork, type RunningWorkParts } from './running-work.ts'
import { asTaskConfig } from './task-configs.ts'
import { TaskPlanner, type TaskPlannerParts } from './task-planner.ts'
import type { WorkerLoggers } from './worker-loggers.ts'

export interface LocalWorkParts {
  readonly config: WorkerConfig
  readonly configs: ConfigStore
  readonly statuses: StatusStore
  readonly executors: RunningWorkParts['executors'] & Pick<ExecutorPool, 'taskConfigs'>
  readonly workerId: string
  /** Of the group; below 0 while this worker is in none. */
  readonly generation: () => number
  readonly jobs: JobQueue
  readonly loggers: Pick<WorkerLoggers, 'follow'>
  readonly logger: Logger
  readonly clock: Clock
  /** What falls to which worker has to be decided anew, soon. */
  readonly redistribute: () => void
  readonly publish: TaskPlannerParts['publish']
  readonly startFenced: RunningWorkParts['startFenced']
  /** True when this worker still has the very copy of the task that it runs now. */
  readonly stillRuns: (id: TaskId) => Promise<boolean>
}

export class LocalWork {
  readonly running: RunningWork
  readonly #parts: LocalWorkParts
  readonly #planner: TaskPlanner
  readonly #restarts: FailureRestarts
  readonly #following: ConfigEventParts
  readonly #expired: ExpiredConfigs
  #stopping = false

  constructor(parts: LocalWorkParts) {
    this.#parts = parts
    const { config, configs, statuses, executors, jobs, logger, clock } = parts
    this.running = new RunningWork({
      executors,
      statuses,
      configs: configs.state,
      workerId: parts.workerId,
      generation: parts.generation,
      logger,
      clock,
      topicTracking: config['topic.tracking.enable'],
      startFenced: parts.startFenced,
      onLateStart: (connector) => this.#planner.request(connector),
      exactlyOnce: config['exactly.once.source.support'] === 'enabled',
    })
    this.#planner = new TaskPlanner({
      configs: configs.state,
      executors,
      isOurs: (connector) => this.running.hasConnector(connector),
      publish: parts.publish,
      onFailure: (connector, trace) => this.running.failConnector(connector, trace),
      logger,
    })
    this.#restarts = new FailureRestarts({
      config,
      configs: configs.state,
      work: this.running,
      jobs,
      logger,
      clock,
      startConnector: (name) => this.startConnector(name),
    })
    this.#following = {
      configs: configs.state,
      work: this.running,
      redistribute: parts.redistribute,
      startConnector: (name) => this.startConnector(name),
      planTasks: (name) => this.#planner.request(name),
      followLoggerLevel: (name, level) => parts.loggers.follow(name, level),
    }
    this.#expired = new ExpiredConfigs({
      jobs,
      logger,
      restart: (connector) => restartLocal({ connector, includeTasks: true, onlyFailed: false }, this.#following),
    })
  }

  /** Starts a connector in its target state and asks it for its tasks; a job of the herder's queue. */
  async startConnector(name: string): Promise<void> {
    const { state } = this.#parts.configs
    const config = state.config(name)
    if (config === null) return
    const target = state.targetState(name)
    const up = await this.running.startConnector(name, asTaskConfig(name, config), target)
    if (up && target === 'STARTED') this.#planner.request(name)
  }

  /** From now on nothing is planned, restarted or followed. */
  close(): void {
    this.#stopping = true
    this.#planner.stop()
    this.#restarts.stop()
  }

  /** Stops everything in order; a job of the herder's queue. `forGood`: there is no worker to continue it. */
  async stopAll(options: { forGood: boolean }): Promise<void> {
    await Promise.all([
      ...this.running.tasks().map((id) => this.running.stopTask(id, options)),
      ...this.running.connectors().map((name) => this.running.stopConnector(name)),
    ])
  }

  /** A record of the config topic changed something; called in the order of the topic. */
  onConfigEvent(event: ConfigEvent): void {
    if (this.#stopping) return
    const { jobs, logger } = this.#parts
    jobs
      .run(`following ${event.kind} of the config topic`, () => followConfigEvent(event, this.#following))
      .catch((error: unknown) => logger.error('following a change of the config topic failed', { error }))
  }

  /** What a task says of itself; `fenced`: its clients found that somebody else runs it by now. */
  async onTaskStatus({ id, state, trace, version, fenced }: TaskReport): Promise<void> {
    // A worker that slept hears it from its tasks before it hears it from the group: the word is its successor's then.
    if (fenced && !(await this.#parts.stillRuns(id))) return
    this.running.onTaskStatus(id, state, trace, version)
    if (state === 'FAILED') this.#restarts.onTaskFailure(id, { fenced })
  }

  onTopicSeen(id: TaskId, topic: string): void {
    this.running.onTopic(id, topic)
  }

  /** A connector's own background work has failed. */
  onConnectorFailure(connector: string, trace: string): void {
    this.running.failConnector(connector, trace)
  }

  /** An executor has found other values behind the variables of a connector's configuration. */
  onConfigExpired(connector: string): void {
    if (!this.#stopping) this.#expired.onExpired(connector)
  }

  onReconfigure(connector: string): void {
    this.#planner.request(connector)
  }

  onExecutorDeath(reason: string, dead: { connectors: readonly string[]; tasks: readonly TaskId[] }): void {
    this.#restarts.onExecutorDeath(reason, dead)
  }
}
