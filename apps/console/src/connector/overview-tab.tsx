import { recordCoordinates, sumOfTasks, type TaskMetrics, type TaskStatus } from '@penstock/client'
import { connect } from '../api/client.ts'
import { formatAgo, formatBytes, formatCount, formatMs, formatRate, formatShort, formatTime } from '../format/format.ts'
import { type ConnectorSummary, errorsOf, lagOf, lastErrorOf, recordsPerSecond } from '../live/cluster-state.ts'
import { links } from '../routing/route.ts'
import { perform } from '../ui/action.ts'
import { Figure } from '../ui/figure.tsx'
import { Empty, Notice } from '../ui/notice.tsx'
import { Sparkline } from '../ui/sparkline.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { Trace } from '../ui/trace.tsx'
import { ActiveTopics } from './active-topics.tsx'

/** How the connector and each of its tasks fare. */
export function OverviewTab({ connector: { name, status, metrics, throughput } }: { connector: ConnectorSummary }) {
  const rate = recordsPerSecond(metrics)
  const last = lastErrorOf(metrics)
  return (
    <>
      {status.connector.trace !== undefined && (
        <Notice tone="bad">
          <strong>The connector has failed</strong>
          <Trace text={status.connector.trace} />
        </Notice>
      )}
      <dl class="figures">
        <Figure label="Records">
          {formatRate(rate)}
          <Sparkline values={throughput} label={`Records per second lately; now ${formatRate(rate)}`} />
        </Figure>
        <Figure label="Lag">{formatCount(lagOf(metrics))}</Figure>
        <Figure label="Errors">{formatCount(errorsOf(metrics))}</Figure>
        <Figure label="Dead letters">
          {status.type === 'sink' ? (
            <a href={links.connector(name, 'dead-letters')}>{formatCount(sumOfTasks(metrics, 'dead_letters_total'))}</a>
          ) : (
            formatCount(sumOfTasks(metrics, 'dead_letters_total'))
          )}
        </Figure>
        <Figure label="Retries">{formatCount(sumOfTasks(metrics, 'retries_total'))}</Figure>
        <Figure label="Runs on">
          {status.connector.worker_id}
          <small>
            <a href={links.logsOf({ worker: status.connector.worker_id, connector: name })}>logs</a>
          </small>
        </Figure>
      </dl>
      {last !== null && (
        <section aria-labelledby="last-error-heading">
          <h2 id="last-error-heading">Last error</h2>
          <LastErrorDetails error={last} />
        </section>
      )}
      <section aria-labelledby="tasks-heading">
        <h2 id="tasks-heading">Tasks</h2>
        {status.tasks.length === 0 ? (
          <Empty title="No tasks">
            <p>
              {status.connector.state === 'STOPPED' ? 'A stopped connector has none.' : 'None are assigned at present.'}
            </p>
          </Empty>
        ) : (
          <ul class="tasks">
            {status.tasks.map((task) => (
              <TaskItem
                key={task.id}
                name={name}
                task={task}
                metrics={metrics?.tasks.find(({ id }) => id === task.id) ?? null}
              />
            ))}
          </ul>
        )}
      </section>
      <ActiveTopics name={name} />
    </>
  )
}

function TaskItem({ name, task, metrics }: { name: string; task: TaskStatus; metrics: TaskMetrics | null }) {
  const { id, state, worker_id: worker, trace } = task
  const error = metrics?.last_error ?? null
  return (
    <li class="card" aria-label={`Task ${id}`}>
      <div class="card-header">
        <h3>Task {id}</h3>
        <StateBadge state={state} />
        <span class="card-note">{worker}</span>
        <button
          type="button"
          class="small card-link"
          aria-label={`Restart task ${id}`}
          onClick={() => void perform(`Task ${id} of ${name} restarts`, () => connect.restartTask(name, id))}
        >
          Restart
        </button>
      </div>
      <dl class="figures figures-small">
        <Figure label="Records">{formatRate(metrics?.records_per_second)}</Figure>
        <Figure label="Data">
          {formatBytes(metrics?.bytes_per_second)}
          {metrics?.bytes_per_second !== null && metrics !== null && '/s'}
        </Figure>
        <Figure label="In total">{formatShort(metrics?.records_total)}</Figure>
        <Figure label="Lag">{formatCount(metrics?.lag)}</Figure>
        <Figure label="Write, half / 99 %">
          {formatMs(metrics?.put_latency_ms?.p50)} / {formatMs(metrics?.put_latency_ms?.p99)}
        </Figure>
        <Figure label="Errors">{formatCount(metrics?.errors_total)}</Figure>
      </dl>
      {metrics?.holding !== null && metrics?.holding !== undefined && (
        <Notice tone="warn">
          <strong>It holds its records back</strong>
          <p>{metrics.holding}</p>
        </Notice>
      )}
      {trace !== undefined && (
        <div class="task-trace">
          {error !== null && recordCoordinates(error) !== null && (
            <p>
              at record <code>{recordCoordinates(error)}</code>
              {error.stage !== null && <> in {error.stage}</>}
            </p>
          )}
          <Trace text={trace} />
        </div>
      )}
    </li>
  )
}

function LastErrorDetails({ error }: { error: NonNullable<ReturnType<typeof lastErrorOf>> }) {
  const at = recordCoordinates(error)
  return (
    <Notice tone="bad">
      <p class="error-place">
        {at !== null && (
          <>
            Record <code>{at}</code>{' '}
          </>
        )}
        {error.stage !== null && <span class="tag">{error.stage}</span>}
        {error.at !== null && <span title={formatTime(error.at)}>{formatAgo(error.at)}</span>}
      </p>
      <Trace text={error.message} />
    </Notice>
  )
}
