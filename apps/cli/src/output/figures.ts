import type { ConnectorMetrics, TaskMetrics } from '@penstock/client'

type Countable = { [Key in keyof TaskMetrics]: TaskMetrics[Key] extends number | null ? Key : never }[keyof TaskMetrics]

/** Over the tasks that know; null where none does. */
export function sumOf(metrics: ConnectorMetrics | null, figure: Countable): number | null {
  const known = (metrics?.tasks ?? []).flatMap((task) => task[figure] ?? [])
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}

/** Whole numbers as they are, others with one decimal, large ones in thousands and millions. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '-'
  if (value >= 10_000_000) return `${(value / 1_000_000).toFixed(1)}M`
  if (value >= 100_000) return `${(value / 1000).toFixed(1)}k`
  return Number.isInteger(value) ? String(value) : value.toFixed(1)
}

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return '-'
  if (value >= 1024 ** 3) return `${(value / 1024 ** 3).toFixed(1)} GiB`
  if (value >= 1024 ** 2) return `${(value / 1024 ** 2).toFixed(1)} MiB`
  return value >= 1024 ? `${(value / 1024).toFixed(1)} KiB` : `${Math.round(value)} B`
}
