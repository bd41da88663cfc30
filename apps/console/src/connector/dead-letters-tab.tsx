import { type DeadLetterPage, type DeadLetterQuery, type RedriveRequest, recordCoordinates } from '@penstock/client'
import { useState } from 'preact/hooks'
import { connect } from '../api/client.ts'
import { parseConfigJson } from '../editor/config-json.ts'
import { formatAmount, formatCount, formatTime } from '../format/format.ts'
import { perform } from '../ui/action.ts'
import { ConfirmButton } from '../ui/confirm-button.tsx'
import { Empty, ErrorNotice, Loading } from '../ui/notice.tsx'
import { useResource } from '../ui/use-resource.ts'
import { InspectionProgress } from './inspection-progress.tsx'
import { MessageText } from './shown-record.tsx'
import { useInspection } from './use-inspection.ts'

const pageSize = 25

/** What the connector could not write, why, and how to take it through a corrected config. */
export function DeadLettersTab({ name }: { name: string }) {
  const [reason, setReason] = useState('')
  const [pages, setPages] = useState<readonly string[]>([])
  const from = pages.at(-1)
  const query: DeadLetterQuery = {
    limit: pageSize,
    ...(reason === '' ? {} : { reason }),
    ...(from === undefined ? {} : { from }),
  }
  const page = useResource(() => connect.deadLetters(name, query), [name, reason, from])
  const redrive = useInspection(() => connect.deadLetterRedrive(name), name)
  const begin = async (request: RedriveRequest): Promise<void> => {
    await perform('Dead letters are driven again', () => connect.redriveDeadLetters(name, request))
    redrive.look()
  }
  return (
    <section aria-labelledby="letters-heading">
      <h2 id="letters-heading">Dead letters</h2>
      <div class="toolbar">
        <form
          class="toolbar-form"
          onSubmit={(event) => {
            event.preventDefault()
            setPages([])
            setReason(String(new FormData(event.currentTarget).get('reason') ?? '').trim())
          }}
        >
          <label class="field-inline">
            <span>Reason contains</span>
            <input name="reason" defaultValue={reason} placeholder="mapper_parsing" spellcheck={false} />
          </label>
          <button type="submit">Show</button>
        </form>
        <RedriveButton reason={reason} begin={begin} disabled={redrive.inspection?.state === 'RUNNING'} />
      </div>
      {redrive.inspection !== null && redrive.inspection !== undefined && (
        <div aria-live="polite" class="card">
          <h3>Driven again</h3>
          <InspectionProgress
            inspection={redrive.inspection}
            onCancel={() => void perform('Cancelled', () => connect.cancelDeadLetterRedrive(name)).then(redrive.look)}
          />
          {redrive.inspection.result !== null && (
            <p>
              {formatAmount(redrive.inspection.result.taken, 'letter', 'letters')} taken,{' '}
              {formatCount(redrive.inspection.result.written)} written, {formatCount(redrive.inspection.result.refused)}{' '}
              refused again, {formatCount(redrive.inspection.result.dropped)} dropped.
            </p>
          )}
          {redrive.inspection.result?.refusals.slice(0, 10).map((refusal) => (
            <p key={`${refusal.topic}-${refusal.partition}-${refusal.offset}`} class="bad-text">
              <code>{recordCoordinates(refusal)}</code> {refusal.message}
            </p>
          ))}
        </div>
      )}
      {page.error !== undefined && <ErrorNotice error={page.error} retry={page.reload} />}
      {page.data === undefined && page.loading && <Loading what="dead letters" />}
      {page.error === undefined && page.data !== undefined && (
        <>
          <Letters page={page.data} />
          <div class="form-buttons">
            {pages.length > 0 && (
              <button type="button" onClick={() => setPages(pages.slice(0, -1))}>
                Newer
              </button>
            )}
            {page.data.next !== null && (
              <button type="button" onClick={() => setPages([...pages, page.data?.next ?? ''])}>
                Older
              </button>
            )}
          </div>
        </>
      )}
    </section>
  )
}

function Letters({ page: { topic, letters, next } }: { page: DeadLetterPage }) {
  if (letters.length === 0) {
    return (
      <Empty title={next === null ? 'No dead letters' : 'None among the latest'}>
        <p>
          Looked in <code>{topic}</code>.{next !== null && ' There may be some among older ones.'}
        </p>
      </Empty>
    )
  }
  return (
    <ul class="letters">
      {letters.map(({ partition, offset, timestamp, origin, stage, message, exception, record }) => (
        <li key={`${partition}-${offset}`} class="card">
          <div class="card-header">
            <h3>
              <code>{recordCoordinates(origin ?? { topic, partition, offset })}</code>
            </h3>
            {stage !== null && <span class="badge badge-bad">{stage}</span>}
            <span class="card-note">{formatTime(timestamp)}</span>
          </div>
          <p class="pre-line">
            {message ?? exception ?? 'It does not say why: errors.deadletterqueue.context.headers.enable is off.'}
          </p>
          <details>
            <summary>Record</summary>
            <MessageText message={record} />
          </details>
        </li>
      ))}
    </ul>
  )
}

function RedriveButton({
  reason,
  begin,
  disabled,
}: {
  reason: string
  begin: (request: RedriveRequest) => Promise<void>
  disabled: boolean
}) {
  const [changes, setChanges] = useState('')
  const [fromBeginning, setFromBeginning] = useState(false)
  const parsed = changes.trim() === '' ? null : parseConfigJson(changes)
  return (
    <ConfirmButton
      label="Drive again …"
      disabled={disabled}
      blocked={parsed !== null && !parsed.ok}
      title="Drive dead letters again?"
      confirm="Drive again"
      onConfirm={() =>
        begin({
          ...(reason === '' ? {} : { reason }),
          ...(parsed?.ok === true ? { config: parsed.config } : {}),
          ...(fromBeginning ? { from: 'beginning' as const } : {}),
        })
      }
    >
      <p>
        {reason === '' ? 'All letters' : <>Letters whose reason contains “{reason}”</>} go through the connector’s
        config again, as the records that they were. It begins after those that were driven before.
      </p>
      <label class="field">
        <span>With these changes to the config, as JSON (optional)</span>
        <textarea
          class="code-input"
          rows={5}
          spellcheck={false}
          value={changes}
          aria-invalid={parsed !== null && !parsed.ok}
          onInput={(event) => setChanges(event.currentTarget.value)}
        />
      </label>
      {parsed !== null && !parsed.ok && <p class="field-errors">{parsed.problem}</p>}
      <label class="field-check">
        <input
          type="checkbox"
          checked={fromBeginning}
          onChange={(event) => setFromBeginning(event.currentTarget.checked)}
        />
        <span>Begin anew, also with those that were driven before</span>
      </label>
    </ConfirmButton>
  )
}
