import type { Inspection } from '@penstock/client'
import { formatAmount, formatDuration, formatRate, formatTime } from '../format/format.ts'
import { StateBadge } from '../ui/state-badge.tsx'

/** How far long work is, and how it has ended. */
export function InspectionProgress({
  inspection,
  onCancel,
}: {
  inspection: Inspection<unknown>
  onCancel: () => void
}) {
  const { state, progress, started_at: startedAt, ended_at: endedAt, reason, worker_id: worker } = inspection
  return (
    <div class="progress">
      <p>
        <StateBadge state={state} /> on {worker}, begun {formatTime(startedAt)}
        {endedAt !== null && <>, took {formatDuration(endedAt - startedAt)}</>}
      </p>
      {state === 'RUNNING' && (
        <>
          <progress
            aria-label="Progress"
            value={progress?.offsets_done ?? 0}
            max={Math.max(1, progress?.offsets_total ?? 1)}
          />
          <p class="help">
            {progress === null
              ? 'Beginning …'
              : `${formatAmount(progress.records_read, 'record', 'records')} read, ${formatRate(progress.records_per_second)}`}
          </p>
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        </>
      )}
      {reason !== null && <p class="bad-text pre-line">{reason}</p>}
    </div>
  )
}
