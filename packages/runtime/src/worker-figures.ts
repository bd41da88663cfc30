/** What the worker tells its metrics: read from the herder, the group and the executors when somebody asks. */
import type { Clock } from '@penstock/core'
import type { ExecutorPool } from './execution/executor-pool.ts'
import { connectProtocolOf } from './group/connect-protocol.ts'
import { connectorTypeOf } from './herder/connector-types.ts'
import type { DistributedHerder } from './herder/distributed-herder.ts'
import type { ConfigState } from './storage/config-state.ts'
import type { ConnectorFigures, GroupFigures, StartupFigures, WorkerFigures } from './telemetry/figures.ts'

export interface WorkerFiguresSources {
  readonly herder: DistributedHerder
  readonly configs: ConfigState
  readonly executors: ExecutorPool
  readonly clock: Clock
}

export function workerFigures({ herder, configs, executors, clock }: WorkerFiguresSources): WorkerFigures {
  const { work } = herder
  const { connectorAttempts, connectorFailures, taskAttempts, taskFailures } = work.startups
  return {
    connectors: work.connectors().map((connector): ConnectorFigures => {
      const { state, version } = work.connector(connector) ?? { state: 'UNASSIGNED', version: null }
      const connectorClass = configs.config(connector)?.['connector.class'] ?? ''
      const type = connectorTypeOf(executors.knownPlugins, configs.config(connector))
      return { connector, state, type, connectorClass, version }
    }),
    tasks: work.tasks().map((id) => ({ id, state: work.taskState(id) ?? 'UNASSIGNED' })),
    connectorStartups: startups(connectorAttempts, connectorFailures),
    taskStartups: startups(taskAttempts, taskFailures),
    group: groupFigures(herder, clock),
    executors: executors.figures(),
  }
}

function startups(attempts: number, failures: number): StartupFigures {
  return { attempts, failures, successes: attempts - failures }
}

function groupFigures({ duties, membership }: DistributedHerder, clock: Clock): GroupFigures {
  const { completed, lastMs, maxMs, lastAt } = duties.figures
  return {
    protocol: connectProtocolOf(duties.protocolVersion),
    leaderUrl: duties.leaderUrl,
    isLeader: duties.isLeader,
    generation: duties.generation,
    rebalancing: membership.isRebalancing,
    completedRebalances: completed,
    lastRebalanceMs: lastMs,
    maxRebalanceMs: maxMs,
    msSinceLastRebalance: lastAt === null ? Number.POSITIVE_INFINITY : clock.now() - lastAt,
    heartbeats: membership.heartbeats,
    secondsSinceLastHeartbeat:
      membership.lastHeartbeatAt === 0 ? -1 : (clock.now() - membership.lastHeartbeatAt) / 1000,
  }
}
