/** What the worker tells its metrics: read from the herder, the group and the executors when somebody asks. */
import type { ExecutorPool } from './execution/executor-pool.ts'
import { connectorTypeOf } from './herder/connector-types.ts'
import type { RunningWork } from './herder/running-work.ts'
import type { ConnectionMeter } from './kafka/connection-figures.ts'
import type { ConfigState } from './storage/config-state.ts'
import type { ConnectorFigures, GroupFigures, StartupFigures, WorkerFigures } from './telemetry/figures.ts'

export interface WorkerFiguresSources {
  readonly work: RunningWork
  readonly configs: ConfigState
  readonly executors: ExecutorPool
  readonly connections: ConnectionMeter
  /** Null for a worker without a group. */
  readonly group: () => GroupFigures | null
}

export function workerFigures({ work, configs, executors, connections, group }: WorkerFiguresSources): WorkerFigures {
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
    group: group(),
    executors: executors.figures(),
    connections: connections.figures(),
  }
}

function startups(attempts: number, failures: number): StartupFigures {
  return { attempts, failures, successes: attempts - failures }
}
