import { type TaskId, taskName } from '@penstock/core'
import type { TaskMetrics } from './figures.ts'

/** Null before that is known. */
export interface Rates {
  readonly recordsPerSecond: number | null
  readonly bytesPerSecond: number | null
}

interface Sample {
  readonly at: number
  readonly records: number
  readonly bytes: number
}

const windowMs = 5_000
const unknown: Rates = { recordsPerSecond: null, bytesPerSecond: null }

/** How fast tasks go: their totals compared with those of a few seconds ago. */
export class TaskRates {
  #samples = new Map<string, readonly Sample[]>()

  /** Takes the latest figures of all tasks; those that are not among them are forgotten. */
  take(tasks: readonly TaskMetrics[], at: number): void {
    const samples = new Map<string, readonly Sample[]>()
    for (const task of tasks) {
      const name = taskName(task.id)
      const sample = { at, ...countsOf(task) }
      const before = this.#samples.get(name) ?? []
      const last = before.at(-1)
      // Totals of a task that was started again begin at 0.
      const goesOn = last !== undefined && last.records <= sample.records && last.bytes <= sample.bytes
      const recent = goesOn ? before.filter((earlier) => earlier.at >= at - windowMs && earlier.at < at) : []
      samples.set(name, goesOn && recent.length === 0 && last.at < at ? [last, sample] : [...recent, sample])
    }
    this.#samples = samples
  }

  of(id: TaskId): Rates {
    const samples = this.#samples.get(taskName(id)) ?? []
    const [first] = samples
    const last = samples.at(-1)
    if (first === undefined || last === undefined || last.at <= first.at) return unknown
    const perSecond = (amount: number): number => Math.round((amount / (last.at - first.at)) * 10_000) / 10
    return {
      recordsPerSecond: perSecond(last.records - first.records),
      bytesPerSecond: perSecond(last.bytes - first.bytes),
    }
  }
}

function countsOf({ kind, totals }: TaskMetrics): { records: number; bytes: number } {
  const [records, bytes] =
    kind === 'sink'
      ? ['sink-record-read-total', 'sink-record-read-bytes-total']
      : ['source-record-write-total', 'source-record-write-bytes-total']
  return { records: totals[records] ?? 0, bytes: totals[bytes] ?? 0 }
}
