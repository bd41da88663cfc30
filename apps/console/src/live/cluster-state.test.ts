import type { ConnectorMetrics, ConnectorStatus, TaskMetrics, WorkerInfo } from '@penstock/client'
import { expect, test } from 'vitest'
import {
  type ClusterState,
  emptyCluster,
  historyLength,
  lagOf,
  lastErrorOf,
  overallState,
  recordsPerSecond,
  withConnectors,
  withEvent,
} from './cluster-state.ts'

const status: ConnectorStatus = {
  name: 'orders',
  type: 'sink',
  connector: { state: 'RUNNING', worker_id: 'a:1' },
  tasks: [
    { id: 0, state: 'RUNNING', worker_id: 'a:1' },
    { id: 1, state: 'RUNNING', worker_id: 'b:1' },
  ],
}
const task: TaskMetrics = {
  ...{ id: 0, worker_id: 'a:1', state: 'RUNNING', records_per_second: 10, bytes_per_second: 100, records_total: 5 },
  ...{ lag: 3, errors_total: 0, dead_letters_total: 0, retries_total: 0, put_latency_ms: null, holding: null },
  last_error: null,
}
const metrics = (...tasks: Partial<TaskMetrics>[]): ConnectorMetrics => ({
  name: 'orders',
  type: 'sink',
  tasks: tasks.map((each, id) => ({ ...task, id, ...each })),
})
const worker = (id: string): WorkerInfo => ({
  ...{ worker_id: id, url: `http://${id}/`, version: '1', leader: false, generation: 1, state: 'RUNNING', error: null },
  ...{ started_at: 0, rebalances: null, process: null, executors: [], connectors: [], tasks: [] },
})
const known: ClusterState = {
  ...withConnectors(emptyCluster, { orders: { status } }),
  workers: [worker('a:1'), worker('b:1')],
}

function after(state: ClusterState, event: Parameters<typeof withEvent>[1]): ClusterState {
  const next = withEvent(state, event)
  if (next === null) throw new Error(`${event.event} tells too little`)
  return next
}

test('a failed task changes that task alone and makes the connector failed to people', () => {
  const data = { name: 'orders', id: 1, state: 'FAILED', worker_id: 'b:1', trace: 'Error: no' } as const
  const { status: changed } = after(known, { event: 'task', data }).connectors.get('orders')!
  expect(changed.tasks).toEqual([status.tasks[0], { id: 1, state: 'FAILED', worker_id: 'b:1', trace: 'Error: no' }])
  expect(changed.connector.state).toBe('RUNNING')
  expect(overallState(changed)).toBe('FAILED')
})

test('a trace is gone once the task runs again', () => {
  const failed = after(known, {
    event: 'task',
    data: { name: 'orders', id: 1, state: 'FAILED', worker_id: 'b:1', trace: 'Error: no' },
  })
  const data = { name: 'orders', id: 1, state: 'RUNNING', worker_id: 'b:1' } as const
  expect(after(failed, { event: 'task', data }).connectors.get('orders')?.status.tasks[1]?.trace).toBeUndefined()
})

test('a deleted connector goes, with either event that tells of it', () => {
  expect(after(known, { event: 'config', data: { name: 'orders', deleted: true } }).connectors.size).toBe(0)
  const data = { name: 'orders', state: 'DESTROYED', worker_id: 'a:1' } as const
  expect(after(known, { event: 'connector', data }).connectors.size).toBe(0)
})

test('a connector that was not known has to be asked for', () => {
  expect(withEvent(known, { event: 'connector', data: { name: 'new', state: 'RUNNING', worker_id: 'a:1' } })).toBeNull()
  expect(
    withEvent(known, { event: 'task', data: { name: 'new', id: 0, state: 'RUNNING', worker_id: 'a:1' } }),
  ).toBeNull()
})

test('figures are summed over tasks, and what nobody tells stays unknown', () => {
  const both = metrics({ records_per_second: 10, lag: null }, { records_per_second: 5, lag: null })
  expect(recordsPerSecond(both)).toBe(15)
  expect(lagOf(both)).toBeNull()
  expect(lagOf(metrics({ lag: null }, { lag: 7 }))).toBe(7)
})

test('throughputs are kept for the sparkline, only so many', () => {
  let state = known
  for (let rate = 1; rate <= historyLength + 5; rate++) {
    state = after(state, { event: 'metrics', data: { orders: { metrics: metrics({ records_per_second: rate }) } } })
  }
  const { throughput } = state.connectors.get('orders')!
  expect(throughput).toHaveLength(historyLength)
  expect(throughput.at(-1)).toBe(historyLength + 5)
  expect(withConnectors(state, { orders: { status } }).connectors.get('orders')?.throughput).toEqual(throughput)
})

test('of several errors the latest is the last', () => {
  const at = (time: number) => ({
    last_error: { message: String(time), stage: null, topic: null, partition: null, offset: null, at: time },
  })
  expect(lastErrorOf(metrics(at(1), at(3), at(2)))?.message).toBe('3')
  expect(lastErrorOf(metrics({}))).toBeNull()
})

test('after a rebalance members that left are gone and the leader is marked', () => {
  const { workers } = after(known, {
    event: 'rebalance',
    data: { generation: 7, leader: 'b:1', members: ['b:1', 'c:1'] },
  })
  expect(workers).toEqual([{ ...worker('b:1'), generation: 7, leader: true }])
  expect(
    after({ ...known, workers }, { event: 'worker', data: worker('a:1') }).workers.map((each) => each.worker_id),
  ).toEqual(['a:1', 'b:1'])
})
