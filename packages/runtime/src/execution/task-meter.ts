import type { TaskState } from '../storage/status.ts'
import type { Summary as ReadSummary, TaskMetrics, TaskPlugins } from '../telemetry/figures.ts'

type Summary = { -readonly [K in keyof ReadSummary]: ReadSummary[K] }

/** Counts what one task does; cheap enough for the hot path, read out every second or so. */
export class TaskMeter {
  readonly #totals: Record<string, number> = {}
  readonly #gauges: Record<string, number> = {}
  readonly #summaries: Record<string, Summary> = {}
  readonly #pluginTotals: Record<string, number> = {}
  readonly #pluginGauges: Record<string, number> = {}
  readonly #pluginSummaries: Record<string, Summary> = {}
  state: TaskState = 'UNASSIGNED'
  plugins: TaskPlugins | null = null

  add(name: string, by = 1): void {
    this.#totals[name] = (this.#totals[name] ?? 0) + by
  }

  set(name: string, value: number): void {
    this.#gauges[name] = value
  }

  observe(name: string, value: number): void {
    observeIn(this.#summaries, name, value)
  }

  addOfPlugin(name: string, by: number): void {
    this.#pluginTotals[name] = (this.#pluginTotals[name] ?? 0) + by
  }

  observeOfPlugin(name: string, value: number): void {
    observeIn(this.#pluginSummaries, name, value)
  }

  setOfPlugin(name: string, value: number): void {
    this.#pluginGauges[name] = value
  }

  snapshot(what: Pick<TaskMetrics, 'id' | 'kind' | 'connectorClass' | 'lags'>): TaskMetrics {
    return {
      ...what,
      state: this.state,
      plugins: this.plugins,
      totals: this.#totals,
      gauges: this.#gauges,
      summaries: this.#summaries,
      plugin: { totals: this.#pluginTotals, gauges: this.#pluginGauges, summaries: this.#pluginSummaries },
    }
  }
}

function observeIn(summaries: Record<string, Summary>, name: string, value: number): void {
  const summary = summaries[name]
  if (!summary) {
    summaries[name] = { sum: value, count: 1, max: value }
    return
  }
  summary.sum += value
  summary.count++
  if (value > summary.max) summary.max = value
}
