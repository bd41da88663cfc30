import type { ConnectorStatus } from '@penstock/client'
import { useState } from 'preact/hooks'
import { connect } from '../api/client.ts'
import { formatAmount } from '../format/format.ts'
import { perform } from '../ui/action.ts'
import { ConfirmButton } from '../ui/confirm-button.tsx'
import { Empty, ErrorNotice, Loading, Notice } from '../ui/notice.tsx'
import { ScrollBox } from '../ui/scroll-box.tsx'
import { useResource } from '../ui/use-resource.ts'
import { offsetEdits, offsetRows } from './offset-edits.ts'

/** Where the connector is. Positions of a stopped one can be changed. */
export function OffsetsTab({ status: { name, type, connector } }: { status: ConnectorStatus }) {
  const offsets = useResource(() => connect.offsets(name), [name, connector.state])
  const [edited, setEdited] = useState<Readonly<Record<string, string>>>({})
  const stopped = connector.state === 'STOPPED'
  const rows = offsetRows(type, offsets.data?.offsets ?? [])
  const edits = offsetEdits(type, rows, edited)
  const save = async (): Promise<void> => {
    if (!edits.ok) return
    if (!(await perform('The offsets are changed', () => connect.alterOffsets(name, edits.offsets)))) return
    setEdited({})
    offsets.reload()
  }
  return (
    <section aria-labelledby="offsets-heading">
      <div class="section-head">
        <h2 id="offsets-heading">Offsets</h2>
        <button type="button" class="small" onClick={offsets.reload}>
          Look again
        </button>
        {stopped && rows.length > 0 && (
          <ConfirmButton
            label="Reset all"
            danger
            title={`Reset all offsets of ${name}?`}
            confirm="Reset"
            onConfirm={async () => {
              if (await perform('The offsets are reset', () => connect.resetOffsets(name))) offsets.reload()
            }}
          >
            <p>
              {type === 'sink'
                ? 'Once it is resumed the connector begins where consumer.override.auto.offset.reset says, by default at the earliest record that its topics still have.'
                : 'Once it is resumed the connector reads its source from the beginning.'}
            </p>
          </ConfirmButton>
        )}
      </div>
      {!stopped && (
        <Notice>
          <p>
            Offsets can be changed while the connector is stopped. It is {connector.state.toLowerCase()} now: use Stop
            above.
          </p>
        </Notice>
      )}
      {offsets.error !== undefined && <ErrorNotice error={offsets.error} retry={offsets.reload} />}
      {offsets.data === undefined && offsets.loading && <Loading what="offsets" />}
      {offsets.data !== undefined && rows.length === 0 && (
        <Empty title="No offsets yet">
          <p>The connector has not committed a position.</p>
        </Empty>
      )}
      {rows.length > 0 && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void save()
          }}
        >
          <ScrollBox labelledBy="offsets-heading">
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">{type === 'sink' ? 'Topic and partition' : 'Source partition'}</th>
                  <th scope="col">{type === 'sink' ? 'Next offset' : 'Position'}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ key, label, text }) => (
                  <tr key={key}>
                    <th scope="row">
                      <code>{label}</code>
                    </th>
                    <td>
                      {stopped ? (
                        <>
                          <input
                            class={type === 'sink' ? 'width-short' : 'width-long'}
                            aria-label={`Offset of ${label}`}
                            aria-invalid={!edits.ok && edits.key === key}
                            value={edited[key] ?? text}
                            placeholder="reset"
                            onInput={(event) => setEdited({ ...edited, [key]: event.currentTarget.value })}
                          />
                          {!edits.ok && edits.key === key && <p class="field-errors">{edits.problem}</p>}
                        </>
                      ) : (
                        <code>{text}</code>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollBox>
          {stopped && (
            <div class="form-buttons">
              <button type="submit" class="primary" disabled={!edits.ok || edits.offsets.length === 0}>
                {edits.ok && edits.offsets.length > 0
                  ? `Change ${formatAmount(edits.offsets.length, 'offset', 'offsets')}`
                  : 'Change offsets'}
              </button>
              <span class="help">An empty field resets its partition.</span>
            </div>
          )}
        </form>
      )}
    </section>
  )
}
