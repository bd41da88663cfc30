/** Writes `docs/metrics.md` from the declarations: `metrics-page.test.ts` keeps the file up to date. */
import { connectEquivalents, type Equivalent } from './connect-equivalents.ts'
import type { Metric, MetricType } from './metric.ts'
import { metricGroups } from './metric-groups.ts'
import { pluginMetricFamilies } from './plugin-metrics.ts'
import { droppedSeries } from './snapshot-producer.ts'

type Row = Omit<Metric, 'read'>

const shownType: Record<MetricType, string> = { counter: 'counter', gauge: 'gauge', distribution: 'histogram' }

export function metricsPage(): string {
  const plugins = pluginMetricFamilies.map(({ pattern, ...rest }) => ({ name: pattern, ...rest }))
  return [
    intro,
    ...metricGroups.map(({ title, metrics }) => section(title, metrics)),
    section('Metrics of connectors’ own', plugins),
    section('About this answer', [droppedSeries]),
    outro,
    equivalentsSection(),
  ].join('\n')
}

function section(title: string, rows: readonly Row[]): string {
  const cells = rows.map(({ name, type, labels, help }) => [`\`${name}\``, shownType[type], labels.join(', '), help])
  return [`## ${title}`, '', table([['Name', 'Type', 'Labels', 'Meaning'], ...cells]), ''].join('\n')
}

function equivalentsSection(): string {
  const rows = Object.entries(connectEquivalents).flatMap(([group, attributes]) =>
    Object.entries(attributes).map(([attribute, equivalent]) => [
      group,
      `\`${attribute}\``,
      shownEquivalent(equivalent),
    ]),
  )
  return [
    '## Kafka Connect’s metrics',
    '',
    equivalentsIntro,
    '',
    table([['Group', 'Attribute', 'Here'], ...rows]),
    '',
  ].join('\n')
}

function shownEquivalent(equivalent: Equivalent): string {
  return 'query' in equivalent ? `\`${equivalent.query.replaceAll('|', '\\|')}\`` : `none: it ${equivalent.reason}`
}

const equivalentsIntro = `Where each metric of Kafka Connect 4.3 is to be found: under its own name, or by a query. Averages and rates are of the
last five minutes here; choose another window as you like.`

/** A table in Markdown with columns of even width, as the formatter of this repository wants them. */
function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

const intro = `# Metrics

<!-- Written by packages/runtime/src/telemetry/metrics-page.ts; \`vitest run --project unit metrics-page -u\` writes it anew. -->

Every worker answers \`GET /metrics\` on its REST port in the text format of Prometheus. It tells of itself only: of the
connectors and tasks that run on it. Sum over the workers for the whole cluster.

- Names are those of Kafka Connect's metrics in the usual form of JMX exporters
  (\`kafka_connect_<group>_<attribute>\`); what Kafka Connect doesn't have begins with \`penstock_\`.
- Totals and largest values count from the start of the task or worker. They begin at 0 after a restart, which \`rate()\`
  and \`increase()\` understand. Kafka Connect's rates and averages are left to the query:
  \`rate(kafka_connect_sink_task_metrics_sink_record_read_total[5m])\`, and for an average
  \`rate(…_sum[5m]) / rate(…_count[5m])\`.
- A histogram has sum and count, and only the bucket \`+Inf\`: quantiles can't be had from it.
- What no longer runs on a worker is no longer shown by it.
- \`target_info\` carries \`connect_group_id\`, \`connect_kafka_cluster_id\`, the worker's id (\`service_instance_id\`), its version,
  and what \`metrics.context.…\` says.
`

const outro = `## Dashboards and alerts

Dashboards for Grafana are in [deploy/grafana](../deploy/grafana), alert rules for Prometheus in
[deploy/prometheus](../deploy/prometheus); [what each alert means](operations/alerts.md).
`
