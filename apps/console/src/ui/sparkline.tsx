import { sparklinePath } from './sparkline-path.ts'

const width = 96
const height = 22

/** The course of a figure whose present value stands beside it. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const { line, area } = sparklinePath(values, { width, height })
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {area !== '' && <path class="sparkline-area" d={area} />}
      {line !== '' && <path class="sparkline-line" d={line} />}
    </svg>
  )
}
