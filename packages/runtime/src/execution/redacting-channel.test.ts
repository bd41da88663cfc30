import { expect, test } from 'vitest'
import { Redactor } from '../telemetry/redactor.ts'
import type { ExecutorChannel, Report } from './ipc.ts'
import { redactingChannel } from './redacting-channel.ts'
import { TaskMeter } from './task-meter.ts'

test('a secret at the place where a note is cut leaves no part of itself', () => {
  const redactor = new Redactor()
  redactor.hide('correct-horse-battery')
  const sent: Report[] = []
  const channel: ExecutorChannel = {
    send: (report) => void sent.push(report),
    onMessage: () => {},
    onClose: () => {},
    close: () => {},
  }
  const meter = new TaskMeter()
  const message = `${'x'.repeat(990)} correct-horse-battery ${'y'.repeat(2_000)}`
  meter.hold(message)
  meter.noteError({ message, stage: null, topic: null, partition: null, offset: null, at: 0 })
  const what = { id: { connector: 'a', task: 0 }, kind: 'sink', connectorClass: 'A', lags: [] } as const
  redactingChannel(channel, redactor).send({ kind: 'metrics', tasks: [meter.snapshot(what, 0)] })

  const [report] = sent
  if (report?.kind !== 'metrics') throw new Error('no metrics were sent')
  const { holding, lastError } = report.tasks[0]?.notes ?? {}
  for (const text of [holding, lastError?.message]) {
    expect(text).not.toContain('correct')
    expect(text?.length).toBe(1_001)
  }
})
