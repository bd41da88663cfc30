/**
 * Starts a task of an exactly-once source: the leader fences an older set of tasks, the task's producer fences its own
 * older copy, and only when the configs are still the newest after that does the task read anything (KIP-618).
 */
import { type Logger, messageOf, type TaskId, taskName } from '@penstock/core'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import type { ConfigStore } from '../storage/config-store.ts'
import { pause } from '../time/pause.ts'
import type { FencedStart } from './running-work.ts'

export interface FencedStartParts {
  readonly configs: Pick<ConfigStore, 'state' | 'readToEnd'>
  readonly executors: Pick<ExecutorPool, 'startTask' | 'pauseTask' | 'proceedTask'>
  /** Has the leader fence older tasks of a connector; this worker itself where it leads. */
  readonly fence: (connector: string) => Promise<void>
  readonly logger: Logger
}

const firstRetryMs = 250
const maxRetryMs = 10_000
const readTimeoutMs = 30_000

/** Resolves when the task runs, or when `isWanted` says that it need not. Rejects when it can't be started. */
export async function startFenced(start: FencedStart, isWanted: () => boolean, parts: FencedStartParts): Promise<void> {
  const { configs, executors, fence } = parts
  const { id } = start
  const { state } = configs
  const { generation } = state.fencing(id.connector)
  const isPaused = (): boolean => state.targetState(id.connector) === 'PAUSED'
  await retried('older tasks of the connector could not be fenced', () => fence(id.connector), id, isWanted, parts)
  if (!isWanted()) return
  await executors.startTask({ ...start, paused: isPaused(), awaitGo: true })
  await retried('the newest configs could not be read', () => configs.readToEnd(readTimeoutMs), id, isWanted, parts)
  // With newer configs the task is stopped and started anew: this copy must not begin.
  if (!isWanted() || state.fencing(id.connector).generation !== generation) return
  // Whoever paused or resumed the connector meanwhile may have found no task to tell.
  await executors.pauseTask(id, isPaused())
  await executors.proceedTask(id)
}

async function retried(
  failure: string,
  work: () => Promise<void>,
  id: TaskId,
  isWanted: () => boolean,
  { logger }: FencedStartParts,
): Promise<void> {
  for (let pauseMs = firstRetryMs; isWanted(); pauseMs = Math.min(maxRetryMs, pauseMs * 2)) {
    try {
      await work()
      return
    } catch (error) {
      logger.warn(`${failure}, trying again`, { task: taskName(id), reason: messageOf(error), pauseMs })
      await pause(pauseMs)
    }
  }
}
