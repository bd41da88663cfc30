/**
 * Makes OpenTelemetry data of the declared metrics when they are asked for.
 *
 * Observable instruments would not do: the SDK keeps every series it has ever seen, so a task that moved to another
 * worker would be shown as running here for ever, and after 2,000 series it merges the rest into one. A metric producer
 * is asked for all data anew at each collection: what is gone is gone, and totals of a restarted task begin at 0.
 */
import { type HrTime, ValueType } from '@opentelemetry/api'
import { emptyResource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'
import type { Summary } from './figures.ts'
import type { Metric, MetricFamily, Point, Snapshot } from './metric.ts'

export interface SnapshotProducerOptions {
  readonly metrics: readonly Metric[]
  readonly families: readonly MetricFamily[]
  readonly snapshot: () => Snapshot
  /** Series of one metric beyond this number are left out. */
  readonly maxSeries: number
  /** Names that families may add beyond this number are left out. */
  readonly maxFamilyNames: number
  /** The text format of Prometheus has no place for units beside the names. */
  readonly withUnits: boolean
}

type Declared = Omit<Metric, 'read'>

export const droppedSeries: Declared = {
  name: 'penstock_metrics_dropped_series',
  type: 'gauge',
  labels: [],
  help: 'Series left out of this answer because there are too many of them.',
}

export class SnapshotProducer implements MetricProducer {
  readonly #options: SnapshotProducerOptions

  constructor(options: SnapshotProducerOptions) {
    this.#options = options
  }

  async collect(): Promise<CollectionResult> {
    const { metrics, families, snapshot, maxFamilyNames } = this.#options
    const errors: unknown[] = []
    const scrape = new Scrape(this.#options)
    const now = snapshot()
    for (const metric of metrics) attempt(errors, () => scrape.add(metric, metric.read(now)))
    let names = 0
    for (const family of families) {
      attempt(errors, () => {
        for (const { metric, points } of family.read(now)) {
          if (++names > maxFamilyNames) scrape.dropped += points.length
          else scrape.add(metric, points)
        }
      })
    }
    scrape.add(droppedSeries, [{ labels: {}, value: scrape.dropped }])
    const scopeMetrics = [{ scope: { name: 'penstock' }, metrics: scrape.data }]
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors }
  }
}

/** One metric that can't be read must not hide the others. */
function attempt(errors: unknown[], step: () => void): void {
  try {
    step()
  } catch (error) {
    errors.push(error)
  }
}

class Scrape {
  readonly data: MetricData[] = []
  dropped = 0
  readonly #names = new Set<string>()
  readonly #maxSeries: number
  readonly #withUnits: boolean
  readonly #time: HrTime

  constructor({ maxSeries, withUnits }: Pick<SnapshotProducerOptions, 'maxSeries' | 'withUnits'>) {
    this.#maxSeries = maxSeries
    this.#withUnits = withUnits
    this.#time = hrTime(Date.now())
  }

  add(metric: Declared, points: Iterable<Point>): void {
    const unique = new Map<string, Point>()
    for (const point of points) {
      if (!isPresentable(point.value)) continue
      // A series that comes twice would make Prometheus refuse the whole answer; the later value is the newer one.
      const key = JSON.stringify(metric.labels.map((label) => point.labels[label]))
      if (unique.has(key) || unique.size < this.#maxSeries) unique.set(key, point)
      else this.dropped++
    }
    if (unique.size === 0) return
    // The name that a plugin chose may be taken by another metric.
    if (this.#names.has(metric.name)) {
      this.dropped += unique.size
      return
    }
    this.#names.add(metric.name)
    this.data.push(this.#metricData(metric, [...unique.values()]))
  }

  #metricData({ name, help, type }: Declared, points: readonly Point[]): MetricData {
    const common = {
      descriptor: { name, description: help, unit: this.#withUnits ? unitOf(name) : '', valueType: ValueType.DOUBLE },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
    }
    switch (type) {
      case 'gauge':
        return {
          ...common,
          dataPointType: DataPointType.GAUGE,
          dataPoints: points.map((point) => this.#dataPoint(point, numberOf)),
        }
      case 'counter':
        return {
          ...common,
          dataPointType: DataPointType.SUM,
          // The serializer would append `_total` to the name of a monotonic sum; see `exposition.ts`.
          isMonotonic: name.endsWith('_total'),
          dataPoints: points.map((point) => this.#dataPoint(point, numberOf)),
        }
      case 'distribution':
        return {
          ...common,
          dataPointType: DataPointType.HISTOGRAM,
          dataPoints: points.map((point) => this.#dataPoint(point, histogramOf)),
        }
    }
  }

  #dataPoint<T>({ labels, value }: Point, as: (value: Point['value']) => T): DataPoint<T> {
    return { startTime: processStart, endTime: this.#time, attributes: labels, value: as(value) }
  }
}

/** As UCUM writes it; told by the name. */
function unitOf(name: string): string {
  const measured = name.replace(/_(total|max|min|last)$/, '')
  if (/_ms$/.test(measured)) return 'ms'
  if (/_seconds(_ago)?$/.test(measured)) return 's'
  if (/_bytes$/.test(measured)) return 'By'
  return /_ratio$/.test(measured) ? '1' : ''
}

function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1000), Math.floor(ms % 1000) * 1e6]
}

/** Totals count from a start: the process's, or a task's later one, which shows as a total that falls. */
const processStart = hrTime(performance.timeOrigin)

function isPresentable(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isNaN(value)
  if (typeof value !== 'object' || value === null) return false
  const { sum, count } = value as Summary
  return Number.isFinite(sum) && Number.isFinite(count)
}

function numberOf(value: Point['value']): number {
  return typeof value === 'number' ? value : value.count
}

function histogramOf(value: Point['value']) {
  const { sum, count } = typeof value === 'number' ? { sum: value, count: 1 } : value
  return { sum, count, buckets: { boundaries: [], counts: [count] } }
}
