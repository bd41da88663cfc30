/** The metrics of the worker: what runs here, the executors, its own process; those of its group are in `group-metrics.ts`. */
import { clientMetrics } from './client-metrics.ts'
import type { ConnectorFigures, ExecutorFigures, WorkerFigures } from './figures.ts'
import { groupMetrics } from './group-metrics.ts'
import { connectName, type Metric, type MetricGroup, type MetricType, type Point, stateSet } from './metric.ts'

const connectorStates = ['UNASSIGNED', 'RUNNING', 'PAUSED', 'STOPPED', 'FAILED', 'RESTARTING']

/** One point without labels. */
function single(name: string, type: MetricType, help: string, read: (worker: WorkerFigures) => number): Metric {
  return {
    name,
    type,
    labels: [],
    help,
    *read({ worker }) {
      if (worker) yield { labels: {}, value: read(worker) }
    },
  }
}

function ofExecutors(
  name: string,
  type: MetricType,
  help: string,
  read: (executor: ExecutorFigures) => number,
): Metric {
  return {
    name,
    type,
    labels: ['executor'],
    help,
    *read({ worker }) {
      for (const executor of worker?.executors ?? [])
        yield { labels: { executor: String(executor.index) }, value: read(executor) }
    },
  }
}

function ofConnectors(
  name: string,
  labels: readonly string[],
  help: string,
  read: (connector: ConnectorFigures) => Iterable<Point>,
): Metric {
  return {
    name,
    type: 'gauge',
    labels: ['connector', ...labels],
    help,
    *read({ worker }) {
      for (const connector of worker?.connectors ?? []) yield* read(connector)
    },
  }
}

const worker = 'connect-worker-metrics'

function startups(
  what: 'connector' | 'task',
  read: (worker: WorkerFigures) => WorkerFigures['taskStartups'],
): Metric[] {
  const name = (result: string) => connectName(worker, `${what}-startup-${result}-total`)
  return [
    single(name('attempts'), 'counter', `Starts of ${what}s that were tried.`, (figures) => read(figures).attempts),
    single(name('success'), 'counter', `Starts of ${what}s that succeeded.`, (figures) => read(figures).successes),
    single(name('failure'), 'counter', `Starts of ${what}s that failed.`, (figures) => read(figures).failures),
  ]
}

/** `connector-failed-task-count` and the like: the tasks of a connector on this worker by state. */
function taskCount(state: string | null): Metric {
  return {
    name: connectName(worker, `connector-${state === null ? 'total' : state.toLowerCase()}-task-count`),
    type: 'gauge',
    labels: ['connector'],
    help: `Tasks of the connector on this worker${state === null ? '' : ` whose status is ${state}`}.`,
    *read(snapshot) {
      const counts = new Map<string, number>()
      for (const task of snapshot.worker?.tasks ?? []) {
        const counted = state === null || task.state === state
        counts.set(task.id.connector, (counts.get(task.id.connector) ?? 0) + (counted ? 1 : 0))
      }
      for (const [connector, value] of counts) yield { labels: { connector }, value }
    },
  }
}

export const workerMetricGroups: readonly MetricGroup[] = [
  {
    title: 'Worker',
    metrics: [
      single(
        connectName(worker, 'connector-count'),
        'gauge',
        'Connectors on this worker.',
        ({ connectors }) => connectors.length,
      ),
      single(
        connectName(worker, 'task-count'),
        'gauge',
        'Tasks on this worker, failed ones among them.',
        ({ tasks }) => tasks.length,
      ),
      ...startups('connector', (figures) => figures.connectorStartups),
      ...startups('task', (figures) => figures.taskStartups),
      ...[null, 'RUNNING', 'PAUSED', 'FAILED', 'UNASSIGNED', 'RESTARTING', 'DESTROYED'].map(taskCount),
    ],
  },
  { title: 'Group', metrics: groupMetrics },
  { title: 'Connections to Kafka', metrics: clientMetrics },
  {
    title: 'Executors and process',
    metrics: [
      ofExecutors('penstock_executor_pid', 'gauge', 'Process id of the executor.', ({ pid }) => pid),
      ofExecutors(
        'penstock_executor_memory_bytes',
        'gauge',
        'Resident memory of the executor in bytes.',
        ({ memoryBytes }) => memoryBytes,
      ),
      ofExecutors(
        'penstock_executor_cpu_seconds_total',
        'counter',
        'CPU time of the executor’s present process in seconds.',
        ({ cpuSeconds }) => cpuSeconds,
      ),
      ofExecutors(
        'penstock_executor_restarts_total',
        'counter',
        'Restarts of the executor after it died.',
        ({ restarts }) => restarts,
      ),
      ofProcess(
        'process_resident_memory_bytes',
        'gauge',
        'Resident memory of the worker’s process in bytes, executors not included.',
        () => process.memoryUsage.rss(),
      ),
      ofProcess(
        'process_cpu_seconds_total',
        'counter',
        'CPU time of the worker’s process in seconds, executors not included.',
        () => {
          const { user, system } = process.cpuUsage()
          return (user + system) / 1e6
        },
      ),
      ofProcess(
        'process_start_time_seconds',
        'gauge',
        'When the worker’s process started, in epoch seconds.',
        () => startTimeSeconds,
      ),
    ],
  },
  {
    title: 'Connectors',
    metrics: [
      ofConnectors(
        connectName('connector-metrics', 'status'),
        ['state'],
        'State of the connector, on the worker that runs it: 1 for the state it is in, 0 for the others.',
        ({ connector, state }) => stateSet({ connector }, connectorStates, state),
      ),
      ofConnectors(
        connectName('connector-metrics', 'info'),
        ['connector_class', 'connector_type', 'connector_version'],
        'What the connector is; always 1.',
        ({ connector, connectorClass, type, version }) => [
          {
            labels: {
              connector,
              connector_class: connectorClass,
              connector_type: type,
              connector_version: version ?? '',
            },
            value: 1,
          },
        ],
      ),
    ],
  },
]

const startTimeSeconds = Math.round(Date.now() / 1000 - process.uptime())

function ofProcess(name: string, type: MetricType, help: string, read: () => number): Metric {
  return {
    name,
    type,
    labels: [],
    help,
    *read() {
      yield { labels: {}, value: read() }
    },
  }
}
