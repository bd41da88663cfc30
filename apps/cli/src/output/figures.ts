/** Whole numbers as they are, others with one decimal, large ones in thousands and millions. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '-'
  if (value >= 10_000_000) return `${(value / 1_000_000).toFixed(1)}M`
  if (value >= 100_000) return `${(value / 1000).toFixed(1)}k`
  return Number.isInteger(value) ? String(value) : value.toFixed(1)
}

/** In the largest unit that leaves a whole number before the point. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return '-'
  if (value >= 1024 ** 3) return `${(value / 1024 ** 3).toFixed(1)} GiB`
  if (value >= 1024 ** 2) return `${(value / 1024 ** 2).toFixed(1)} MiB`
  return value >= 1024 ? `${(value / 1024).toFixed(1)} KiB` : `${Math.round(value)} B`
}
