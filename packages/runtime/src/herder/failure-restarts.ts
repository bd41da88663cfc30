/** Restarts what failed, by policy: after the death of an executor by default, after a task's own failure on wish. */
import { type Clock, type Logger, type TaskId, taskName } from '@penstock/core'
import { withoutVariables } from '../config/config-variables.ts'
import { type RestartPolicies, type RestartPolicy, restartPolicies } from '../config/connector-config.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { ConfigState } from '../storage/config-state.ts'
import type { JobQueue } from './job-queue.ts'
import { RestartBudget } from './restart-policy.ts'
import type { RunningWork } from './running-work.ts'

export interface FailureRestartsParts {
  readonly config: WorkerConfig
  readonly configs: ConfigState
  readonly work: RunningWork
  readonly jobs: JobQueue
  readonly logger: Logger
  readonly clock: Clock
  readonly startConnector: (name: string) => Promise<void>
}

export class FailureRestarts {
  readonly #parts: FailureRestartsParts
  readonly #budget: RestartBudget
  readonly #timers = new Map<string, NodeJS.Timeout>()
  #stopped = false

  constructor(parts: FailureRestartsParts) {
    this.#parts = parts
    this.#budget = new RestartBudget(parts.clock)
  }

  /** Reports everything that died as FAILED with the reason, and plans its restart. */
  onExecutorDeath(
    reason: string,
    { connectors, tasks }: { connectors: readonly string[]; tasks: readonly TaskId[] },
  ): void {
    for (const name of connectors) {
      this.#parts.work.failConnector(name, reason)
      this.#plan(`connector ${name}`, this.#policies(name).executorDeath, () => this.#restartConnector(name))
    }
    for (const id of tasks) {
      this.#parts.work.failTask(id, reason)
      this.#plan(`task ${taskName(id)}`, this.#policies(id.connector).executorDeath, () => this.#restartTask(id))
    }
  }

  /** `fenced`: not by an error of its own, but by a copy of it that was about to die; like the death of an executor. */
  onTaskFailure(id: TaskId, { fenced }: { fenced: boolean }): void {
    const { executorDeath, taskFailure } = this.#policies(id.connector)
    this.#plan(`task ${taskName(id)}`, fenced ? executorDeath : taskFailure, () => this.#restartTask(id))
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  #plan(what: string, policy: RestartPolicy, restart: () => Promise<void>): void {
    const { logger, jobs } = this.#parts
    if (this.#stopped || this.#timers.has(what)) return
    const delayMs = this.#budget.next(what, policy)
    if (delayMs === null) {
      if (policy.maxAttempts > 0) {
        logger.error(
          `${what} failed again and stays FAILED: it was restarted ${policy.maxAttempts} times within ${policy.windowMs} ms`,
        )
      }
      return
    }
    logger.info(`${what} is restarted`, { delayMs })
    const timer = setTimeout(() => {
      this.#timers.delete(what)
      jobs
        .run(`restarting ${what}`, restart)
        .catch((error: unknown) => logger.error(`restarting ${what} failed`, { error }))
    }, delayMs)
    this.#timers.set(what, timer)
  }

  // A rebalance or a user may have acted meanwhile: only what is still here and failed is restarted.
  async #restartTask(id: TaskId): Promise<void> {
    const { work } = this.#parts
    if (work.taskState(id) !== 'FAILED') return
    await work.stopTask(id)
    await work.startTask(id)
  }

  async #restartConnector(name: string): Promise<void> {
    const { work, startConnector } = this.#parts
    if (work.connectorState(name) !== 'FAILED') return
    await work.stopConnector(name)
    await startConnector(name)
  }

  #policies(connector: string): RestartPolicies {
    const { config, configs } = this.#parts
    try {
      // What variables stand for is known to executors alone; a policy is hardly a secret.
      return restartPolicies(withoutVariables(configs.config(connector) ?? {}), config)
    } catch {
      // A config that doesn't parse fails its tasks for good; restarting would change nothing.
      const never = { maxAttempts: 0, firstAtOnce: false, backoffMs: 0, backoffMaxMs: 0, windowMs: 1 }
      return { executorDeath: never, taskFailure: never }
    }
  }
}
