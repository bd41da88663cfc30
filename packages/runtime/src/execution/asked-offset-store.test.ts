import { describe, expect, test } from 'vitest'
import { offsetStoreSuite } from '../storage/fixtures/offset-store.suite.ts'
import { MemoryOffsetStore } from '../storage/memory-offset-store.ts'
import { AskedOffsetStore, answersFrom } from './asked-offset-store.ts'
import { channelPair } from './channels.ts'
import type { WorkerAnswers } from './ipc.ts'
import { packError } from './wire-error.ts'
import { WorkerLine } from './worker-line.ts'

/** An executor's line to a worker with these answers. */
function lineTo(answers: WorkerAnswers) {
  const pair = channelPair()
  const line = new WorkerLine(pair.executor)
  pair.executor.onMessage((command) => {
    if (command.kind === 'worker-reply') line.receive(command)
  })
  pair.worker.onMessage((report) => {
    if (report.kind !== 'worker-request') return
    const { id } = report
    answers[report.request](structuredClone(report.params) as never).then(
      (result) => pair.worker.send({ kind: 'worker-reply', id, result: structuredClone(result), error: null }),
      (error) => pair.worker.send({ kind: 'worker-reply', id, result: null, error: packError(error) }),
    )
  })
  return { line, close: () => pair.worker.close() }
}

describe('over the line to the worker', () => {
  offsetStoreSuite({
    open: async () => {
      const { line } = lineTo(answersFrom(new MemoryOffsetStore()))
      return { store: new AskedOffsetStore(line.ask), reopened: async () => null, close: async () => {} }
    },
  })
})

test('what the worker throws is thrown to who asked', async () => {
  const failing = { ...answersFrom(new MemoryOffsetStore()), 'write-offsets': () => Promise.reject(new Error('full')) }
  const store = new AskedOffsetStore(lineTo(failing).line.ask)
  await expect(store.write('a', [{ partition: {}, offset: {} }])).rejects.toThrow('full')
  expect(await store.positions('a')).toEqual([])
})

test('when the worker is gone, whoever waits is told, and whoever asks later', async () => {
  const silent = { ...answersFrom(new MemoryOffsetStore()), 'list-offsets': () => new Promise<never>(() => {}) }
  const { line, close } = lineTo(silent)
  const store = new AskedOffsetStore(line.ask)
  const waiting = store.positions('a')
  close()
  await expect(waiting).rejects.toMatchObject({ code: 'executor.worker_gone' })
  await expect(store.positions('a')).rejects.toMatchObject({ code: 'executor.worker_gone' })
})
