import { RetriableError } from '@penstock/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { commitIntervalMs, placesOf, runSink } from './fixtures/sink-run.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const passMs = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** A run that has partitions and has taken their first records; its notes start after that. */
async function running(partitions: number[], ...args: Parameters<typeof runSink>) {
  const run = runSink(...args)
  for (const partition of partitions) run.consumer.write(partition, 0, 1)
  await passMs(0)
  await run.consumer.give(...partitions)
  await passMs(600)
  return run
}
/** A task that can't take records until `take` is called. */
function reluctant() {
  let open = false
  const tries: string[] = []
  return {
    tries,
    take: () => {
      open = true
    },
    put: (records: Parameters<typeof placesOf>[0]) => {
      if (records.length === 0) return
      tries.push(placesOf(records))
      if (!open) throw new RetriableError('sink.busy', 'try later')
    },
  }
}

function refuse(records: readonly unknown[]): void {
  if (records.length > 0) throw new Error('refused')
}

describe('the life of a task', () => {
  test('it starts, opens, puts, commits what is left, closes and stops', async () => {
    const { notes, stop } = await running([0, 1])
    await stop()
    expect(notes).toEqual([
      ...['start', 'running', 'open 0 1', 'topic t', 'put 0@0 0@1 1@0 1@1'],
      ...['commit 0@2 1@2', 'close 0 1', 'stop'],
    ])
  })

  test('commits come at their interval, with what was put by then', async () => {
    const { notes, consumer, stop } = await running([0])
    await passMs(commitIntervalMs)
    consumer.write(0, 2)
    await passMs(commitIntervalMs)
    expect(notes.slice(4)).toEqual(['put 0@0 0@1', 'commit 0@2', 'topic t', 'put 0@2', 'commit 0@3'])
    await stop()
    expect(notes.slice(9)).toEqual(['close 0', 'stop'])
  })

  test('a commit comes at once when the task asks for it', async () => {
    const { notes, context, consumer } = await running([0])
    context.requestCommit()
    consumer.wakeup()
    await passMs(0)
    expect(notes.at(-1)).toBe('commit 0@2')
  })

  test('a quiet task is given empty batches, so that it can tell of failures', async () => {
    const run = await running([0], () => ({
      put: (records) => {
        if (records.length === 0) throw new Error('failed in the background')
      },
    }))
    await expect(run.done).rejects.toThrow('failed in the background')
  })

  test('a topic is told when its records come, once a run of them', async () => {
    const { notes, consumer } = await running([0])
    consumer.write(0, 2, 3)
    await passMs(0)
    expect(notes.filter((note) => note === 'topic t')).toHaveLength(2)
  })

  test('counts what it reads and puts', async () => {
    const { figures } = await running([0, 1])
    expect(figures()).toMatchObject({ 'sink-record-read-total': 4, 'sink-record-send-total': 4, 'partition-count': 2 })
  })
})

describe('what the task throws', () => {
  test('a record it can never take fails the task: nothing is committed, everything is closed', async () => {
    const run = await running([0], () => ({ put: (records) => refuse(records) }))
    await expect(run.done).rejects.toThrow('refused')
    expect(run.notes).toEqual(['start', 'running', 'open 0', 'topic t', 'close 0', 'stop'])
  })

  test.each(['start', 'open', 'close'] as const)('an error of %s fails the task, which is stopped', async (method) => {
    const run = runSink(() => ({ [method]: () => Promise.reject(new Error('broken')) }))
    await passMs(0)
    if (method !== 'start') void run.consumer.give(0)
    await passMs(600)
    if (method === 'close') await run.consumer.revoke(0)
    await expect(run.done).rejects.toThrow('broken')
    expect(run.notes.at(-1)).toBe('stop')
  })

  test('a start that fails keeps no consumer waiting that is being given partitions', async () => {
    const run = runSink(() => ({
      start: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1_000))
        throw new Error('unreachable')
      },
    }))
    const given = run.consumer.give(0)
    await passMs(1_000)
    await expect(run.done).rejects.toThrow('unreachable')
    await given
    expect(run.notes).toEqual(['stop'])
  })

  test('an error of stop is logged, and hides no other', async () => {
    const broken = { stop: () => Promise.reject(new Error('stop failed')) }
    const failing = await running([0], () => ({ ...broken, put: () => Promise.reject(new Error('refused')) }))
    await expect(failing.done).rejects.toThrow('refused')
    const stopping = await running([0], () => broken)
    await stopping.stop()
    for (const { logger } of [failing, stopping]) expect(logger.lines).toContain('warn: stopping the task failed')
  })
})

describe('redelivery', () => {
  test('a passing failure pauses the partitions and puts the same records again', async () => {
    const sink = reluctant()
    const { notes, consumer, figures, stop } = await running([0, 1], () => ({ put: sink.put }))
    consumer.write(0, 2)
    await passMs(3_000)
    expect(notes.slice(3)).toEqual(['topic t', 'pause 0 1'])
    expect(sink.tries).toEqual(Array.from({ length: 4 }, () => '0@0 0@1 1@0 1@1'))
    sink.take()
    await passMs(1_000)
    expect(sink.tries.slice(4)).toEqual(['0@0 0@1 1@0 1@1', '0@2'])
    expect(notes.slice(5)).toEqual(['resume 0 1', 'topic t'])
    expect(figures()).toMatchObject({ 'put-retries-total': 4, 'sink-record-send-total': 5 })
    await stop()
    expect(notes).toContain('commit 0@3 1@2')
  })

  test('the task may ask for another wait, each time anew', async () => {
    const sink = reluctant()
    await running([0], ({ context }) => ({
      put: (records) => {
        if (sink.tries.length === 0) context.timeout(10_000)
        sink.put(records)
      },
    }))
    await passMs(9_000)
    expect(sink.tries).toHaveLength(1)
    await passMs(1_000)
    expect(sink.tries).toHaveLength(2)
    await passMs(1_000)
    expect(sink.tries).toHaveLength(3)
  })

  test('nothing of a batch that waits is committed, on the way or at the end', async () => {
    const { notes, stop } = await running([0], () => ({ put: reluctant().put }))
    await passMs(2 * commitIntervalMs)
    await stop()
    expect(notes.filter((note) => note.startsWith('commit'))).toEqual([])
  })

  test('records of partitions that were taken away meanwhile are not put again', async () => {
    const sink = reluctant()
    const { consumer } = await running([0, 1], () => ({ put: sink.put }))
    const revoked = consumer.revoke(0)
    await passMs(0)
    await revoked
    sink.take()
    await passMs(1_000)
    expect(sink.tries.at(-1)).toBe('1@0 1@1')
  })

  test('the loop keeps polling calmly: the group must not think the consumer dead', async () => {
    const { consumer } = await running([0], () => ({ put: reluctant().put }))
    const before = consumer.polls
    await passMs(10_000)
    expect(consumer.polls - before).toBeGreaterThan(10)
    expect(consumer.polls - before).toBeLessThan(50)
  })
})
