import type { MetricGroup } from './metric.ts'
import { taskMetricGroups } from './task-metrics.ts'
import { workerMetricGroups } from './worker-metrics.ts'

/** Every metric with a name of ours, in the order in which answers and `docs/metrics.md` show them. */
export const metricGroups: readonly MetricGroup[] = [...workerMetricGroups, ...taskMetricGroups]
