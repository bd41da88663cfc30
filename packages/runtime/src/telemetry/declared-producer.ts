import type { Snapshot } from './metric.ts'
import { metricGroups } from './metric-groups.ts'
import { pluginMetricFamilies } from './plugin-metrics.ts'
import { SnapshotProducer } from './snapshot-producer.ts'

export interface DeclaredMetrics {
  readonly snapshot: () => Snapshot
  readonly maxSeries: number
}

const maxPluginMetrics = 200

/** Collects every declared metric; for whoever shows or sends them. */
export function declaredProducer(
  { snapshot, maxSeries }: DeclaredMetrics,
  { withUnits }: { readonly withUnits: boolean },
): SnapshotProducer {
  return new SnapshotProducer({
    metrics: metricGroups.flatMap((group) => group.metrics),
    families: pluginMetricFamilies,
    snapshot,
    maxSeries,
    maxFamilyNames: maxPluginMetrics,
    withUnits,
  })
}
