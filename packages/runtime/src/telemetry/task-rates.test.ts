import { expect, test } from 'vitest'
import type { TaskMetrics } from './figures.ts'
import { TaskRates } from './task-rates.ts'

const id = { connector: 'a', task: 0 }

function sink(records: number, bytes: number): TaskMetrics {
  const none = { totals: {}, gauges: {}, summaries: {} }
  return {
    ...{ id, kind: 'sink', connectorClass: 'Sink', state: 'RUNNING', plugins: null, lags: [], ...none, plugin: none },
    totals: { 'sink-record-read-total': records, 'sink-record-read-bytes-total': bytes },
    notes: { putLatencyMs: null, holding: null, lastError: null },
  }
}

test('rates are those of the last seconds', () => {
  const rates = new TaskRates()
  expect(rates.of(id)).toEqual({ recordsPerSecond: null, bytesPerSecond: null })
  for (let second = 0; second <= 10; second++) rates.take([sink(second * 100, second * 5_000)], second * 1_000)
  expect(rates.of(id)).toEqual({ recordsPerSecond: 100, bytesPerSecond: 5_000 })
  for (let second = 11; second <= 16; second++) rates.take([sink(1_000, 50_000)], second * 1_000)
  expect(rates.of(id)).toEqual({ recordsPerSecond: 0, bytesPerSecond: 0 })
})

test('a task that was started again is not negative, one that is gone is forgotten', () => {
  const rates = new TaskRates()
  rates.take([sink(1_000, 1_000)], 1_000)
  rates.take([sink(5, 5)], 2_000)
  expect(rates.of(id).recordsPerSecond).toBeNull()
  rates.take([sink(15, 5)], 3_000)
  expect(rates.of(id).recordsPerSecond).toBe(10)
  rates.take([], 4_000)
  expect(rates.of(id).recordsPerSecond).toBeNull()
})
