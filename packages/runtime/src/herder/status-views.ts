import { NotFoundError, type TaskId, taskName } from '@penstock/core'
import type { Status } from '../storage/status.ts'
import type { StatusStore } from '../storage/status-store.ts'
import type { ConnectorStatusView, ConnectorType, RestartRequest, StatusView } from './herder.ts'

/** A connector's status as REST shows it. Throws NotFoundError while there is none. */
export function connectorStatusView(
  statuses: StatusStore,
  connector: string,
  type: ConnectorType,
): ConnectorStatusView {
  const status = statuses.connector(connector)
  if (status === null) throw new NotFoundError('herder.no_status', `No status found for connector ${connector}`)
  return {
    name: connector,
    connector: view(status),
    tasks: [...statuses.tasks(connector)].map(([task, taskStatus]) => ({ task, ...view(taskStatus) })),
    type,
  }
}

/** Throws NotFoundError while there is none. */
export function taskStatusView(statuses: StatusStore, id: TaskId) {
  const status = statuses.task(id)
  if (status === null) throw new NotFoundError('herder.no_status', `No status found for task ${taskName(id)}`)
  return view(status)
}

function view<State>({ state, workerId, version, trace }: Status<State>): StatusView<State> {
  return { state, workerId, version, trace }
}

/** What a restart request is about to restart, as a status with those items RESTARTING (KIP-745). */
export function restartPlan(
  current: ConnectorStatusView,
  { includeTasks, onlyFailed }: RestartRequest,
): ConnectorStatusView {
  const chosen = (state: string): boolean => !onlyFailed || state === 'FAILED'
  return {
    ...current,
    connector: chosen(current.connector.state) ? { ...current.connector, state: 'RESTARTING' } : current.connector,
    tasks: current.tasks.map((task) => (includeTasks && chosen(task.state) ? { ...task, state: 'RESTARTING' } : task)),
  }
}
