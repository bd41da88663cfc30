import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { workerWith } from '../config/fixtures/worker.ts'
import type { Assignment, WorkerMetadata } from '../group/assignment.ts'
import type { Generation } from '../group/membership.ts'
import { WorkSet } from '../group/work-set.ts'
import { logRecord } from '../storage/fixtures/log-records.ts'
import { a0, a1, runningWork } from './fixtures/running.ts'
import { GroupDuties } from './group-duties.ts'
import { JobQueue } from './job-queue.ts'

/** The duties of a worker whose config topic holds connector `a` with two tasks; `asked` has what it wants of the group. */
async function duties(parts: { onSettled?: () => Promise<void>; answers?: Parameters<typeof runningWork>[0] } = {}) {
  const running = await runningWork(parts.answers)
  const { configs, statuses, work, logger, clock } = running
  const asked: string[] = []
  const settled: number[] = []
  const jobs = new JobQueue(clock)
  const made = new GroupDuties({
    config: workerWith(),
    url: 'http://one:8083/',
    configs,
    statuses,
    work,
    jobs,
    logger,
    clock,
    membership: () => ({
      rejoinNow: () => void asked.push('rejoin'),
      rejoinSoon: () => void asked.push('rejoin soon'),
      rejoinAfter: (ms) => void asked.push(`rejoin after ${ms}`),
    }),
    onSettled: async ({ generation }) => {
      settled.push(generation)
      await parts.onSettled?.()
    },
    onFatal: () => {},
  })
  /** Follows an assignment to its end. */
  const follow = async (changes: Partial<Assignment> = {}, generation = generationOf(1)) => {
    const offset = configs.state.offset
    await made.onAssignment({ ...nothing, configOffset: offset, ...changes }, generation)
    await jobs.run('waiting', () => {})
  }
  return { ...running, duties: made, asked, settled, follow }
}
const generationOf = (generation: number, changes: Partial<Generation> = {}): Generation => ({
  ...{ generation, memberId: 'm1', isLeader: false, protocolVersion: 2 },
  ...changes,
})
const nothing: Assignment = {
  ...{ version: 2, error: 0, leader: 'm2', leaderUrl: 'http://two:8083/', configOffset: 0n, delayMs: 0 },
  ...{ assigned: WorkSet.empty, revoked: WorkSet.empty },
}
const all = new WorkSet(['a'], [a0, a1])

describe('joining', () => {
  test('a worker without an assignment announces its configs only', async () => {
    const { duties: made, configs } = await duties()
    expect(made.metadata()).toEqual({ url: 'http://one:8083/', configOffset: configs.state.offset, allocation: null })
    expect([made.generation, made.isLeader, made.leaderUrl]).toEqual([-1, false, null])
  })

  test('later it announces what it ought to run, and how far it has read by now', async () => {
    const { duties: made, follow, configs } = await duties()
    await follow({ assigned: all })
    await configs.putTargetState('a', 'PAUSED')
    const { configOffset, allocation } = made.metadata()
    expect(configOffset).toBe(configs.state.offset)
    expect(allocation).toMatchObject({
      leader: 'm2',
      leaderUrl: 'http://two:8083/',
      assigned: all,
      revoked: WorkSet.empty,
    })
    expect([made.generation, made.leaderUrl]).toEqual([1, 'http://two:8083/'])
  })
})

describe('leading', () => {
  test('everything configured is dealt out, and who has it is known', async () => {
    const { duties: made, configs } = await duties()
    const member = (url: string): WorkerMetadata => ({
      version: 2,
      url,
      configOffset: configs.state.offset,
      allocation: null,
    })
    const members = new Map([
      ['m1', member('http://one:8083/')],
      ['m2', member('http://two:8083/')],
    ])
    const assignments = made.assign(members, generationOf(1, { isLeader: true }))
    const dealt = WorkSet.union([...assignments.values()].map(({ assigned }) => assigned))
    expect(dealt.minus(all).isEmpty && all.minus(dealt).isEmpty).toBe(true)
    expect([...assignments.values()].map(({ leaderUrl }) => leaderUrl)).toEqual([
      'http://one:8083/',
      'http://one:8083/',
    ])
    expect(made.ownerOfConnector('a')).toMatch(/^http:\/\/(one|two):8083\/$/)
    expect(made.ownerOfTask(a0)).not.toBe(made.ownerOfTask(a1))
    expect([made.ownerOfConnector('b'), made.ownerOfTask({ connector: 'a', task: 2 })]).toEqual([null, null])
  })
})

