/**
 * Starts a task of an exactly-once source: the leader fences an older set of tasks, the task's producer fences its own
 * older copy, and only when the configs are still the newest after that does the task read anything (KIP-618).
 */
import { type Logger, messageOf, taskName } from '@penstock/core'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import type { StartTask } from '../execution/ipc.ts'
import type { ConfigStore } from '../storage/config-store.ts'
import { pause } from '../time/pause.ts'

export interface FencedStartParts {
  readonly configs: ConfigStore
  readonly executors: Pick<ExecutorPool, 'startTask' | 'proceedTask'>
  /** Has the leader fence older tasks of a connector; this worker itself where it leads. */
  readonly fence: (connector: string) => Promise<void>
  readonly logger: Logger
}

const firstRetryMs = 250
const maxRetryMs = 10_000
const readTimeoutMs = 30_000

/** Resolves when the task runs, or when `isWanted` says that it need not. Rejects when it can't be started. */
export async function startFenced(
  start: Omit<StartTask, 'awaitGo'>,
  isWanted: () => boolean,
  { configs, executors, fence, logger }: FencedStartParts,
): Promise<void> {
  const { connector } = start.id
  const { generation } = configs.state.fencing(connector)
  for (let pauseMs = firstRetryMs; isWanted(); pauseMs = Math.min(maxRetryMs, pauseMs * 2)) {
    try {
      await fence(connector)
      break
    } catch (error) {
      logger.warn('older tasks of the connector could not be fenced, trying again', {
        task: taskName(start.id),
        reason: messageOf(error),
        pauseMs,
      })
      await pause(pauseMs)
    }
  }
  if (!isWanted()) return
  await executors.startTask({ ...start, awaitGo: true })
  await configs.readToEnd(readTimeoutMs)
  // With newer configs the task is stopped and started anew: this copy must not begin.
  if (!isWanted() || configs.state.fencing(connector).generation !== generation) return
  await executors.proceedTask(start.id)
}
