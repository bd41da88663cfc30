/** What a worker tells of itself when it is asked by another one or by REST; it travels between workers as JSON. */
import type { ExecutorReport } from '../execution/slot-reports.ts'
import type { TaskFacts } from '../execution/task-facts.ts'
import type { ProcessFigures } from '../telemetry/process-meter.ts'

/** Times are epoch milliseconds. */
export interface WorkerReport {
  readonly workerId: string
  readonly version: string
  /** Null for a standalone worker. */
  readonly generation: number | null
  readonly startedAt: number
  readonly rebalances: { readonly completed: number; readonly lastAt: number | null; readonly delayMs: number }
  readonly process: ProcessFigures
  readonly executors: readonly ExecutorReport[]
  readonly connectors: readonly string[]
  /** `name-0` */
  readonly tasks: readonly string[]
  /** How its tasks fare, where that was asked for. */
  readonly facts: readonly TaskFacts[]
}

/** What is asked for beside the worker itself: the facts of all its tasks, of one connector's, or none. */
export interface ReportQuestion {
  readonly facts: 'all' | 'none' | { readonly connector: string }
}
