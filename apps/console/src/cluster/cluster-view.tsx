import type { WorkerInfo } from '@penstock/client'
import { connect } from '../api/client.ts'
import {
  formatAgo,
  formatAmount,
  formatBytes,
  formatDuration,
  formatPercent,
  formatTime,
  unknownText,
} from '../format/format.ts'
import { overallState } from '../live/cluster-state.ts'
import { cluster, loadError, loaded, retryLoading } from '../live/live.ts'
import { links } from '../routing/route.ts'
import { Figure } from '../ui/figure.tsx'
import { ErrorNotice, Loading, Notice } from '../ui/notice.tsx'
import { ScrollBox } from '../ui/scroll-box.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { useResource } from '../ui/use-resource.ts'
import { ViewHeader } from '../ui/view-header.tsx'

/** The workers and what each carries. */
export function ClusterView() {
  const info = useResource(() => connect.root(), [])
  return (
    <>
      <ViewHeader title="Cluster" />
      {!loaded.value && loadError.value !== null && (
        <ErrorNotice error={loadError.value} retry={() => void retryLoading()} />
      )}
      {!loaded.value && loadError.value === null && <Loading what="the cluster" />}
      {loaded.value && (
        <>
          <Summary version={info.data?.version ?? null} clusterId={info.data?.kafka_cluster_id ?? null} />
          <Unreachable workers={cluster.value.workers} />
          <section aria-labelledby="workers-heading">
            <h2 id="workers-heading">Workers</h2>
            <div class="cards">
              {cluster.value.workers.map((worker) => (
                <WorkerCard key={worker.worker_id} worker={worker} />
              ))}
            </div>
          </section>
        </>
      )}
    </>
  )
}

function Summary({ version, clusterId }: { version: string | null; clusterId: string | null }) {
  const { workers, connectors } = cluster.value
  const leader = workers.find((worker) => worker.leader)
  const rebalances = leader?.rebalances ?? workers.find((worker) => worker.rebalances !== null)?.rebalances ?? null
  const failed = [...connectors.values()].filter(({ status }) => overallState(status) === 'FAILED').length
  const tasks = [...connectors.values()].reduce((sum, { status }) => sum + status.tasks.length, 0)
  const lastRebalance = rebalances?.last_at === null || rebalances === null ? 'none yet' : formatAgo(rebalances.last_at)
  return (
    <dl class="figures">
      <Figure label="Workers">{workers.length}</Figure>
      <Figure label="Leader">{leader?.worker_id ?? unknownText}</Figure>
      <Figure label="Generation">{leader?.generation ?? workers[0]?.generation ?? unknownText}</Figure>
      <Figure label="Last rebalance">
        <span title={formatTime(rebalances?.last_at)}>{lastRebalance}</span>
        {rebalances !== null && rebalances.delay_ms > 0 && (
          <small>lost work waits {formatDuration(rebalances.delay_ms)} more for its worker</small>
        )}
      </Figure>
      <Figure label="Connectors">
        <a href={links.connectors}>{connectors.size}</a>
        {failed > 0 && (
          <a class="bad-text" href={links.connectorsWhere(new URLSearchParams({ state: 'FAILED' }))}>
            {formatAmount(failed, 'failed', 'failed')}
          </a>
        )}
      </Figure>
      <Figure label="Tasks">{tasks}</Figure>
      <Figure label="Version">{version ?? unknownText}</Figure>
      <Figure label="Kafka cluster">
        <code>{clusterId ?? unknownText}</code>
      </Figure>
    </dl>
  )
}

function Unreachable({ workers }: { workers: readonly WorkerInfo[] }) {
  const gone = workers.filter(({ state }) => state === 'UNREACHABLE')
  return (
    <div aria-live="polite">
      {gone.length > 0 && (
        <Notice tone="bad">
          <strong>{formatAmount(gone.length, 'worker does', 'workers do')} not answer</strong>
          <p>
            {gone.map(({ worker_id: id }) => id).join(', ')}: what it runs may go on, or move to others when the group
            gives it up.
          </p>
        </Notice>
      )}
    </div>
  )
}

function WorkerCard({ worker }: { worker: WorkerInfo }) {
  const { worker_id: id, state, process, executors, rebalances } = worker
  return (
    <article class={`card ${state === 'UNREACHABLE' ? 'card-bad' : ''}`} aria-label={`Worker ${id}`}>
      <header class="card-header">
        <h3>{id}</h3>
        <StateBadge state={state} />
        {worker.leader && <span class="tag">leader</span>}
        <a class="card-link" href={links.logsOf({ worker: id })} aria-label={`Logs of ${id}`}>
          Logs
        </a>
      </header>
      {worker.error !== null && <p class="bad-text pre-line">{worker.error}</p>}
      {state === 'RUNNING' && (
        <>
          <dl class="figures figures-small">
            <Figure label="CPU of a core">{formatPercent(process?.cpu_percent)}</Figure>
            <Figure label="Memory">{formatBytes(process?.rss_bytes)}</Figure>
            <Figure label="Up since">
              <span title={formatTime(worker.started_at)}>{formatAgo(worker.started_at)}</span>
            </Figure>
            <Figure label="Rebalances">{rebalances?.completed ?? unknownText}</Figure>
            <Figure label="Connectors">{worker.connectors.length}</Figure>
            <Figure label="Tasks">{worker.tasks.length}</Figure>
          </dl>
          <Executors executors={executors} worker={id} />
        </>
      )}
    </article>
  )
}

function Executors({ executors, worker }: { executors: WorkerInfo['executors']; worker: string }) {
  if (executors.length === 0)
    return <p class="help">No executor runs: there is nothing to do, or the worker runs everything itself.</p>
  return (
    <ScrollBox label={`Executors of ${worker}`}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Executor</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              CPU
            </th>
            <th scope="col" class="number">
              Memory
            </th>
            <th scope="col" class="number">
              Tasks
            </th>
            <th scope="col" class="number">
              Restarts
            </th>
          </tr>
        </thead>
        <tbody>
          {executors.map((executor) => (
            <tr key={executor.slot}>
              <th scope="row">
                {executor.slot} <small>pid {executor.pid}</small>
              </th>
              <td>
                <StateBadge state={executor.state} />
              </td>
              <td class="number">{formatPercent(executor.cpu_percent)}</td>
              <td class="number">{formatBytes(executor.rss_bytes)}</td>
              <td class="number">
                <span title={executor.tasks.join(', ')}>{executor.tasks.length}</span>
              </td>
              <td class="number">{executor.restarts}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}
