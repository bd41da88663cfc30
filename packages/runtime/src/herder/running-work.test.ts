import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { a0, a1, runningWork } from './fixtures/running.ts'

const config = { name: 'a', topics: 't' }
const refuse = (request: string) => ({ [request]: () => Promise.reject(new Error('no such host')) })

describe('connectors', () => {
  test('a started one reports RUNNING with its version, a stopped one UNASSIGNED without', async () => {
    const { work, statuses, notes, written } = await runningWork()
    expect(await work.startConnector('a', config, 'STARTED')).toBe(true)
    expect(statuses.connector('a')).toEqual({
      ...{ state: 'RUNNING', trace: null, workerId: 'one:8083', generation: 4, version: '2.1.0' },
    })
    expect([work.hasConnector('a'), work.connectorState('a')]).toEqual([true, 'RUNNING'])
    await work.stopConnector('a')
    await work.stopConnector('a')
    expect([work.hasConnector('a'), statuses.connector('a')?.version]).toEqual([false, null])
    expect([notes, written()]).toEqual([
      ['start a', 'stop a'],
      ['connector-a RUNNING', 'connector-a UNASSIGNED'],
    ])
  })

  test.each([
    ['PAUSED', 'PAUSED'],
    ['STOPPED', 'STOPPED'],
  ] as const)('one whose target is %s is here without running', async (target, state) => {
    const { work, notes, written } = await runningWork()
    expect(await work.startConnector('a', config, target)).toBe(true)
    expect([notes, written()]).toEqual([[], [`connector-a ${state}`]])
  })

  test('one that fails to start is FAILED with the trace, and counted', async () => {
    const { work, statuses } = await runningWork(refuse('start a'))
    expect(await work.startConnector('a', config, 'STARTED')).toBe(false)
    expect(statuses.connector('a')).toMatchObject({ state: 'FAILED', trace: expect.stringContaining('no such host') })
    expect(work.connectorState('a')).toBe('FAILED')
    expect(work.startups).toMatchObject({ connectorAttempts: 1, connectorFailures: 1 })
  })

  test('a stop that happens while the start is under way has the last word', async () => {
    let started: () => void = () => {}
    const { work, written } = await runningWork({
      'start a': () =>
        new Promise((resolve) => {
          started = resolve
        }),
    })
    const start = work.startConnector('a', config, 'STARTED')
    await work.stopConnector('a')
    started()
    await start
    expect(written()).toEqual(['connector-a UNASSIGNED'])
  })

  describe('one that takes long to start', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())
    const slow = async (end: (started: PromiseWithResolvers<void>) => void = () => {}) => {
      const started = Promise.withResolvers<void>()
      const run = await runningWork({ 'start a': () => started.promise })
      const start = run.work.startConnector('a', config, 'STARTED')
      await vi.advanceTimersByTimeAsync(5_000)
      expect(await start).toBe(false)
      end(started)
      await vi.advanceTimersByTimeAsync(0)
      return { ...run, started }
    }

    test('does not keep the herder; once it is up, that is told', async () => {
      const { written, late, work } = await slow((started) => started.resolve())
      expect([written(), late, work.connectorState('a')]).toEqual([['connector-a RUNNING'], ['a'], 'RUNNING'])
    })

    test('and fails, is FAILED then', async () => {
      const { written, late } = await slow((started) => started.reject(new Error('no such host')))
      expect([written(), late]).toEqual([['connector-a FAILED'], []])
    })

    test.each([
      ['stopped', 'UNASSIGNED'],
      ['paused', 'PAUSED'],
    ] as const)('and is %s meanwhile, stays so whatever becomes of the start', async (how, state) => {
      for (const end of ['resolve', 'reject'] as const) {
        const { work, started, written, late } = await slow()
        if (how === 'stopped') await work.stopConnector('a')
        else await work.changeTarget('a', config, 'PAUSED')
        started[end](new Error('stopped') as never)
        await vi.advanceTimersByTimeAsync(0)
        expect([written(), late]).toEqual([[`connector-a ${state}`], []])
      }
    })
  })

  test.each([
    ['STARTED', 'PAUSED', false, ['start a', 'stop a'], 'PAUSED'],
    ['STARTED', 'STOPPED', false, ['start a', 'stop a'], 'STOPPED'],
    ['PAUSED', 'STARTED', true, ['stop a', 'start a'], 'RUNNING'],
    ['STARTED', 'STARTED', false, ['start a'], 'RUNNING'],
    ['PAUSED', 'STOPPED', false, ['stop a'], 'STOPPED'],
  ] as const)('from %s to %s', async (before, after, up, requests, state) => {
    const { work, notes, statuses } = await runningWork()
    await work.startConnector('a', config, before)
    expect(await work.changeTarget('a', config, after)).toBe(up)
    expect([notes, statuses.connector('a')?.state]).toEqual([requests, state])
  })

  test('a failed one is started anew by a resume', async () => {
    const answers = refuse('start a')
    const { work, statuses } = await runningWork(answers)
    await work.startConnector('a', config, 'STARTED')
    delete answers['start a']
    expect(await work.changeTarget('a', config, 'STARTED')).toBe(true)
    expect(statuses.connector('a')?.state).toBe('RUNNING')
  })

  test('one that runs elsewhere is nobody’s business here', async () => {
    const { work, written } = await runningWork()
    expect(await work.changeTarget('b', config, 'STARTED')).toBe(false)
    work.failConnector('b', 'Error')
    expect(written()).toEqual([])
  })
})

