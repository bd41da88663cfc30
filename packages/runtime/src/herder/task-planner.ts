/**
 * Keeps the committed task configs in step with what connectors plan: asks the connector on its executor, compares with
 * the config topic, and has the leader write what changed.
 */
import { type Logger, messageOf, type RawConfig, traceOf } from '@penstock/core'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import type { ConfigState } from '../storage/config-state.ts'
import { pause } from '../time/pause.ts'
import { BadRequestError } from './errors.ts'
import { completeTaskConfigs, tasksChanged } from './task-configs.ts'

const firstRetryMs = 250
const maxRetryMs = 60_000

export interface TaskPlannerParts {
  readonly configs: ConfigState
  readonly executors: Pick<ExecutorPool, 'taskConfigs'>
  readonly isOurs: (connector: string) => boolean
  /** Writes as leader, or sends to it; resolves when the configs are committed. */
  readonly publish: (connector: string, configs: readonly RawConfig[], signal: AbortSignal) => Promise<void>
  readonly onFailure: (connector: string, trace: string) => void
  readonly logger: Logger
}

export class TaskPlanner {
  readonly #parts: TaskPlannerParts
  /** Connectors being planned; true when they are to be planned once more afterwards. */
  readonly #again = new Map<string, boolean>()
  readonly #stop = new AbortController()

  constructor(parts: TaskPlannerParts) {
    this.#parts = parts
  }

  /** Plans in the background; a request during planning is served by one more round after it. */
  request(connector: string): void {
    if (this.#again.has(connector)) {
      this.#again.set(connector, true)
      return
    }
    this.#again.set(connector, false)
    void this.#plan(connector).finally(() => {
      const again = this.#again.get(connector) === true
      this.#again.delete(connector)
      if (again) this.request(connector)
    })
  }

  stop(): void {
    this.#stop.abort()
  }

  async #plan(connector: string): Promise<void> {
    for (let pauseMs = firstRetryMs; await this.#tryToPlan(connector, pauseMs); pauseMs *= 2) {
      pauseMs = Math.min(maxRetryMs, pauseMs)
      await pause(pauseMs, this.#stop.signal)
    }
  }

  /** True when Kafka or the leader could not take the plan now: it is to be made anew after a pause. */
  async #tryToPlan(connector: string, pauseMs: number): Promise<boolean> {
    const { configs, executors, isOurs, publish, onFailure, logger } = this.#parts
    const config = configs.config(connector)
    if (config === null || !isOurs(connector) || configs.targetState(connector) !== 'STARTED') return false
    let isPlanned = false
    try {
      const made = await executors.taskConfigs(
        connector,
        Number(config['tasks.max'] ?? 1),
        config['tasks.max.enforce']?.trim().toLowerCase() !== 'false',
      )
      const next = completeTaskConfigs(config, made)
      const tasks = configs.tasks(connector)
      const current = tasks.map((id) => configs.taskConfig(id))
      const applied = configs.appliedConfig(connector)
      if (!tasksChanged({ current, next, applied, config })) return false
      isPlanned = true
      logger.info('connector plans new tasks', { connector, tasks: next.length })
      await publish(connector, next, this.#stop.signal)
    } catch (error) {
      if (this.#stop.signal.aborted || !isOurs(connector)) return false
      if (isPlanned && !isRefusal(error)) {
        const reason = messageOf(error)
        logger.warn('the tasks of a connector could not be written, trying again', { connector, reason, pauseMs })
        return true
      }
      logger.error('planning the tasks of a connector failed', { connector, reason: messageOf(error) })
      onFailure(connector, traceOf(error))
    }
    return false
  }
}

/** The leader's word on the task configs themselves, its own or over REST. */
function isRefusal(error: unknown): boolean {
  return error instanceof BadRequestError || (error as { status?: unknown }).status === 400
}
