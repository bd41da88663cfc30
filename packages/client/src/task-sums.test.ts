import { expect, test } from 'vitest'
import type { ConnectorMetrics, TaskMetrics } from './operating-wire.ts'
import { sumOfTasks } from './task-sums.ts'

const unknown: Omit<TaskMetrics, 'id'> = {
  worker_id: null,
  state: 'RUNNING',
  records_per_second: null,
  bytes_per_second: null,
  records_total: null,
  lag: null,
  errors_total: null,
  dead_letters_total: null,
  retries_total: null,
  put_latency_ms: null,
  holding: null,
  last_error: null,
}

function withLags(...lags: (number | null)[]): ConnectorMetrics {
  return { name: 'orders', type: 'sink', tasks: lags.map((lag, id) => ({ ...unknown, id, lag })) }
}

test('tasks that do not tell are left out of a sum', () => {
  expect(sumOfTasks(withLags(3, null, 4), 'lag')).toBe(7)
  expect(sumOfTasks(withLags(0), 'lag')).toBe(0)
})

test('where no task tells there is no sum', () => {
  expect(sumOfTasks(withLags(null), 'lag')).toBeNull()
  expect(sumOfTasks(withLags(), 'lag')).toBeNull()
  expect(sumOfTasks(null, 'lag')).toBeNull()
})
