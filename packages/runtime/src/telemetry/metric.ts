/** The shape in which metrics are declared; the declarations are in `task-metrics.ts` and `worker-metrics.ts`. */
import type { TaskId } from '@penstock/core'
import type { Summary, TaskMetrics, WorkerFigures } from './figures.ts'

/** Everything that is known at the moment of a scrape. */
export interface Snapshot {
  /** One entry for each task that runs on this worker. */
  readonly tasks: readonly TaskMetrics[]
  /** Null until the worker has something to tell. */
  readonly worker: WorkerFigures | null
}

export type Labels = Readonly<Record<string, string>>

/** One value; those that aren't numbers are left out of the answer. */
export interface Point {
  readonly labels: Labels
  readonly value: number | Summary
}

/** `distribution`: sum and count, shown as a histogram with the one bucket of everything. */
export type MetricType = 'counter' | 'gauge' | 'distribution'

/** One metric: what it is called, what it means, where it comes from. */
export interface Metric {
  /** Kafka Connect's own names in the usual form of JMX exporters; what Kafka Connect doesn't have begins with `penstock_`. */
  readonly name: string
  readonly type: MetricType
  readonly labels: readonly string[]
  /** One sentence with unit. */
  readonly help: string
  read(snapshot: Snapshot): Iterable<Point>
}

/** Metrics whose names plugins choose, so they are known only when they are there. */
export interface MetricFamily {
  /** As the page of metrics shows it: `penstock_plugin_<name>_total`. */
  readonly pattern: string
  readonly type: MetricType
  readonly labels: readonly string[]
  readonly help: string
  read(snapshot: Snapshot): Iterable<{ readonly metric: Omit<Metric, 'read'>; readonly points: readonly Point[] }>
}

export interface MetricGroup {
  readonly title: string
  readonly metrics: readonly Metric[]
}

/** `sink-record-read-total` of `sink-task-metrics`, as Prometheus knows it. */
export function connectName(group: string, attribute: string): string {
  return `kafka_connect_${group}_${attribute}`.replaceAll('-', '_')
}

export function taskLabels({ connector, task }: TaskId): Labels {
  return { connector, task: String(task) }
}

/** Points of a state set: one for each state, 1 for the one that holds. */
export function* stateSet(labels: Labels, states: readonly string[], current: string): Iterable<Point> {
  for (const state of states)
    yield { labels: { ...labels, state: state.toLowerCase() }, value: state === current ? 1 : 0 }
}
