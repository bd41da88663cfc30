import { NotFoundError } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import type { ConnectorState, TaskState } from '../storage/status.ts'
import { memoryStores } from './fixtures/memory-stores.ts'
import { connectorStatusView, restartPlan, taskStatusView } from './status-views.ts'

/** Statuses of connector `a` and its tasks, by number. */
async function statusesOf(connector: ConnectorState | null, ...tasks: TaskState[]) {
  const { statuses } = await memoryStores()
  const rest = { workerId: 'one:8083', generation: 1, version: '1.0' }
  const trace = (state: string) => (state === 'FAILED' ? 'Error: gone' : null)
  if (connector !== null) {
    statuses.putConnector('a', { state: connector, trace: trace(connector), ...rest }, { safe: false })
  }
  for (const [task, state] of tasks.entries()) {
    statuses.putTask({ connector: 'a', task }, { state, trace: trace(state), ...rest }, { safe: false })
  }
  await statuses.flush()
  return statuses
}

test('a status is shown with its tasks in their order', async () => {
  const statuses = await statusesOf('RUNNING', 'FAILED', 'PAUSED')
  const running = { workerId: 'one:8083', version: '1.0' }
  expect(connectorStatusView(statuses, 'a', 'sink')).toEqual({
    name: 'a',
    connector: { state: 'RUNNING', trace: null, ...running },
    tasks: [
      { task: 0, state: 'FAILED', trace: 'Error: gone', ...running },
      { task: 1, state: 'PAUSED', trace: null, ...running },
    ],
    type: 'sink',
  })
  expect(taskStatusView(statuses, { connector: 'a', task: 0 })).toMatchObject({ state: 'FAILED', trace: 'Error: gone' })
})

test('what has no status is not found', async () => {
  const statuses = await statusesOf(null, 'RUNNING')
  expect(() => connectorStatusView(statuses, 'a', 'sink')).toThrow(NotFoundError)
  expect(() => connectorStatusView(statuses, 'a', 'sink')).toThrow('No status found for connector a')
  expect(() => taskStatusView(statuses, { connector: 'a', task: 1 })).toThrow('No status found for task a-1')
})

describe('a restart', () => {
  test.each<[string, boolean, boolean, ConnectorState, string]>([
    ['of the connector alone', false, false, 'RUNNING', 'RESTARTING: FAILED RUNNING'],
    ['of everything', true, false, 'RUNNING', 'RESTARTING: RESTARTING RESTARTING'],
    ['of the connector if it failed, and it did', false, true, 'FAILED', 'RESTARTING: FAILED RUNNING'],
    ['of the connector if it failed, and it did not', false, true, 'RUNNING', 'RUNNING: FAILED RUNNING'],
    ['of everything that failed', true, true, 'RUNNING', 'RUNNING: RESTARTING RUNNING'],
    ['of everything that failed, connector included', true, true, 'FAILED', 'RESTARTING: RESTARTING RUNNING'],
  ])('%s', async (_what, includeTasks, onlyFailed, state, expected) => {
    const current = connectorStatusView(await statusesOf(state, 'FAILED', 'RUNNING'), 'a', 'sink')
    const plan = restartPlan(current, { connector: 'a', includeTasks, onlyFailed })
    expect(`${plan.connector.state}: ${plan.tasks.map((task) => task.state).join(' ')}`).toBe(expected)
  })
})
