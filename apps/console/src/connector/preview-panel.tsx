import { type Preview, type PreviewRequest, type PreviewWrite, recordCoordinates } from '@penstock/client'
import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { formatAmount, formatTime } from '../format/format.ts'
import { Empty, ErrorNotice } from '../ui/notice.tsx'
import { Pre } from '../ui/pre.tsx'
import { MessageText, RecordText } from './shown-record.tsx'

export interface PreviewPanelProps {
  readonly ask: (request: PreviewRequest) => Promise<Preview>
}

type Outcome =
  | { readonly kind: 'none' | 'asking' }
  | { readonly kind: 'shown'; readonly preview: Preview }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Takes real records through converters and transformations, step by step; nothing is written. */
export function PreviewPanel({ ask }: PreviewPanelProps) {
  const [outcome, setOutcome] = useState<Outcome>({ kind: 'none' })
  const [records, setRecords] = useState('5')
  const [topic, setTopic] = useState('')
  const run = async (): Promise<void> => {
    setOutcome({ kind: 'asking' })
    try {
      const wanted = topic.trim() === '' ? {} : { topic: topic.trim() }
      setOutcome({ kind: 'shown', preview: await ask({ records: Number(records), ...wanted }) })
    } catch (error) {
      setOutcome({ kind: 'failed', error })
    }
  }
  return (
    <div class="preview">
      <form
        class="toolbar"
        onSubmit={(event) => {
          event.preventDefault()
          void run()
        }}
      >
        <label class="field-inline">
          <span>Last</span>
          <select value={records} onChange={(event) => setRecords(event.currentTarget.value)}>
            {['1', '5', '10', '25', '100'].map((count) => (
              <option key={count} value={count}>
                {count === '1' ? '1 record' : `${count} records`}
              </option>
            ))}
          </select>
        </label>
        <label class="field-inline">
          <span>of topic</span>
          <input
            value={topic}
            placeholder="the first one"
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => setTopic(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary" disabled={outcome.kind === 'asking'}>
          {outcome.kind === 'asking' ? 'Reading …' : 'Show preview'}
        </button>
      </form>
      <div aria-live="polite">
        {outcome.kind === 'failed' && <ErrorNotice error={outcome.error} />}
        {outcome.kind === 'shown' && <PreviewRecords preview={outcome.preview} />}
      </div>
    </div>
  )
}

function PreviewRecords({ preview }: { preview: Preview }) {
  if (preview.records.length === 0) {
    return (
      <Empty title={`${preview.topic} has no records`}>
        <p>Write one, and ask again.</p>
      </Empty>
    )
  }
  return (
    <>
      <p class="help">
        {formatAmount(preview.records.length, 'record', 'records')} of <code>{preview.topic}</code>. Nothing was
        written.
      </p>
      <ol class="preview-records">
        {preview.records.map((record) => (
          <PreviewedRecord
            key={`${record.partition}-${record.offset}`}
            record={record}
            showsWrites={preview.shows_writes}
          />
        ))}
      </ol>
    </>
  )
}

type Previewed = Preview['records'][number]

function PreviewedRecord({ record, showsWrites }: { record: Previewed; showsWrites: boolean }) {
  const headingId = useId()
  const {
    topic,
    partition,
    offset,
    timestamp,
    raw,
    converted,
    transformations,
    dropped_by: droppedBy,
    error,
    writes,
  } = record
  return (
    <li class="card" aria-labelledby={headingId}>
      <div class="card-header">
        <h3 id={headingId}>
          <code>{recordCoordinates({ topic, partition, offset })}</code>
        </h3>
        <span class="card-note">{formatTime(timestamp)}</span>
        {error !== null && <span class="badge badge-bad">fails in {error.stage}</span>}
        {droppedBy !== null && <span class="badge badge-calm">dropped by {droppedBy}</span>}
      </div>
      <div class="steps">
        <Step title="In Kafka" open={false}>
          <MessageText message={raw} />
        </Step>
        {converted !== null && (
          <Step title="Converted" open={transformations.length === 0}>
            <RecordText record={converted} />
          </Step>
        )}
        {transformations.map(({ alias, class: plugin, records }) => (
          <Step key={alias} title={`After ${alias}`} note={plugin.replace(/^.*\./, '')} open={false}>
            {records.length === 0 && <p class="help">No record is left.</p>}
            {records.map((each, index) => (
              <RecordText key={index} record={each} />
            ))}
          </Step>
        ))}
        {error !== null && (
          <Step title="Fails" open>
            <p class="bad-text pre-line">{error.message}</p>
            <p class="help">
              <code>{error.exception}</code>
            </p>
          </Step>
        )}
        {writes.map((write, index) => (
          <Write key={index} write={write} />
        ))}
        {!showsWrites && error === null && <p class="help">The plugin does not tell what it would write.</p>}
      </div>
    </li>
  )
}

function Write({ write }: { write: PreviewWrite }) {
  if (write.kind === 'skipped') {
    return (
      <Step title="Written" open>
        <p class="help">Nothing: the sink passes over this record.</p>
      </Step>
    )
  }
  if (write.kind === 'refused') {
    return (
      <Step title="Refused by the sink" open>
        <p class="bad-text pre-line">{write.message}</p>
      </Step>
    )
  }
  return (
    <Step
      title="Would be written"
      note={`${write.action} → ${write.target}${write.id === null ? '' : ` / ${write.id}`}`}
      open
    >
      <Pre>{`${write.text}${write.truncated ? ' …' : ''}`}</Pre>
    </Step>
  )
}

function Step({
  title,
  note,
  open,
  children,
}: {
  title: string
  note?: string
  open: boolean
  children: ComponentChildren
}) {
  return (
    <details class="step" open={open}>
      <summary>
        <span>{title}</span>
        {note !== undefined && <code class="step-note">{note}</code>}
      </summary>
      {children}
    </details>
  )
}
