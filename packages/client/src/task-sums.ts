import type { ConnectorMetrics, TaskMetrics } from './operating-wire.ts'

type Countable = { [Key in keyof TaskMetrics]: TaskMetrics[Key] extends number | null ? Key : never }[keyof TaskMetrics]

/** A figure of all tasks of a connector, over those that tell it; null where none does. */
export function sumOfTasks(metrics: ConnectorMetrics | null, figure: Countable): number | null {
  const known = (metrics?.tasks ?? []).map((task) => task[figure]).filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
