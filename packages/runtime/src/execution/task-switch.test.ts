import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TaskSwitch } from './task-switch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Whether a promise has settled by now. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  let done = false
  void promise.then(() => {
    done = true
  })
  await vi.advanceTimersByTimeAsync(0)
  return done
}

test('a pause ends what waits, a resume lets it go on with a new signal', async () => {
  const control = new TaskSwitch(false)
  const before = control.running
  expect([control.setPaused(true), control.setPaused(true), before.aborted]).toEqual([true, false, true])
  const resumed = control.untilResumed()
  expect(await isDone(resumed)).toBe(false)
  control.setPaused(false)
  await resumed
  expect([control.isPaused, control.running.aborted, control.stopped.aborted]).toEqual([false, false, false])
})

test('a task that starts paused waits; its stop ends the wait', async () => {
  const control = new TaskSwitch(true)
  const resumed = control.untilResumed()
  expect([control.running.aborted, await isDone(resumed)]).toEqual([true, false])
  control.stop()
  await resumed
  control.setPaused(false)
  expect([control.running.aborted, control.stopped.aborted, control.cancelled.aborted]).toEqual([true, true, false])
})

test('a wait ends after its time, or with a pause, an interruption or a stop; no timer is left', async () => {
  const control = new TaskSwitch(false)
  const timed = control.pause(100)
  expect(await isDone(timed)).toBe(false)
  await vi.advanceTimersByTimeAsync(100)
  await timed
  for (const end of [() => control.interrupt(), () => control.setPaused(true), () => control.stop()]) {
    control.setPaused(false)
    const waiting = control.pause(60_000)
    end()
    await waiting
  }
  await control.pause(60_000)
  expect(vi.getTimerCount()).toBe(0)
})

test('an interruption wakes who waits on the signal, and the task goes on', () => {
  const control = new TaskSwitch(false)
  const before = control.running
  control.interrupt()
  expect([before.aborted, control.running.aborted]).toEqual([true, false])
  control.setPaused(true)
  control.interrupt()
  expect(control.running.aborted).toBe(true)
})

test('a cancelled task is stopped too, and learns why', () => {
  const control = new TaskSwitch(false)
  control.cancel('a-0')
  expect([control.stopped.aborted, control.running.aborted]).toEqual([true, true])
  expect(control.cancelled.reason).toMatchObject({ code: 'task.cancelled', message: expect.stringContaining('a-0') })
})
