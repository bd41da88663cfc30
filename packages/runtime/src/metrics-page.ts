/** Writes `docs/metrics.md` from the declarations: `metrics-page.test.ts` keeps the file up to date. */
import { markdownTable } from './markdown-table.ts'
import { connectEquivalents, type Equivalent } from './telemetry/connect-equivalents.ts'
import type { Metric, MetricType } from './telemetry/metric.ts'
import { metricGroups } from './telemetry/metric-groups.ts'
import { pluginMetricFamilies } from './telemetry/plugin-metrics.ts'
import { droppedSeries } from './telemetry/snapshot-producer.ts'

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
  return [`## ${title}`, '', markdownTable([['Name', 'Type', 'Labels', 'Meaning'], ...cells]), ''].join('\n')
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
    markdownTable([['Group', 'Attribute', 'Here'], ...rows]),
    '',
  ].join('\n')
}

function shownEquivalent(equivalent: Equivalent): string {
  return 'query' in equivalent ? `\`${equivalent.query}\`` : `none: it ${equivalent.reason}`
}

const equivalentsIntro = `Where each metric of Kafka Connect 4.3 is to be found: under its own name, or by a query. Averages and rates are of the
last five minutes here; choose another window as you like.`

const intro = `# Metrics

<!-- Written by packages/runtime/src/metrics-page.ts; \`vitest run --project unit metrics-page -u\` writes it anew. -->

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
