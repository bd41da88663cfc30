/** What is known of the cluster, and how events change it. Nothing here does I/O. */
import {
  type ClusterEvent,
  type ConnectorMetrics,
  type ConnectorState,
  type ConnectorStatus,
  type ExpandedConnector,
  type LastError,
  sumOfTasks,
  type WorkerInfo,
} from '@penstock/client'

/** A connector as lists show it. */
export interface ConnectorSummary {
  readonly name: string
  readonly status: ConnectorStatus
  readonly metrics: ConnectorMetrics | null
  /** Records per second, the latest last. */
  readonly throughput: readonly number[]
}

export interface ClusterState {
  readonly connectors: ReadonlyMap<string, ConnectorSummary>
  readonly workers: readonly WorkerInfo[]
}

export const emptyCluster: ClusterState = { connectors: new Map(), workers: [] }

/** Points of a sparkline. */
export const historyLength = 60

/** Takes a whole answer in; what is kept of before is the history of throughputs. */
export function withConnectors(state: ClusterState, answer: Readonly<Record<string, ExpandedConnector>>): ClusterState {
  const connectors = new Map<string, ConnectorSummary>()
  for (const [name, { status, metrics }] of Object.entries(answer)) {
    if (status === undefined) continue
    const before = state.connectors.get(name)
    const known = metrics ?? before?.metrics ?? null
    const throughput = metrics === undefined ? (before?.throughput ?? []) : extended(before?.throughput ?? [], metrics)
    connectors.set(name, { name, status, metrics: known, throughput })
  }
  return { ...state, connectors }
}

/** Null where the event tells too little: then the connector has to be asked for. */
export function withEvent(state: ClusterState, event: ClusterEvent): ClusterState | null {
  switch (event.event) {
    case 'connector': {
      const { name, state: connectorState } = event.data
      const known = state.connectors.get(name)
      if (connectorState === 'DESTROYED') return withoutConnector(state, name)
      if (known === undefined) return null
      const { name: _, ...connector } = event.data
      return withSummary(state, { ...known, status: { ...known.status, connector } })
    }
    case 'task': {
      const { name, ...task } = event.data
      const known = state.connectors.get(name)
      if (known === undefined) return task.state === 'DESTROYED' ? state : null
      const others = known.status.tasks.filter(({ id }) => id !== task.id)
      const tasks = task.state === 'DESTROYED' ? others : [...others, task].sort((a, b) => a.id - b.id)
      return withSummary(state, { ...known, status: { ...known.status, tasks } })
    }
    case 'config':
      return event.data.deleted ? withoutConnector(state, event.data.name) : state
    case 'metrics':
      return withMetrics(state, event.data)
    case 'worker':
      return withWorker(state, event.data)
    case 'rebalance':
      return withGeneration(state, event.data)
    default:
      return state // of a newer worker
  }
}

function withSummary(state: ClusterState, summary: ConnectorSummary): ClusterState {
  return { ...state, connectors: new Map(state.connectors).set(summary.name, summary) }
}

function withoutConnector(state: ClusterState, name: string): ClusterState {
  if (!state.connectors.has(name)) return state
  const connectors = new Map(state.connectors)
  connectors.delete(name)
  return { ...state, connectors }
}

function withMetrics(
  state: ClusterState,
  changed: Readonly<Record<string, { readonly metrics: ConnectorMetrics }>>,
): ClusterState {
  const connectors = new Map(state.connectors)
  for (const [name, { metrics }] of Object.entries(changed)) {
    const known = connectors.get(name)
    if (known !== undefined)
      connectors.set(name, { ...known, metrics, throughput: extended(known.throughput, metrics) })
  }
  return { ...state, connectors }
}

function withWorker(state: ClusterState, worker: WorkerInfo): ClusterState {
  const others = state.workers.filter(({ worker_id: id }) => id !== worker.worker_id)
  const workers = [...others, worker].sort((a, b) => (a.worker_id < b.worker_id ? -1 : 1))
  return { ...state, workers }
}

/** Workers that left go; new ones are told of by events of their own. */
function withGeneration(
  state: ClusterState,
  { generation, leader, members }: Extract<ClusterEvent, { event: 'rebalance' }>['data'],
): ClusterState {
  const workers = state.workers
    .filter(({ worker_id: id }) => members.includes(id))
    .map((worker) => ({ ...worker, generation, leader: worker.worker_id === leader }))
  return { ...state, workers }
}

function extended(history: readonly number[], metrics: ConnectorMetrics): readonly number[] {
  const rate = recordsPerSecond(metrics)
  return rate === null ? history : [...history, rate].slice(-historyLength)
}

export function recordsPerSecond(metrics: ConnectorMetrics | null): number | null {
  return sumOfTasks(metrics, 'records_per_second')
}

export function lagOf(metrics: ConnectorMetrics | null): number | null {
  return sumOfTasks(metrics, 'lag')
}

export function errorsOf(metrics: ConnectorMetrics | null): number | null {
  return sumOfTasks(metrics, 'errors_total')
}

/** Of all tasks the latest. */
export function lastErrorOf(metrics: ConnectorMetrics | null): LastError | null {
  const errors = (metrics?.tasks ?? []).map(({ last_error: error }) => error).filter((error) => error !== null)
  return errors.sort((a, b) => (b.at ?? 0) - (a.at ?? 0))[0] ?? null
}

/** One word for a connector and its tasks: a connector that runs with a failed task is FAILED to people. */
export function overallState({ connector, tasks }: ConnectorStatus): ConnectorState {
  const states = [connector.state, ...tasks.map(({ state }) => state)]
  return (['FAILED', 'UNASSIGNED', 'RESTARTING'] as const).find((state) => states.includes(state)) ?? connector.state
}
