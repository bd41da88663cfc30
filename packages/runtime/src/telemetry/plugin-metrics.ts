/** What plugins count by themselves (`SinkTaskContext.count`, `observe` and `gauge`). The names are theirs, the bounds ours. */
import type { Summary, TaskMetrics } from './figures.ts'
import { type MetricFamily, type MetricType, type Point, taskLabels } from './metric.ts'

const labels = ['connector', 'task', 'connector_class']
const maxNameLength = 100

type Totals = Readonly<Record<string, number>>
type Summaries = Readonly<Record<string, Summary>>

export const pluginMetricFamilies: readonly MetricFamily[] = [
  {
    pattern: 'penstock_plugin_<name>_total',
    type: 'counter',
    labels,
    help: 'What the connector counts under a name of its own.',
    read: ({ tasks }) =>
      pointsByName(
        tasks,
        (task): Totals => task.plugin.totals,
        (name) => `${name.replace(/_total$/, '')}_total`,
        {
          type: 'counter',
          help: (name) => `Counted by the connector itself as ${name}.`,
          merge: (a: number, b: number) => a + b,
        },
      ),
  },
  {
    pattern: 'penstock_plugin_<name>',
    type: 'distribution',
    labels,
    help: 'Sum and count of what the connector observes under a name of its own, since the task started.',
    read: ({ tasks }) =>
      pointsByName(
        tasks,
        (task): Summaries => task.plugin.summaries,
        (name) => name,
        {
          type: 'distribution',
          help: (name) => `Observed by the connector itself as ${name}: sum and count since the task started.`,
          merge: (a: Summary, b: Summary) => ({
            sum: a.sum + b.sum,
            count: a.count + b.count,
            max: Math.max(a.max, b.max),
          }),
        },
      ),
  },
  {
    pattern: 'penstock_plugin_<name>_max',
    type: 'gauge',
    labels,
    help: 'The largest of what the connector observes under a name of its own, since the task started.',
    read: ({ tasks }) =>
      pointsByName(
        tasks,
        (task): Totals => maximaOf(task.plugin.summaries),
        (name) => `${name}_max`,
        {
          type: 'gauge',
          help: (name) => `Observed by the connector itself as ${name}: the largest since the task started.`,
          merge: Math.max,
        },
      ),
  },
  {
    pattern: 'penstock_plugin_<name>',
    type: 'gauge',
    labels,
    help: 'How much of something there is now, told by the connector under a name of its own.',
    read: ({ tasks }) =>
      pointsByName(
        tasks,
        (task): Totals => task.plugin.gauges,
        (name) => name,
        {
          type: 'gauge',
          help: (name) => `Told by the connector itself as ${name}: the present value.`,
          merge: (_, latest: number) => latest,
        },
      ),
  },
]

/** A plugin's name as a part of a metric's name: `bulk.size (bytes)` becomes `bulk_size_bytes`. */
function metricNamePart(name: string): string {
  const part = name
    .slice(0, maxNameLength)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
  return part === '' ? 'unnamed' : part
}

function maximaOf(summaries: Summaries): Totals {
  return Object.fromEntries(Object.entries(summaries).map(([name, { max }]) => [name, max]))
}

/** Names that differ only in spelling are one metric; of one task their values are merged. */
function* pointsByName<V extends number | Summary>(
  tasks: readonly TaskMetrics[],
  read: (task: TaskMetrics) => Readonly<Record<string, V>>,
  nameOf: (part: string) => string,
  { type, help, merge }: { type: MetricType; help: (name: string) => string; merge: (a: V, b: V) => V },
): ReturnType<MetricFamily['read']> {
  const families = new Map<string, { points: Point[]; firstName: string }>()
  for (const task of tasks) {
    const values = new Map<string, V>()
    for (const [name, value] of Object.entries(read(task))) {
      const full = `penstock_plugin_${nameOf(metricNamePart(name))}`
      const before = values.get(full)
      values.set(full, before === undefined ? value : merge(before, value))
      if (!families.has(full)) families.set(full, { points: [], firstName: metricNamePart(name) })
    }
    for (const [full, value] of values) {
      families
        .get(full)
        ?.points.push({ labels: { ...taskLabels(task.id), connector_class: task.connectorClass }, value })
    }
  }
  for (const [name, { points, firstName }] of families) {
    yield { metric: { name, type, labels, help: help(firstName) }, points }
  }
}
