import { type PartitionOffset, RetriableError, type SinkTask } from '@penstock/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Position } from '../kafka/consumer.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { messagesAt } from './fixtures/messages.ts'
import { figuresOf } from './fixtures/task-parts.ts'
import { SinkCommits } from './sink-commits.ts'
import { SinkPositions } from './sink-positions.ts'
import { TaskMeter } from './task-meter.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const p0 = { topic: 't', partition: 0 }
const p1 = { topic: 't', partition: 1 }
const minute = 60_000

/** Commits of a task that was given records 0 to 4 of partition 0 and 0 to 9 of partition 1. */
function commitsOf(parts: { preCommit?: SinkTask['preCommit']; commit?: () => Promise<void> } = {}) {
  const positions = new SinkPositions()
  positions.open([p0, p1])
  const put = (partition: number, offset: number) => {
    positions.polled(messagesAt(partition, offset))
    positions.delivered()
  }
  put(0, 4)
  put(1, 9)
  const committed: string[] = []
  const meter = new TaskMeter()
  const logger = recordingLogger()
  const commits = new SinkCommits({
    task: { put: () => undefined, ...(parts.preCommit ? { preCommit: parts.preCommit } : {}) },
    commit: async (offsets: readonly Position[]) => {
      committed.push(offsets.map(({ partition, offset }) => `${partition}@${offset}`).join(' '))
      await parts.commit?.()
    },
    positions,
    deadLetters: null,
    meter,
    logger,
    clock: { now: () => Date.now() },
    intervalMs: minute,
    timeoutMs: 5_000,
  })
  return { commits, committed, positions, put, logger, figures: () => figuresOf(meter) }
}
const only =
  (...offsets: PartitionOffset[]): SinkTask['preCommit'] =>
  async () =>
    offsets

describe('in the background', () => {
  test('a commit is due at its interval, or at once when requested', async () => {
    const { commits, committed } = commitsOf()
    expect(commits.msToNext()).toBe(minute)
    await commits.beginIfDue()
    expect(committed).toEqual([])
    vi.advanceTimersByTime(minute)
    expect(commits.msToNext()).toBe(0)
    await commits.beginIfDue()
    expect(committed).toEqual(['0@5 1@10'])
    expect(commits.msToNext()).toBe(minute)
    await vi.advanceTimersByTimeAsync(0)
    commits.request()
    expect(commits.msToNext()).toBe(0)
  })

  test('what is committed already is not committed again', async () => {
    const { commits, committed, put } = commitsOf()
    for (let round = 0; round < 3; round++) {
      if (round === 1) put(1, 12)
      vi.advanceTimersByTime(minute)
      await commits.beginIfDue()
      await vi.advanceTimersByTimeAsync(0)
    }
    expect(committed).toEqual(['0@5 1@10', '1@13'])
  })

  test('never more than the task names, and nothing that was not put', async () => {
    const { commits, committed } = commitsOf({ preCommit: only({ ...p0, offset: 3n }, { ...p1, offset: 99n }) })
    await commits.finish()
    expect(committed).toEqual(['0@3'])
  })

  test('a task that has written nothing commits nothing', async () => {
    const { commits, committed, figures } = commitsOf({ preCommit: only() })
    await commits.finish()
    expect([committed, figures()]).toEqual([[], {}])
  })

  test('a commit that fails is part of the next', async () => {
    const answers = [Promise.reject(new Error('coordinator moved')), Promise.resolve()]
    const { commits, committed, figures, logger } = commitsOf({ commit: () => answers.shift() ?? Promise.resolve() })
    for (let round = 0; round < 2; round++) {
      vi.advanceTimersByTime(minute)
      await commits.beginIfDue()
      await vi.advanceTimersByTimeAsync(0)
    }
    expect(committed).toEqual(['0@5 1@10', '0@5 1@10'])
    expect(figures()).toMatchObject({ 'offset-commit-failures': 1, 'offset-commit-completion-total': 1 })
    expect(logger.lines).toEqual(['warn: committing offsets failed; the next commit includes them'])
  })

  test('one commit at a time; one that is never acknowledged counts as failed after its timeout', async () => {
    const { commits, committed, figures } = commitsOf({ commit: () => new Promise(() => {}) })
    commits.request()
    await commits.beginIfDue()
    commits.request()
    await vi.advanceTimersByTimeAsync(5_000)
    await commits.beginIfDue()
    expect(committed).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    await commits.beginIfDue()
    expect(committed).toHaveLength(2)
    expect(figures()).toMatchObject({ 'offset-commit-failures': 1 })
  })

  test('while a commit is under way the loop need not hurry for the next', async () => {
    const { commits } = commitsOf({ commit: () => new Promise(() => {}) })
    commits.request()
    await commits.beginIfDue()
    commits.request()
    expect(commits.msToNext()).toBe(5_001)
    vi.advanceTimersByTime(5_001)
    expect(commits.msToNext()).toBe(0)
  })

  test('a late acknowledgement of a commit given up does not hide the next one', async () => {
    const late: (() => void)[] = []
    const { commits, committed, put } = commitsOf({ commit: () => new Promise((resolve) => void late.push(resolve)) })
    commits.request()
    await commits.beginIfDue()
    await vi.advanceTimersByTimeAsync(5_001)
    put(0, 7)
    commits.request()
    await commits.beginIfDue()
    expect(committed).toEqual(['0@5 1@10', '0@8 1@10'])
    late[0]?.()
    await vi.advanceTimersByTimeAsync(0)
    commits.request()
    await commits.beginIfDue()
    expect(committed).toHaveLength(2)
  })
})

describe('before partitions are given up', () => {
  test('only theirs are asked for and committed, and the task is told that they close', async () => {
    const asked: unknown[] = []
    const { commits, committed } = commitsOf({
      preCommit: async (consumed, options) => {
        asked.push([...consumed], options)
        return consumed
      },
    })
    await commits.finish([p1])
    expect(asked).toEqual([[{ ...p1, offset: 10n }], { closing: true }])
    expect(committed).toEqual(['1@10'])
  })

  test('a commit under way is waited for', async () => {
    const acknowledged: (() => void)[] = []
    const { commits, committed, put } = commitsOf({
      commit: () => new Promise((resolve) => void acknowledged.push(resolve)),
    })
    commits.request()
    await commits.beginIfDue()
    put(0, 6)
    const finished = commits.finish()
    await vi.advanceTimersByTimeAsync(0)
    expect(committed).toEqual(['0@5 1@10'])
    acknowledged[0]?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(committed[1]).toContain('0@7')
    acknowledged[1]?.()
    await finished
  })

  test('a task that can’t say what it has written commits nothing', async () => {
    const { commits, committed, logger } = commitsOf({ preCommit: () => Promise.reject(new Error('unreachable')) })
    await commits.finish()
    expect([committed, logger.lines]).toEqual([
      [],
      ['warn: nothing is committed this time, the task could not say what it has written'],
    ])
  })
})

test('while it runs, only retriable failures to say what is written are passed over', async () => {
  const errors = [new RetriableError('x', 'later'), new Error('broken')]
  const { commits, committed } = commitsOf({ preCommit: () => Promise.reject(errors.shift()) })
  commits.request()
  await commits.beginIfDue()
  commits.request()
  await expect(commits.beginIfDue()).rejects.toThrow('broken')
  expect(committed).toEqual([])
})
