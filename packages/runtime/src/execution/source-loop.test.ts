import { RetriableError, type SourceRecord, type SourceTask } from '@penstock/core'
import { expect, test } from 'vitest'
import { lineOf, outgoing } from './fixtures/source-parts.ts'
import { errorPolicy } from './fixtures/task-parts.ts'
import type { SourceDelivery } from './source-delivery.ts'
import { runSourceTask } from './source-loop.ts'
import type { SourceTracing } from './source-tracing.ts'
import { TaskSwitch } from './task-switch.ts'

type Poll = (signal: AbortSignal) => Promise<readonly SourceRecord[] | null>

/** Waits for the signal, as a well-behaved task without news does. */
const untilAborted: Poll = (signal) =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null)
    else signal.addEventListener('abort', () => resolve(null), { once: true })
  })
const never: Poll = () => new Promise(() => {})

/** Runs a task that answers its polls one after the other and waits then; `notes` has what happened, in order. */
function run(
  polls: Poll[],
  options: {
    paused?: boolean
    task?: Partial<SourceTask>
    delivery?: Partial<SourceDelivery>
    tracing?: SourceTracing
  } = {},
) {
  const notes: string[] = []
  const note = (text: string): void => void notes.push(text)
  const control = new TaskSwitch(options.paused ?? false)
  const { logger, meter } = errorPolicy()
  const done = runSourceTask(
    {
      task: {
        start: () => note('start'),
        poll: (signal) => (polls.shift() ?? untilAborted)(signal),
        stop: () => note('stop'),
        ...options.task,
      },
      pipeline: { process: async (records) => outgoing(...records) },
      delivery: {
        deliver: async (batch) => {
          if (batch.length > 0) note(`deliver ${batch.map(({ source }) => source.value.value).join(' ')}`)
        },
        settle: async () => note('settle'),
        finish: async () => note('finish'),
        abandon: async () => note('abandon'),
        dueAt: () => null,
        ...options.delivery,
      },
      meter,
      tracing: options.tracing ?? null,
      logger,
      clock: { now: () => Date.now() },
      onRunning: () => note('running'),
    },
    control,
  )
  done.catch(() => {})
  const until = async (text: string): Promise<void> => {
    for (const deadline = Date.now() + 5_000; !notes.includes(text); ) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${text}`)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { control, notes, done, until, logger }
}
const records: Poll = async () => [lineOf('a', 1), lineOf('a', 2)]

test('records are delivered in order, and a stop finishes what was delivered', async () => {
  const { control, done, notes, until } = run([records, async () => null, async () => [lineOf('a', 3)]])
  await until('deliver a3')
  control.stop()
  await done
  expect(notes).toEqual(['start', 'running', 'deliver a1 a2', 'deliver a3', 'finish', 'abandon', 'stop'])
})

test('what a task returns when it is asked to stop is still delivered', async () => {
  const last: Poll = async (signal) => {
    await untilAborted(signal)
    return [lineOf('a', 9)]
  }
  const { control, done, notes, until } = run([last])
  await until('running')
  control.stop()
  await done
  expect(notes).toEqual(['start', 'running', 'deliver a9', 'finish', 'abandon', 'stop'])
})

test('a paused task polls nothing until it is resumed', async () => {
  const { control, done, notes, until } = run([records], { paused: true })
  await until('settle')
  control.setPaused(false)
  await until('deliver a1 a2')
  control.setPaused(true)
  control.stop()
  await done
  expect(notes).toEqual(['start', 'running', 'settle', 'deliver a1 a2', 'finish', 'abandon', 'stop'])
})

test('a retriable failure of the source is tried again, any other ends the task', async () => {
  const failing =
    (error: Error): Poll =>
    () =>
      Promise.reject(error)
  const { done, notes, logger } = run([failing(new RetriableError('db.busy', 'busy')), failing(new Error('no table'))])
  await expect(done).rejects.toThrow('no table')
  expect([notes, logger.lines]).toEqual([
    ['start', 'running', 'abandon', 'stop'],
    ['warn: the source could not be read, trying again'],
  ])
})

test('a task that can’t start is stopped all the same, and a failure of that is only logged', async () => {
  const { done, notes, logger } = run([], {
    task: { start: () => Promise.reject(new Error('no file')), stop: () => Promise.reject(new Error('no file open')) },
  })
  await expect(done).rejects.toThrow('no file')
  expect([notes, logger.lines]).toEqual([['abandon'], ['warn: stopping the task failed']])
})

test('a delivery that fails ends the task, also one that waits for its source', async () => {
  let failed = false
  const { control, done, until } = run([records], {
    delivery: { deliver: () => (failed ? Promise.reject(new Error('too large')) : Promise.resolve()) },
  })
  await until('running')
  failed = true
  control.interrupt()
  await expect(done).rejects.toThrow('too large')
})

test('a delivery that is due wakes a task that waits for its source', async () => {
  let delivered = 0
  const { control, done } = run([untilAborted], {
    delivery: {
      dueAt: () => (delivered === 0 ? Date.now() : null),
      deliver: async () => {
        delivered++
        control.stop()
      },
    },
  })
  await done
  expect(delivered).toBe(1)
})

test('a cancelled task ends at once, whatever it hangs in', async () => {
  for (const task of [{ poll: never }, { start: () => new Promise<void>(() => {}) }]) {
    const { control, done, notes, until } = run([], { task })
    if ('poll' in task) await until('running')
    control.stop()
    control.cancel('a-0')
    await expect(done).rejects.toMatchObject({ code: 'task.cancelled' })
    expect(notes).not.toContain('stop')
    expect(notes.at(-1)).toBe('abandon')
  }
})

test('a cancelled task whose stop or last flush hangs ends too', async () => {
  const hanging = () => new Promise<void>(() => {})
  for (const options of [
    { task: { stop: hanging } },
    { delivery: { finish: hanging } },
    { delivery: { abandon: hanging } },
  ]) {
    const { control, done, until } = run([records], options)
    await until('deliver a1 a2')
    control.stop()
    await new Promise((resolve) => setImmediate(resolve))
    control.cancel('a-0')
    await done.catch((error: unknown) => expect(error).toMatchObject({ code: 'task.cancelled' }))
  }
})

test('what a cancelled task returns in the end is not sent, and it is stopped then', async () => {
  const late = Promise.withResolvers<readonly SourceRecord[]>()
  const { control, done, notes, until } = run([() => late.promise])
  await until('running')
  control.cancel('a-0')
  await expect(done).rejects.toMatchObject({ code: 'task.cancelled' })
  late.resolve([lineOf('a', 1)])
  await until('stop')
  expect(notes).toEqual(['start', 'running', 'abandon', 'stop'])
})
