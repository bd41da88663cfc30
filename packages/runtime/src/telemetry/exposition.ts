/** The answer to a scrape in the text format of Prometheus. */
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'

const serializer = new PrometheusSerializer('', false, undefined, false, true)

/**
 * `counters`: names of metrics that only grow. Kafka Connect's `total-record-failures` has its `total` in front; the
 * serializer shows a counter only with `_total` behind, so that such names come as sums that may fall, and their type is
 * put right here.
 */
export function exposition(metrics: ResourceMetrics, counters: ReadonlySet<string>): string {
  return serializer
    .serialize(metrics)
    .replace(/^# TYPE (\S+) gauge$/gm, (line, name: string) => (counters.has(name) ? `# TYPE ${name} counter` : line))
}