describe('tasks', () => {
  test('one starts with the committed configs; its own word becomes its status', async () => {
    const { work, starts, statuses, written } = await runningWork()
    await work.startTask(a1)
    expect(starts).toEqual([
      { id: a1, connectorConfig: config, taskConfig: { part: '1' }, paused: false, awaitGo: false },
    ])
    expect([written(), work.taskState(a1)]).toEqual([[], 'UNASSIGNED'])
    work.onTaskStatus(a1, 'RUNNING', null, '2.1.0')
    expect(statuses.task(a1)).toMatchObject({ state: 'RUNNING', version: '2.1.0', generation: 4 })
    work.onTaskStatus(a1, 'FAILED', 'Error: gone', '2.1.0')
    expect([statuses.task(a1)?.trace, work.taskState(a1)]).toEqual(['Error: gone', 'FAILED'])
  })

  test('one starts paused when its connector is paused, and is not started twice', async () => {
    const { work, configs, starts } = await runningWork()
    await configs.putTargetState('a', 'PAUSED')
    await work.startTask(a0)
    await work.startTask(a0)
    expect(starts.map(({ paused }) => paused)).toEqual([true])
  })

  test('one that is not committed is not started', async () => {
    const { work, notes } = await runningWork()
    await work.startTask({ connector: 'a', task: 2 })
    await work.startTask({ connector: 'b', task: 0 })
    expect([notes, work.tasks()]).toEqual([[], []])
  })

  test('one that can’t be started is FAILED and counted', async () => {
    const { work, statuses } = await runningWork(refuse('start a-0'))
    await work.startTask(a0)
    expect(statuses.task(a0)).toMatchObject({ state: 'FAILED', trace: expect.stringContaining('no such host') })
    expect(work.startups).toMatchObject({ taskAttempts: 1, taskFailures: 1 })
  })

  test('UNASSIGNED is written when it has stopped, not when it says so itself', async () => {
    const { work, written } = await runningWork()
    await work.startTask(a0)
    work.onTaskStatus(a0, 'RUNNING', null, '2.1.0')
    work.onTaskStatus(a0, 'UNASSIGNED', null, null)
    expect(written()).toEqual(['task-a-0 RUNNING'])
    await work.stopTask(a0)
    await work.stopTask(a0)
    expect(written()).toEqual(['task-a-0 RUNNING', 'task-a-0 UNASSIGNED'])
  })

  test('what one says after its stop is no longer heard', async () => {
    const { work, written } = await runningWork()
    await work.startTask(a0)
    await work.stopTask(a0)
    work.onTaskStatus(a0, 'RUNNING', null, '2.1.0')
    expect(written()).toEqual(['task-a-0 UNASSIGNED'])
  })

  test('its consumer group is only left for good when nobody will go on with it', async () => {
    const { work, notes, configs } = await runningWork()
    await work.startTask(a0)
    await work.stopTask(a0)
    await work.startTask(a0)
    await configs.putTargetState('a', 'STOPPED')
    await work.stopTask(a0)
    await configs.putTargetState('a', 'STARTED')
    await work.startTask(a1)
    await configs.putTasks('a', [{ part: '0' }])
    await work.stopTask(a1)
    expect(notes.filter((note) => note.startsWith('stop'))).toEqual([
      'stop a-0',
      'stop a-0 for good',
      'stop a-1 for good',
    ])
  })

  test('only those that are here are paused', async () => {
    const { work, notes } = await runningWork()
    await work.startTask(a0)
    await work.pauseTask(a0, true)
    await work.pauseTask(a1, true)
    await work.pauseTask(a0, false)
    expect(notes.slice(1)).toEqual(['pause a-0', 'resume a-0'])
  })

  test('a late word of this worker does not overwrite what a newer owner has said', async () => {
    const { work, statuses } = await runningWork()
    await work.startTask(a0)
    const newer = { state: 'RUNNING', trace: null, workerId: 'two:8083', generation: 5, version: null } as const
    statuses.putTask(a0, newer, { safe: false })
    await work.stopTask(a0)
    expect(statuses.task(a0)).toEqual(newer)
  })

  test('a restart ordered by the leader is marked', async () => {
    const { work, written } = await runningWork()
    work.markRestarting(a0)
    work.markConnectorRestarting('a')
    expect(written()).toEqual(['task-a-0 RESTARTING', 'connector-a RESTARTING'])
  })
})

test.each([
  [true, ['t']],
  [false, []],
])('topics that a task sees are told when tracking is %s', async (tracking, topics) => {
  const { work, statuses } = await runningWork({}, tracking)
  work.onTopic(a0, 't')
  expect(statuses.topics('a')).toEqual(topics)
})
