export interface SparklineBox {
  readonly width: number
  readonly height: number
}

/** Paths of the line and of what is below it, from 0 to the greatest value; empty with less than two values. */
export function sparklinePath(
  values: readonly number[],
  { width, height }: SparklineBox,
): { readonly line: string; readonly area: string } {
  if (values.length < 2) return { line: '', area: '' }
  const greatest = Math.max(...values, 1)
  const step = width / (values.length - 1)
  const bottom = height - 1
  const points = values.map((value, index) => {
    const y = bottom - (Math.max(0, value) / greatest) * (height - 3)
    return `${rounded(index * step)} ${rounded(y)}`
  })
  const line = `M${points.join('L')}`
  return { line, area: `${line}L${width} ${height}L0 ${height}Z` }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
