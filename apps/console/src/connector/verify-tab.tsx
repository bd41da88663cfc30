import { recordCoordinates, type VerifyRequest, type VerifyResult } from '@penstock/client'
import { useState } from 'preact/hooks'
import { connect } from '../api/client.ts'
import { formatAmount, formatCount } from '../format/format.ts'
import { perform } from '../ui/action.ts'
import { ConfirmButton } from '../ui/confirm-button.tsx'
import { Figure } from '../ui/figure.tsx'
import { ErrorNotice, Loading, Notice } from '../ui/notice.tsx'
import { ScrollBox } from '../ui/scroll-box.tsx'
import { InspectionProgress } from './inspection-progress.tsx'
import { useInspection } from './use-inspection.ts'

/** Proves by offsets that every record of a topic was written, and drives again what is missing. */
export function VerifyTab({ name }: { name: string }) {
  const verification = useInspection(() => connect.verification(name), name)
  const redrive = useInspection(() => connect.gapRedrive(name), name)
  const { inspection } = verification
  const begin = async (request: VerifyRequest): Promise<void> => {
    await perform('The verification has begun', () => connect.verify(name, request))
    verification.look()
  }
  return (
    <section aria-labelledby="verify-heading">
      <h2 id="verify-heading">Verify</h2>
      <p class="help">
        Reads the records of a range again and looks for each where the sink has written it, up to what the connector
        has committed.
      </p>
      <VerifyForm disabled={inspection?.state === 'RUNNING'} begin={begin} />
      {verification.error !== undefined && <ErrorNotice error={verification.error} retry={verification.look} />}
      {inspection === undefined && verification.error === undefined && <Loading what="the last verification" />}
      {inspection === null && <p class="help">Nothing was verified yet.</p>}
      <div aria-live="polite">
        {inspection !== null && inspection !== undefined && (
          <>
            <InspectionProgress
              inspection={inspection}
              onCancel={() =>
                void perform('The verification is cancelled', () => connect.cancelVerification(name)).then(
                  verification.look,
                )
              }
            />
            {inspection.result !== null && <VerifyOutcome result={inspection.result} />}
            {inspection.state === 'DONE' && (inspection.result?.missing ?? 0) > 0 && (
              <ConfirmButton
                label="Write again what is missing"
                title="Write again what is missing?"
                confirm="Write again"
                onConfirm={async () => {
                  await perform('The records are written again', () => connect.redriveGaps(name))
                  redrive.look()
                }}
              >
                <p>
                  The records of the listed gaps go through the connector’s config again. Ids keep what has arrived
                  meanwhile from being there twice. Verify again afterwards.
                </p>
              </ConfirmButton>
            )}
          </>
        )}
        {redrive.inspection !== null && redrive.inspection !== undefined && (
          <section aria-labelledby="gaps-heading">
            <h3 id="gaps-heading">Written again</h3>
            <InspectionProgress
              inspection={redrive.inspection}
              onCancel={() => void perform('Cancelled', () => connect.cancelGapRedrive(name)).then(redrive.look)}
            />
            {redrive.inspection.result !== null && (
              <p>
                {formatCount(redrive.inspection.result.written)} of{' '}
                {formatAmount(redrive.inspection.result.taken, 'record', 'records')} written.
              </p>
            )}
          </section>
        )}
      </div>
    </section>
  )
}

function VerifyForm({ disabled, begin }: { disabled: boolean; begin: (request: VerifyRequest) => Promise<void> }) {
  const [topic, setTopic] = useState('')
  const [since, setSince] = useState('')
  const [within, setWithin] = useState('')
  const request = (): VerifyRequest => ({
    ...(topic.trim() === '' ? {} : { topic: topic.trim() }),
    ...(since === '' ? {} : { from: new Date(since).toISOString() }),
    ...(within.trim() === '' ? {} : { within: within.trim() }),
  })
  return (
    <form
      class="toolbar"
      onSubmit={(event) => {
        event.preventDefault()
        void begin(request())
      }}
    >
      <label class="field-inline">
        <span>Topic</span>
        <input
          value={topic}
          placeholder="the first one"
          spellcheck={false}
          onInput={(event) => setTopic(event.currentTarget.value)}
        />
      </label>
      <label class="field-inline">
        <span>Since</span>
        <input type="datetime-local" value={since} onInput={(event) => setSince(event.currentTarget.value)} />
      </label>
      <label class="field-inline">
        <span>Look in</span>
        <input
          value={within}
          placeholder="logs-*"
          spellcheck={false}
          onInput={(event) => setWithin(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary" disabled={disabled}>
        Verify
      </button>
    </form>
  )
}

function VerifyOutcome({ result }: { result: VerifyResult }) {
  const good = result.missing === 0 && result.duplicated === 0
  return (
    <>
      <Notice tone={good ? 'calm' : 'bad'}>
        <strong>
          {good
            ? `Of ${formatAmount(result.read, 'record', 'records')} none is missing and none is there twice.`
            : `${formatAmount(result.missing, 'record is', 'records are')} missing, ${formatCount(result.duplicated)} there more than once.`}
        </strong>
      </Notice>
      <dl class="figures figures-small">
        {(['read', 'found', 'missing', 'duplicated', 'dropped', 'failed', 'not_verifiable'] as const).map((count) => (
          <Figure key={count} label={count.replace('_', ' ')}>
            {formatCount(result[count])}
          </Figure>
        ))}
      </dl>
      {result.gaps.length > 0 && (
        <ScrollBox label="Gaps">
          <table class="table">
            <caption>Gaps{result.gaps_not_listed > 0 && `, ${result.gaps_not_listed} more are not listed`}</caption>
            <thead>
              <tr>
                <th scope="col">Topic and partition</th>
                <th scope="col" class="number">
                  From
                </th>
                <th scope="col" class="number">
                  Up to before
                </th>
                <th scope="col" class="number">
                  Records
                </th>
              </tr>
            </thead>
            <tbody>
              {result.gaps.map((gap) => (
                <tr key={`${gap.topic}-${gap.partition}-${gap.from}`}>
                  <th scope="row">
                    <code>{`${gap.topic}-${gap.partition}`}</code>
                  </th>
                  <td class="number">{gap.from}</td>
                  <td class="number">{gap.to}</td>
                  <td class="number">{formatCount(gap.records)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
      {[...result.failures.slice(0, 20)].map((failure) => (
        <p key={`${failure.topic}-${failure.partition}-${failure.offset}`}>
          <code>{recordCoordinates(failure)}</code> {failure.message}
        </p>
      ))}
      {result.reasons_not_verifiable.map(({ why, records }) => (
        <p key={why} class="help">
          {formatAmount(records, 'record', 'records')} not verifiable: {why}
        </p>
      ))}
    </>
  )
}
