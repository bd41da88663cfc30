import type { TaskState } from '../storage/status.ts'
import type { LastError, Summary as ReadSummary, TaskMetrics, TaskPlugins } from '../telemetry/figures.ts'
import { RecentQuantiles } from './recent-quantiles.ts'
import { shortened } from './shortened.ts'

/** Texts of others may be long. What is sent each second is shorter still, once it holds no secret: `redacting-channel.ts`. */
const maxTextLength = 20_000

type Summary = { -readonly [K in keyof ReadSummary]: ReadSummary[K] }

/** Counts what one task does; cheap enough for the hot path, read out every second or so. */
export class TaskMeter {
  readonly #totals: Record<string, number> = {}
  readonly #gauges: Record<string, number> = {}
  readonly #summaries: Record<string, Summary> = {}
  readonly #pluginTotals: Record<string, number> = {}
  readonly #pluginGauges: Record<string, number> = {}
  readonly #pluginSummaries: Record<string, Summary> = {}
  readonly #putTimes = new RecentQuantiles()
  #heldByLoop: string | null = null
  #heldByPlugin: string | null = null
  #lastError: LastError | null = null
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

  /** A put that went well. */
  observePut(ms: number, now: number): void {
    this.observe('put-batch-time-ms', ms)
    this.#putTimes.observe(ms, now)
  }

  /** Why the loop holds records back; null once they go on. */
  hold(reason: string | null): void {
    this.#heldByLoop = reason === null ? null : shortened(reason, maxTextLength)
  }

  /** The same as the plugin says it, who knows better. */
  holdOfPlugin(reason: string | null): void {
    this.#heldByPlugin = reason === null ? null : shortened(reason, maxTextLength)
  }

  noteError(error: LastError): void {
    this.#lastError = { ...error, message: shortened(error.message, maxTextLength) }
  }

  get lastError(): LastError | null {
    return this.#lastError
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

  snapshot(what: Pick<TaskMetrics, 'id' | 'kind' | 'connectorClass' | 'lags'>, now: number): TaskMetrics {
    const latency = this.#putTimes.read([0.5, 0.99], now)
    return {
      ...what,
      state: this.state,
      plugins: this.plugins,
      totals: this.#totals,
      gauges: this.#gauges,
      summaries: this.#summaries,
      notes: {
        putLatencyMs: latency === null ? null : { p50: latency[0], p99: latency[1] },
        holding: this.#heldByPlugin ?? this.#heldByLoop,
        lastError: this.#lastError,
      },
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
