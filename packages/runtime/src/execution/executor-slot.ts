import type { TaskMetrics } from '../telemetry/figures.ts'
import type { TaskRates } from '../telemetry/task-rates.ts'
import type { ExecutorProcess } from './executor-process.ts'
import type { StartConnector, StartTask } from './ipc.ts'

/**
 * - `STARTING`: its process is not ready yet.
 * - `UP`: the process has started; its death, not a failed start, is what is to be told next.
 * - `FAILING`: the last start went wrong: what would be put there would only fail. Further starts are under way.
 * - `ASLEEP`: its process had nothing to do and was ended; there is none until something is to run here.
 */
export type SlotState = 'STARTING' | 'UP' | 'FAILING' | 'ASLEEP'

/** The place of one executor among those of a worker: what runs on it, and which process stands there at present. */
export interface Slot {
  readonly index: number
  process: ExecutorProcess
  ready: Promise<void>
  state: SlotState
  /** When it last had something to do, as far as was seen. */
  busyAt: number
  restarts: number
  /** Starts that went wrong since the last that did not. */
  failedStarts: number
  /** By name, what stands for the present start: a start that was followed by a stop must not go through. */
  readonly connectors: Map<string, StartConnector>
  readonly tasks: Map<string, StartTask>
  metrics: readonly TaskMetrics[]
  readonly rates: TaskRates
}

const uselessPenalty = 1_000_000

/** Where the least is, something new goes. */
export function load({ tasks, connectors, process: executor, state }: Slot): number {
  const isUseful = state === 'ASLEEP' || (executor.isResponsive && state !== 'FAILING')
  // A connector instance is idle nearly always. One that has gone silent may be about to be killed.
  return tasks.size + connectors.size / 100 + (isUseful ? 0 : uselessPenalty)
}

/** True where ending the process would be noticed by nobody. */
export function hasNothingToDo({ state, tasks, connectors, process: executor }: Slot): boolean {
  return state === 'UP' && tasks.size === 0 && connectors.size === 0 && !executor.isAsked
}
