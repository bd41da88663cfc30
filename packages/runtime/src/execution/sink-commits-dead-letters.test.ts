/** No offset is committed before the copies of the records below it are safe. */
import type { SinkTask } from '@penstock/core'
import { expect, test } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { messagesAt } from './fixtures/messages.ts'
import { deadLetters } from './fixtures/task-parts.ts'
import { MessageOrigin } from './record-decoder.ts'
import { SinkCommits } from './sink-commits.ts'
import { SinkPositions } from './sink-positions.ts'
import { TaskMeter } from './task-meter.ts'

const failure = { stage: 'TASK_PUT', executingClass: 'Sink', error: new Error('refused') } as const
const origin = new MessageOrigin(messagesAt(0, 0)[0]!)

/** Commits of a task with one record, and a dead letter queue whose copies are acknowledged by hand. */
function commitsOf(preCommit?: (report: () => Promise<void>) => SinkTask['preCommit']) {
  const acknowledgements: { resolve: () => void; reject: (error: Error) => void }[] = []
  const { queue } = deadLetters({
    acknowledge: () => new Promise((resolve, reject) => void acknowledgements.push({ resolve, reject })),
  })
  const report = () => queue.add(origin, failure)
  const positions = new SinkPositions()
  positions.open([{ topic: 't', partition: 0 }])
  positions.polled(messagesAt(0, 0))
  positions.delivered()
  const committed: number[] = []
  const asked = preCommit?.(report)
  const commits = new SinkCommits({
    task: { put: () => undefined, ...(asked ? { preCommit: asked } : {}) },
    commit: async (offsets) => void committed.push(...offsets.map(({ offset }) => offset)),
    positions,
    deadLetters: queue,
    meter: new TaskMeter(),
    logger: recordingLogger(),
    clock: { now: () => Date.now() },
    intervalMs: 0,
    timeoutMs: 5_000,
  })
  return { commits, committed, report, acknowledgements }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A task that hands a record to the queue only when it is asked what may be committed. */
const reportsLate =
  (report: () => Promise<void>): SinkTask['preCommit'] =>
  async (consumed) => {
    await report()
    return consumed
  }

test.each([
  ['in the background', (commits: SinkCommits) => commits.beginIfDue()],
  ['before partitions are given up', (commits: SinkCommits) => commits.finish()],
])('%s, a commit waits for copies on their way', async (_when, commit) => {
  const { commits, committed, report, acknowledgements } = commitsOf()
  await report()
  const done = commit(commits)
  await turn()
  expect(committed).toEqual([])
  acknowledgements[0]?.resolve()
  await done
  expect(committed).toEqual([1])
})

test.each([
  ['in the background', (commits: SinkCommits) => commits.beginIfDue()],
  ['before partitions are given up', (commits: SinkCommits) => commits.finish()],
])('%s, it also waits for what the task reports while it is asked', async (_when, commit) => {
  const { commits, committed, acknowledgements } = commitsOf(reportsLate)
  const done = commit(commits)
  await turn()
  expect([committed, acknowledgements.length]).toEqual([[], 1])
  acknowledgements[0]?.resolve()
  await done
  expect(committed).toEqual([1])
})

test.each([
  ['before', undefined],
  ['while', reportsLate],
])('a copy that got lost %s the task was asked stops every commit', async (_when, preCommit) => {
  const { commits, committed, report, acknowledgements } = commitsOf(preCommit)
  if (preCommit === undefined) await report()
  const done = commits.finish()
  done.catch(() => {})
  await turn()
  acknowledgements[0]?.reject(new Error('no room'))
  await expect(done).rejects.toMatchObject({ code: 'dead_letters.produce' })
  expect(committed).toEqual([])
})
