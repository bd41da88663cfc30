/** The metrics of this worker's place in its group: rebalances as it sees them, and its calls to the coordinator. */
import type { GroupFigures, Summary } from './figures.ts'
import { connectName, type Metric, type MetricType } from './metric.ts'

const rebalance = 'connect-worker-rebalance-metrics'
const coordinator = 'connect-coordinator-metrics'

function ofGroup(
  name: string,
  type: MetricType,
  help: string,
  read: (group: GroupFigures) => number | Summary,
): Metric {
  return {
    name,
    type,
    labels: [],
    help,
    *read({ worker }) {
      if (worker?.group) yield { labels: {}, value: read(worker.group) }
    },
  }
}

/** Sum and count of durations, and the longest. */
function durations(
  group: string,
  [attribute, maxAttribute]: readonly [string, string],
  what: string,
  read: (group: GroupFigures) => Summary,
): Metric[] {
  return [
    ofGroup(
      connectName(group, attribute),
      'distribution',
      `${what} in milliseconds: sum and count since the worker started.`,
      read,
    ),
    ofGroup(
      connectName(group, maxAttribute),
      'gauge',
      `${what} in milliseconds: the longest since the worker started.`,
      (figures) => read(figures).max,
    ),
  ]
}

/** What the leader has given to this worker. */
function assigned(what: 'connectors' | 'tasks'): Metric {
  return {
    name: connectName(coordinator, `assigned-${what}`),
    type: 'gauge',
    labels: [],
    help: `${what === 'tasks' ? 'Tasks' : 'Connectors'} that the group has assigned to this worker.`,
    *read({ worker }) {
      if (worker?.group) yield { labels: {}, value: worker[what].length }
    },
  }
}

const rebalanceMetrics: readonly Metric[] = [
  {
    name: connectName(rebalance, 'info'),
    type: 'gauge',
    labels: ['connect_protocol', 'leader_name'],
    help: 'Protocol of the group and REST address of its leader; always 1.',
    *read({ worker }) {
      const group = worker?.group
      if (!group) return
      yield { labels: { connect_protocol: group.protocol.toUpperCase(), leader_name: group.leaderUrl ?? '' }, value: 1 }
    },
  },
  ofGroup(
    connectName(rebalance, 'epoch'),
    'gauge',
    'Generation of the group that this worker knows.',
    (group) => group.generation,
  ),
  ofGroup('penstock_worker_is_leader', 'gauge', '1 on the leader of the group, 0 on the others.', ({ isLeader }) =>
    isLeader ? 1 : 0,
  ),
  ofGroup(
    connectName(rebalance, 'completed-rebalances-total'),
    'counter',
    'Rebalances that this worker has completed: the work of the new assignment is started.',
    (group) => group.completedRebalances,
  ),
  ofGroup(connectName(rebalance, 'rebalancing'), 'gauge', '1 while a new assignment is being put to work.', (group) =>
    group.rebalancing ? 1 : 0,
  ),
  ofGroup(
    'penstock_worker_rebalance_last_seconds',
    'gauge',
    'Duration of the latest rebalance in seconds, from the end of the sync until its work was started.',
    (group) => group.lastRebalanceMs / 1000,
  ),
  ...durations(
    rebalance,
    ['rebalance-time-ms', 'rebalance-max-time-ms'],
    'Duration of rebalances, from the end of the sync until their work was started,',
    (group) => group.rebalanceMs,
  ),
  ofGroup(
    connectName(rebalance, 'time-since-last-rebalance-ms'),
    'gauge',
    'Milliseconds since the latest rebalance; +Inf before the first.',
    (group) => group.msSinceLastRebalance,
  ),
]

const coordinatorMetrics: readonly Metric[] = [
  assigned('connectors'),
  assigned('tasks'),
  ofGroup(
    connectName(coordinator, 'heartbeat-total'),
    'counter',
    'Heartbeats that the group coordinator has answered.',
    ({ calls }) => calls.heartbeats.count,
  ),
  ...durations(
    coordinator,
    ['heartbeat-response-time', 'heartbeat-response-time-max'],
    'Time until a heartbeat was answered',
    ({ calls }) => calls.heartbeats,
  ),
  ofGroup(
    connectName(coordinator, 'last-heartbeat-seconds-ago'),
    'gauge',
    'Seconds since the latest heartbeat that was answered; -1 before the first.',
    (group) => group.secondsSinceLastHeartbeat,
  ),
  ofGroup(
    connectName(coordinator, 'join-total'),
    'counter',
    'Times that the group has let this worker join.',
    ({ calls }) => calls.joins.count,
  ),
  ...durations(
    coordinator,
    ['join-time', 'join-time-max'],
    'Time until a join was answered, the wait for the other members included,',
    ({ calls }) => calls.joins,
  ),
  ofGroup(
    connectName(coordinator, 'sync-total'),
    'counter',
    'Assignments that the coordinator has given to this worker.',
    ({ calls }) => calls.syncs.count,
  ),
  ...durations(
    coordinator,
    ['sync-time', 'sync-time-max'],
    'Time until the coordinator gave an assignment',
    ({ calls }) => calls.syncs,
  ),
  ofGroup(
    connectName(coordinator, 'rebalance-total'),
    'counter',
    'Rebalances of the group that brought this worker an assignment.',
    ({ calls }) => calls.rebalances.count,
  ),
  ...durations(
    coordinator,
    ['rebalance-latency', 'rebalance-latency-max'],
    'Time from the first attempt to join until the assignment was there',
    ({ calls }) => calls.rebalances,
  ),
  ofGroup(
    connectName(coordinator, 'rebalance-latency-total'),
    'counter',
    'Time from the first attempts to join until the assignments were there, in milliseconds altogether.',
    ({ calls }) => calls.rebalances.sum,
  ),
  ofGroup(
    connectName(coordinator, 'failed-rebalance-total'),
    'counter',
    'Joins and syncs that failed for another reason than that the group moved on.',
    ({ calls }) => calls.failedRebalances,
  ),
  ofGroup(
    connectName(coordinator, 'last-rebalance-seconds-ago'),
    'gauge',
    'Seconds since this worker has completed a rebalance; -1 before the first.',
    ({ msSinceLastRebalance }) => (Number.isFinite(msSinceLastRebalance) ? msSinceLastRebalance / 1000 : -1),
  ),
]

export const groupMetrics: readonly Metric[] = [...rebalanceMetrics, ...coordinatorMetrics]
