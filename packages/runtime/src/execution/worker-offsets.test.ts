import { expect, test } from 'vitest'
import { MemoryOffsetStore } from '../storage/memory-offset-store.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { WorkerOffsets } from './worker-offsets.ts'

/** The topic of a worker, which a test can have fail to open and break later; `notes` has what was opened and closed. */
function open() {
  const store = new MemoryOffsetStore()
  const notes: string[] = []
  const topic = { isDown: false, breaks: (_error: Error): void => {} }
  const offsets = new WorkerOffsets(async (onFatal) => {
    const number = notes.filter((note) => note.startsWith('open')).length
    notes.push(`open ${number}`)
    if (topic.isDown) throw new Error('no leader')
    topic.breaks = onFatal
    return { store, close: async () => void notes.push(`close ${number}`) }
  }, recordingLogger())
  return { offsets, notes, topic }
}

test('the topic is opened when the first asks, once for all, and closed with the executor', async () => {
  const { offsets, notes } = open()
  const [one, other] = await Promise.all([offsets.store(), offsets.store()])
  await one?.write('a', [{ partition: { file: 'x' }, offset: { line: 1 } }])
  expect(await other?.read('a', [{ file: 'x' }])).toEqual([{ line: 1 }])
  await offsets.close()
  await offsets.close()
  expect(notes).toEqual(['open 0', 'close 0'])
})

test('a topic that can’t be opened is tried again by the next who asks', async () => {
  const { offsets, notes, topic } = open()
  topic.isDown = true
  await expect(Promise.all([offsets.store(), offsets.store()])).rejects.toThrow('no leader')
  topic.isDown = false
  await offsets.store()
  expect(notes).toEqual(['open 0', 'open 1'])
})

test('tasks that run go on when the topic has to be opened anew, and its old clients are closed', async () => {
  const { offsets, notes, topic } = open()
  const store = await offsets.store()
  topic.breaks(new Error('the topic is gone'))
  expect(await store.positions('a')).toEqual([])
  await store.write('a', [{ partition: { file: 'x' }, offset: { line: 1 } }])
  await offsets.close()
  expect(notes.toSorted()).toEqual(['close 0', 'close 1', 'open 0', 'open 1'])
})
