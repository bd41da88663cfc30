/** The sink task loop while partitions come and go, are paused and rewound. */
import type { PartitionOffset } from '@penstock/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { commitIntervalMs, runSink } from './fixtures/sink-run.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const passMs = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const partition = (number: number) => ({ topic: 't', partition: number })

/** A run that has these partitions and has put records 0 and 1 of each; `notes` is emptied then. */
async function running(partitions: number[], ...args: Parameters<typeof runSink>) {
  const run = runSink(...args)
  for (const number of partitions) run.consumer.write(number, 0, 1)
  await passMs(0)
  await run.consumer.give(...partitions)
  await passMs(600)
  run.notes.splice(0)
  return run
}

describe('rebalances', () => {
  test('partitions that are revoked are committed, then closed; the others are left alone', async () => {
    const { consumer, notes, figures } = await running([0, 1, 2])
    await consumer.revoke(0, 2)
    await passMs(600)
    expect(notes).toEqual(['commit 0@2 2@2', 'close 0 2'])
    expect(figures()).toMatchObject({ 'partition-count': 1 })
  })

  test('the task is asked to write everything out, of those partitions only', async () => {
    const asked: unknown[] = []
    const { consumer } = await running([0, 1], () => ({
      preCommit: async (consumed, options) => {
        asked.push({ consumed, ...options })
        return []
      },
    }))
    await consumer.revoke(1)
    expect(asked).toEqual([{ consumed: [{ ...partition(1), offset: 2n }], closing: true }])
  })

  test('partitions that are lost are closed without a commit', async () => {
    const { consumer, notes } = await running([0, 1])
    await consumer.lose(0, 1)
    expect(notes).toEqual(['close 0 1'])
  })

  test('the consumer waits until the task has written and closed', async () => {
    let written: () => void = () => {}
    const { consumer, notes } = await running([0], () => ({
      preCommit: (consumed) =>
        new Promise<readonly PartitionOffset[]>((resolve) => {
          written = () => resolve(consumed)
        }),
    }))
    let given = false
    const revoked = consumer.revoke(0).then(() => {
      given = true
    })
    await passMs(10_000)
    expect([given, notes]).toEqual([false, []])
    written()
    await revoked
    expect(notes).toEqual(['commit 0@2', 'close 0'])
  })

  test('a partition that comes back is opened again and read from where the group is', async () => {
    const { consumer, notes, stop } = await running([0])
    await consumer.revoke(0)
    await consumer.give(0)
    await passMs(600)
    expect(notes.slice(2)).toEqual(['open 0', 'topic t', 'put 0@0 0@1'])
    await stop()
    expect(notes.slice(5)).toEqual(['commit 0@2', 'close 0', 'stop'])
  })

  test('a rebalance that begins while the task stops waits for nobody', async () => {
    const { consumer, stop } = await running([0])
    const revoked = consumer.revoke(0)
    await Promise.all([stop(), revoked])
    await consumer.revoke(0)
  })
})

describe('pausing', () => {
  test('a paused connector reads nothing, and goes on where it was', async () => {
    let paused = false
    const { consumer, notes } = await running([0, 1], undefined, { isPaused: () => paused })
    paused = true
    consumer.wakeup()
    await passMs(0)
    consumer.write(0, 2)
    await passMs(5_000)
    expect(notes).toEqual(['pause 0 1'])
    paused = false
    await passMs(500)
    expect(notes.slice(1)).toEqual(['resume 0 1', 'topic t', 'put 0@2'])
  })

  test('what was put before a pause is committed in it', async () => {
    let paused = false
    const { notes } = await running([0], undefined, { isPaused: () => paused })
    paused = true
    await passMs(commitIntervalMs)
    expect(notes).toEqual(['pause 0', 'commit 0@2'])
  })

  test('a partition that comes to a paused task is paused', async () => {
    const { consumer, notes } = await running([0], undefined, { isPaused: () => true })
    await consumer.give(1)
    await passMs(600)
    expect(notes).toEqual(['open 1', 'pause 1'])
  })

  test('a task pauses and resumes partitions of its own', async () => {
    const { consumer, context, notes } = await running([0, 1])
    context.pause([partition(0)])
    await passMs(500)
    consumer.write(0, 2)
    consumer.write(1, 2)
    await passMs(500)
    expect(notes).toEqual(['pause 0', 'topic t', 'put 1@2'])
    context.resume([partition(0)])
    await passMs(500)
    expect(notes.slice(3)).toEqual(['resume 0', 'topic t', 'put 0@2'])
  })

  test('what a task has paused is read again when it comes back after a rebalance', async () => {
    const { consumer, context, notes } = await running([0])
    context.pause([partition(0)])
    await passMs(500)
    await consumer.revoke(0)
    await consumer.give(0)
    await passMs(500)
    expect(notes).toEqual(['pause 0', 'commit 0@2', 'close 0', 'open 0', 'topic t', 'put 0@0 0@1'])
  })
})

describe('rewinding', () => {
  test('records are read and committed again from where the task wants', async () => {
    const { context, notes, stop } = await running([0])
    context.requestCommit()
    await passMs(500)
    context.seek([{ ...partition(0), offset: 1n }])
    await passMs(500)
    expect(notes).toEqual(['commit 0@2', 'seek 0@1', 'topic t', 'put 0@1'])
    await stop()
    expect(notes.slice(4)).toEqual(['commit 0@2', 'close 0', 'stop'])
  })

  test('a partition that is gone is not rewound', async () => {
    const { context, notes } = await running([0])
    context.seek([{ ...partition(7), offset: 1n }])
    await passMs(500)
    expect(notes).toEqual([])
  })
})

test('a commit that is never acknowledged does not make the loop spin', async () => {
  const { context, consumer } = await running([0], undefined, { commit: () => new Promise(() => {}) })
  context.requestCommit()
  await passMs(500)
  context.requestCommit()
  const before = consumer.polls
  await passMs(4_000)
  expect(consumer.polls - before).toBeLessThan(12)
})