describe('following an assignment', () => {
  test('what is new is left to the herder, once revoked work has stopped', async () => {
    const { duties: made, follow, work, settled, notes, asked } = await duties()
    await follow({ assigned: all })
    expect([made.assigned, settled, asked]).toEqual([all, [1], ['rejoin after 0']])
    await work.startConnector('a', {}, 'STARTED')
    for (const id of [a0, a1]) await work.startTask(id)
    notes.splice(0)
    await follow({ revoked: new WorkSet([], [a1]) }, generationOf(2))
    expect(notes).toEqual(['stop a-1'])
    expect(made.assigned).toEqual(new WorkSet(['a'], [a0]))
    expect(work.tasks()).toEqual([a0])
  })

  test('revoked work is dealt anew in a second round', async () => {
    const { follow, asked } = await duties()
    await follow({ revoked: new WorkSet(['a'], []) })
    expect(asked).toEqual(['rejoin after 0', 'rejoin'])
  })

  test('a delay of the leader is kept', async () => {
    const { follow, asked } = await duties()
    await follow({ delayMs: 5_000 })
    expect(asked).toEqual(['rejoin after 5000'])
  })

  test('configs that became newer than the leader’s during the round ask for another', async () => {
    const { follow, asked, configs } = await duties()
    const offset = configs.state.offset
    await configs.putConnector('b', {}, null)
    await follow({ assigned: all, configOffset: offset })
    expect(asked).toEqual(['rejoin after 0', 'rejoin soon'])
  })

  test('configs that are behind the leader’s are read up first', async () => {
    const { follow, asked, settled, configs, state } = await duties()
    const offset = configs.state.offset + 1n
    configs.readToEnd = async () => void state.apply(logRecord(Number(offset) - 1, 'connector-b', { properties: {} }))
    await follow({ configOffset: offset })
    expect([settled, asked, state.has('b')]).toEqual([[1], ['rejoin after 0'], true])
  })

  test('when they can’t be read nothing starts, and the group is joined again after a pause', async () => {
    const { follow, asked, settled, configs } = await duties()
    configs.readToEnd = () => Promise.reject(new Error('timed out'))
    await follow({ configOffset: 999n })
    expect([settled, asked]).toEqual([[], ['rejoin after 1000']])
  })

  test('a leader that was behind: nothing changes hands, everybody joins again', async () => {
    const { duties: made, follow, asked, settled } = await duties()
    await follow({ assigned: all })
    asked.splice(0)
    await follow({ error: 1, assigned: new WorkSet(['x'], []) }, generationOf(2))
    expect([made.assigned, settled, asked]).toEqual([all, [1], ['rejoin']])
  })

  test('the eager protocol replaces everything', async () => {
    const { duties: made, follow } = await duties()
    await follow({ assigned: all }, generationOf(1, { protocolVersion: 0 }))
    await follow({ assigned: new WorkSet(['a'], []) }, generationOf(2, { protocolVersion: 0 }))
    expect(made.assigned).toEqual(new WorkSet(['a'], []))
  })

  test('figures tell how many rounds were followed, and how long they took', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
    onTestFinished(() => void vi.useRealTimers())
    const durations = [700, 200]
    const onSettled = async () => void vi.setSystemTime(Date.now() + (durations.shift() as number))
    const { duties: made, follow } = await duties({ onSettled })
    await follow()
    await follow({}, generationOf(2))
    expect(made.figures).toEqual({ completed: 2, lastMs: 200, sumMs: 900, maxMs: 700, lastAt: 1_000_900 })
  })
})

test('out of the group: everything stops and nothing is announced any more', async () => {
  const { duties: made, follow, work, notes } = await duties()
  await follow({ assigned: all })
  await work.startConnector('a', {}, 'STARTED')
  await work.startTask(a0)
  notes.splice(0)
  await made.onLost('no heartbeat was answered')
  expect(notes.sort()).toEqual(['stop a', 'stop a-0'])
  expect([made.assigned.isEmpty, made.generation, made.leaderUrl, made.metadata().allocation]).toEqual([
    true,
    -1,
    null,
    null,
  ])
})
