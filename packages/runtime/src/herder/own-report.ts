/** What this worker tells of itself, read when somebody asks. */
import { type Clock, taskName } from '@penstock/core'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import type { ProcessMeter } from '../telemetry/process-meter.ts'
import type { RunningWork } from './running-work.ts'
import type { ReportQuestion, WorkerReport } from './worker-report.ts'

export interface OwnReportParts {
  readonly workerId: string
  readonly version: string
  readonly process: ProcessMeter
  readonly executors: Pick<ExecutorPool, 'reports' | 'facts'>
  readonly work: Pick<RunningWork, 'connectors' | 'tasks'>
  /** Null for a worker without a group. */
  readonly group: () => Pick<WorkerReport, 'generation' | 'rebalances'> | null
  readonly clock: Clock
}

const noGroup = { generation: null, rebalances: { completed: 0, lastAt: null, delayMs: 0 } }

export function ownReport(parts: OwnReportParts, { facts }: ReportQuestion): WorkerReport {
  const { workerId, version, process: meter, executors, work, group } = parts
  const figures = meter.figures()
  return {
    workerId,
    version,
    startedAt: meter.startedAt,
    ...(group() ?? noGroup),
    process: figures,
    // One that is within this process is not measured by itself.
    executors: executors
      .reports()
      .map((executor) => (executor.pid === figures.pid ? { ...executor, ...figures } : executor)),
    connectors: work.connectors().sort(),
    tasks: work.tasks().map(taskName).sort(),
    facts: facts === 'none' ? [] : executors.facts(facts === 'all' ? null : facts.connector),
  }
}
