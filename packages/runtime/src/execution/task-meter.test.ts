import { expect, test } from 'vitest'
import { TaskMeter } from './task-meter.ts'

const id = { connector: 'a', task: 1 }

test('totals grow, gauges are replaced, summaries have sum, count and largest', () => {
  const meter = new TaskMeter()
  meter.add('sink-record-read-total', 5)
  meter.add('sink-record-read-total')
  meter.set('partition-count', 3)
  meter.set('partition-count', 2)
  for (const ms of [7, 20, 3]) meter.observe('put-batch-time-ms', ms)
  meter.state = 'RUNNING'
  const lags = [{ topic: 't', partition: 0, lag: 9 }]
  expect(meter.snapshot({ id, kind: 'sink', connectorClass: 'Sink', lags }, 0)).toEqual({
    ...{ id, kind: 'sink', connectorClass: 'Sink', state: 'RUNNING', plugins: null, lags },
    totals: { 'sink-record-read-total': 6 },
    gauges: { 'partition-count': 2 },
    summaries: { 'put-batch-time-ms': { sum: 30, count: 3, max: 20 } },
    notes: { putLatencyMs: null, holding: null, lastError: null },
    plugin: { totals: {}, gauges: {}, summaries: {} },
  })
})

test('what the plugin counts is kept apart, also under a name of the framework', () => {
  const meter = new TaskMeter()
  meter.add('documents', 1)
  meter.addOfPlugin('documents', 10)
  meter.observeOfPlugin('bytes', 0)
  meter.setOfPlugin('limit', 4)
  meter.setOfPlugin('limit', 3)
  const { totals, summaries, plugin } = meter.snapshot({ id, kind: 'sink', connectorClass: 'Sink', lags: [] }, 0)
  expect([totals, summaries]).toEqual([{ documents: 1 }, {}])
  expect(plugin).toEqual({
    totals: { documents: 10 },
    gauges: { limit: 3 },
    summaries: { bytes: { sum: 0, count: 1, max: 0 } },
  })
})
