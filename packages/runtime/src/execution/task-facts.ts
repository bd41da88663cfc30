/** How one task fares, for people: made of its latest figures when somebody asks. */
import type { LastError, TaskMetrics } from '../telemetry/figures.ts'
import type { Rates } from '../telemetry/task-rates.ts'

export interface TaskFacts extends Rates {
  readonly connector: string
  readonly task: number
  readonly recordsTotal: number
  /** Null for a source. */
  readonly lag: number | null
  readonly errorsTotal: number
  readonly deadLettersTotal: number
  readonly retriesTotal: number
  readonly putLatencyMs: { readonly p50: number; readonly p99: number } | null
  readonly holding: string | null
  readonly lastError: LastError | null
}

export function taskFacts(metrics: TaskMetrics, rates: Rates): TaskFacts {
  const { id, kind, totals, lags, notes } = metrics
  const total = (name: string): number => totals[name] ?? 0
  return {
    connector: id.connector,
    task: id.task,
    ...rates,
    recordsTotal: recordsOf(metrics),
    lag: kind === 'sink' ? lags.reduce((sum, { lag }) => sum + lag, 0) : null,
    errorsTotal: total('total-record-errors'),
    deadLettersTotal: total('deadletterqueue-produce-requests'),
    retriesTotal: total('total-retries') + total('put-retries-total'),
    ...notes,
  }
}

/** Records read by a sink, written by a source. */
function recordsOf({ kind, totals }: TaskMetrics): number {
  return totals[kind === 'sink' ? 'sink-record-read-total' : 'source-record-write-total'] ?? 0
}
