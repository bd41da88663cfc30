// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed by hand can't be those of a <table>
// biome-ignore-all lint/a11y/useFocusableInteractive: the links in the rows have the focus
import { recordCoordinates } from '@penstock/client'
import { formatRate, formatShort, unknownText } from '../format/format.ts'
import {
  type ConnectorSummary,
  errorsOf,
  lagOf,
  lastErrorOf,
  overallState,
  recordsPerSecond,
} from '../live/cluster-state.ts'
import { links } from '../routing/route.ts'
import { firstLine } from '../ui/first-line.ts'
import { Sparkline } from '../ui/sparkline.tsx'
import { StateBadge } from '../ui/state-badge.tsx'

/** One connector in the list. */
export function ConnectorCells({ connector: { name, status, metrics, throughput } }: { connector: ConnectorSummary }) {
  const rate = recordsPerSecond(metrics)
  const running = status.tasks.filter(({ state }) => state === 'RUNNING').length
  const holding = metrics?.tasks.find((task) => task.holding !== null)?.holding ?? null
  return (
    <>
      <div role="rowheader" class="cell-name">
        <a href={links.connector(name)}>{name}</a>
        <small>{status.type}</small>
      </div>
      <div role="cell" class="cell-state">
        <StateBadge state={overallState(status)} />
        {holding !== null && (
          <span class="tag tag-warn" title={holding}>
            waits
          </span>
        )}
      </div>
      <div role="cell" class="cell-tasks" data-label="Tasks">
        {running}/{status.tasks.length}
      </div>
      <div role="cell" class="cell-rate">
        <Sparkline values={throughput} label={`Records per second of ${name}: now ${formatRate(rate)}`} />
        <span class="number">{formatRate(rate)}</span>
      </div>
      <div role="cell" class="cell-lag number" data-label="Lag">
        {formatShort(lagOf(metrics))}
      </div>
      <div role="cell" class="cell-errors">
        <LastErrorCell connector={{ name, status, metrics, throughput }} />
      </div>
    </>
  )
}

/** How many, and where the latest was. */
function LastErrorCell({ connector: { status, metrics } }: { connector: ConnectorSummary }) {
  const count = errorsOf(metrics)
  const last = lastErrorOf(metrics)
  const trace = [status.connector, ...status.tasks].find((instance) => instance.trace !== undefined)?.trace
  if (last === null && trace === undefined) return <span>{count === null ? unknownText : formatShort(count)}</span>
  const at = last === null ? null : recordCoordinates(last)
  const text = firstLine(last?.message ?? trace ?? '')
  return (
    <span class="last-error" title={text}>
      {count !== null && count > 0 && <span class="number">{formatShort(count)}</span>}
      {at !== null && <code>{at}</code>}
      <span class="last-error-text">{text}</span>
    </span>
  )
}
