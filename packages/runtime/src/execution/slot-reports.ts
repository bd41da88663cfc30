/** What is told of an executor: to those who look at the worker, and to its metrics. */
import type { ExecutorFigures } from '../telemetry/figures.ts'
import type { ProcessFigures } from '../telemetry/process-meter.ts'
import type { Slot } from './executor-slot.ts'
import { type TaskFacts, taskFacts } from './task-facts.ts'

/** What an executor takes of its machine, and what runs on it. */
export interface ExecutorReport extends ProcessFigures {
  readonly slot: number
  readonly state: 'RUNNING' | 'STARTING' | 'UNRESPONSIVE'
  readonly restarts: number
  /** `name-0` */
  readonly tasks: readonly string[]
}

export function reportOf({ index, process: executor, state, restarts, tasks }: Slot): ExecutorReport {
  return {
    slot: index,
    pid: executor.pid,
    state: state !== 'UP' ? 'STARTING' : executor.isResponsive ? 'RUNNING' : 'UNRESPONSIVE',
    restarts,
    cpuPercent: executor.cpu.percent,
    rssBytes: executor.memoryBytes,
    tasks: [...tasks.keys()],
  }
}

export function figuresOf({ index, process: executor, restarts }: Slot): ExecutorFigures {
  return {
    index,
    pid: executor.pid,
    memoryBytes: executor.memoryBytes,
    cpuSeconds: executor.cpuSeconds,
    restarts,
  }
}

/** Of the tasks of one connector, or with null of all. */
export function factsOf({ metrics, rates }: Slot, connector: string | null): TaskFacts[] {
  return metrics
    .filter(({ id }) => connector === null || id.connector === connector)
    .map((task) => taskFacts(task, rates.of(task.id)))
}
