import { firstLine } from './first-line.ts'
import { Pre } from './pre.tsx'

/** Why something failed: the first line at once, the rest when it is asked for. */
export function Trace({ text }: { text: string }) {
  const first = firstLine(text)
  if (first === text.trim()) return <p class="trace-first">{first}</p>
  return (
    <details class="trace">
      <summary>
        <span class="trace-first">{first}</span>
      </summary>
      <Pre>{text}</Pre>
    </details>
  )
}
