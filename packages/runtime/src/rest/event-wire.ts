import { assertNever } from '@penstock/core'
import type { ClusterEvent } from '../herder/cluster-events.ts'
import type { Status } from '../storage/status.ts'
import { connectorMetricsToWire, workerToWire } from './operating-wire.ts'

/** An event as `GET /events` tells it: its name and its object. */
export function eventToWire(event: ClusterEvent): { readonly name: string; readonly data: object } {
  switch (event.kind) {
    case 'connector':
      return { name: 'connector', data: { name: event.connector, ...statusToWire(event.status) } }
    case 'task':
      return {
        name: 'task',
        data: { name: event.id.connector, id: event.id.task, ...statusToWire(event.status) },
      }
    case 'config':
      return { name: 'config', data: { name: event.connector, deleted: event.deleted } }
    case 'rebalance': {
      const { generation, leader, members } = event
      return { name: 'rebalance', data: { generation, leader, members } }
    }
    case 'worker':
      return { name: 'worker', data: workerToWire(event.worker) }
    case 'metrics':
      return {
        name: 'metrics',
        data: Object.fromEntries(
          event.connectors.map((view) => [view.name, { metrics: connectorMetricsToWire(view) }]),
        ),
      }
    default:
      return assertNever(event)
  }
}

function statusToWire(status: Status<string> | null): object {
  if (status === null) return { state: 'DESTROYED', worker_id: '' }
  const { state, workerId, version, trace } = status
  return { state, worker_id: workerId, version, ...(trace === null || trace === '' ? {} : { trace }) }
}
