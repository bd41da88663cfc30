/** Which plugins a task is made of, told as labels of metrics that are always 1. */
import type { TaskMetrics, TaskPlugins } from './figures.ts'
import { connectName, type Labels, type Metric, taskLabels } from './metric.ts'

const labels = ['connector', 'task']

/** One series for each task, or for each link of its chain. */
function info(
  group: string,
  own: readonly string[],
  help: string,
  read: (task: TaskMetrics) => readonly Labels[],
): Metric {
  return {
    name: connectName(group, 'info'),
    type: 'gauge',
    labels: [...labels, ...own],
    help,
    *read({ tasks }) {
      for (const task of tasks) {
        for (const told of read(task)) yield { labels: { ...taskLabels(task.id), ...told }, value: 1 }
      }
    },
  }
}

export const pluginInfoMetrics: readonly Metric[] = [
  info(
    'connector-task-metrics',
    [
      ...['connector_class', 'connector_type', 'connector_version'],
      ...['key_converter_class', 'key_converter_version'],
      ...['value_converter_class', 'value_converter_version'],
      ...['header_converter_class', 'header_converter_version'],
    ],
    'What the task runs; always 1.',
    ({ connectorClass, kind, plugins }) => [
      { connector_class: connectorClass, connector_type: kind, ...partsOf(plugins) },
    ],
  ),
  info(
    'connector-transform-metrics',
    ['transform', 'transform_class', 'transform_version'],
    'A transformation of the task; always 1.',
    ({ plugins }) =>
      (plugins?.transforms ?? []).map(({ alias, class: name, version }) => ({
        transform: alias,
        transform_class: name,
        transform_version: version,
      })),
  ),
  info(
    'connector-predicate-metrics',
    ['predicate', 'predicate_class', 'predicate_version'],
    'A predicate that a transformation of the task asks; always 1.',
    ({ plugins }) =>
      (plugins?.predicates ?? []).map(({ alias, class: name, version }) => ({
        predicate: alias,
        predicate_class: name,
        predicate_version: version,
      })),
  ),
]

function partsOf(plugins: TaskPlugins | null): Labels {
  const { connector, keyConverter, valueConverter, headerConverter } = plugins ?? {}
  return {
    connector_version: connector?.version ?? '',
    key_converter_class: keyConverter?.class ?? '',
    key_converter_version: keyConverter?.version ?? '',
    value_converter_class: valueConverter?.class ?? '',
    value_converter_version: valueConverter?.version ?? '',
    header_converter_class: headerConverter?.class ?? '',
    header_converter_version: headerConverter?.version ?? '',
  }
}
