import type { RawConfig } from '@penstock/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { workerWith } from '../config/fixtures/worker.ts'
import { FailureRestarts } from './failure-restarts.ts'
import { a0, a1, runningWork } from './fixtures/running.ts'
import { JobQueue } from './job-queue.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const passMs = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** A worker that runs connector `a` and its two tasks, by these keys of worker and connector. */
async function worker(keys: RawConfig = {}, connectorKeys: RawConfig = {}) {
  const running = await runningWork()
  const { work, configs, state, logger, clock, notes } = running
  await configs.putConnector('a', { name: 'a', 'connector.class': 'TestSink', topics: 't', ...connectorKeys }, null)
  const start = async (name: string) => void (await work.startConnector(name, state.config(name) ?? {}, 'STARTED'))
  await start('a')
  for (const id of [a0, a1]) {
    await work.startTask(id)
    work.onTaskStatus(id, 'RUNNING', null, '1.0')
  }
  notes.splice(0)
  const restarts = new FailureRestarts({
    config: workerWith(keys),
    configs: state,
    work,
    jobs: new JobQueue(clock),
    logger,
    clock,
    startConnector: start,
  })
  const fail = (id = a0) => {
    work.onTaskStatus(id, 'FAILED', 'Error: gone', '1.0')
    restarts.onTaskFailure(id, { fenced: false })
  }
  return { ...running, restarts, fail }
}

test('what died with its executor is FAILED with the reason, and started again at once', async () => {
  const { restarts, statuses, notes, work } = await worker()
  restarts.onExecutorDeath('executor 1 died: out of heap', { connectors: ['a'], tasks: [a0] })
  expect(statuses.connector('a')).toMatchObject({ state: 'FAILED', trace: 'executor 1 died: out of heap' })
  expect(statuses.task(a0)).toMatchObject({ state: 'FAILED', trace: 'executor 1 died: out of heap' })
  expect(statuses.task(a1)?.state).toBe('RUNNING')
  expect(notes).toEqual([])
  await passMs(0)
  expect(notes).toEqual(['stop a', 'start a', 'stop a-0', 'start a-0'])
  expect(work.connectorState('a')).toBe('RUNNING')
})

test('pauses grow with each death, until the attempts are used up', async () => {
  const keys = { 'errors.restart.max.attempts': '2', 'errors.restart.backoff.ms': '100' }
  const { restarts, notes, logger } = await worker(keys)
  const die = () => restarts.onExecutorDeath('died', { connectors: [], tasks: [a0] })
  die()
  await passMs(0)
  expect(notes).toHaveLength(2)
  die()
  await passMs(199)
  expect(notes).toHaveLength(2)
  await passMs(1)
  expect(notes).toHaveLength(4)
  die()
  await passMs(1_000_000)
  expect(notes).toHaveLength(4)
  expect(logger.lines.at(-1)).toBe(
    'error: task a-0 failed again and stays FAILED: it was restarted 2 times within 600000 ms',
  )
})

test('a task that failed by itself stays FAILED, as in Kafka Connect', async () => {
  const { fail, notes, statuses } = await worker()
  fail()
  await passMs(1_000_000)
  expect([notes, statuses.task(a0)?.state]).toEqual([[], 'FAILED'])
})

test('a connector may ask for restarts of tasks that failed by themselves', async () => {
  const { fail, notes } = await worker({}, { 'errors.restart.max.attempts': '-1', 'errors.restart.backoff.ms': '50' })
  fail()
  await passMs(49)
  expect(notes).toEqual([])
  await passMs(1)
  expect(notes).toEqual(['stop a-0', 'start a-0'])
})

test('a connector may refuse restarts after deaths', async () => {
  const { restarts, notes, logger } = await worker({}, { 'errors.restart.max.attempts': '0' })
  restarts.onExecutorDeath('died', { connectors: ['a'], tasks: [a0] })
  await passMs(1_000_000)
  expect([notes, logger.lines]).toEqual([[], []])
})

test('several deaths before the restart make one restart', async () => {
  const { restarts, notes } = await worker()
  for (let death = 0; death < 3; death++) restarts.onExecutorDeath('died', { connectors: [], tasks: [a0] })
  await passMs(60_000)
  expect(notes).toEqual(['stop a-0', 'start a-0'])
})

test.each([
  [
    'was restarted by somebody',
    async (work: Awaited<ReturnType<typeof worker>>['work']) => work.onTaskStatus(a0, 'RUNNING', null, '1.0'),
  ],
  ['has moved to another worker', (work: Awaited<ReturnType<typeof worker>>['work']) => work.stopTask(a0)],
])('a task that %s meanwhile is left alone', async (_what, meanwhile) => {
  const { restarts, notes, work } = await worker()
  restarts.onExecutorDeath('died', { connectors: [], tasks: [a0] })
  await meanwhile(work)
  notes.splice(0)
  await passMs(60_000)
  expect(notes).toEqual([])
})

test('nothing is restarted once the worker stops', async () => {
  const { restarts, notes } = await worker()
  restarts.onExecutorDeath('died', { connectors: ['a'], tasks: [a0] })
  restarts.stop()
  restarts.onExecutorDeath('died', { connectors: ['a'], tasks: [a1] })
  await passMs(60_000)
  expect([notes, vi.getTimerCount()]).toEqual([[], 0])
})

test('a connector whose config doesn’t parse is not restarted', async () => {
  const { restarts, notes } = await worker({}, { 'errors.restart.max.attempts': 'often' })
  restarts.onExecutorDeath('died', { connectors: ['a'], tasks: [a0] })
  await passMs(60_000)
  expect(notes).toEqual([])
})

test('a task that a dying copy of it has fenced is restarted at once', async () => {
  const { restarts, work, notes } = await worker()
  work.onTaskStatus(a0, 'FAILED', 'Error: fenced', '1.0')
  notes.splice(0)
  restarts.onTaskFailure(a0, { fenced: true })
  await passMs(0)
  expect(notes).toContain('start a-0')
})
