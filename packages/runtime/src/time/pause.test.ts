import { expect, test } from 'vitest'
import { pause } from './pause.ts'

test('a pause takes its time', async () => {
  const startedAt = performance.now()
  await pause(20)
  expect(performance.now() - startedAt).toBeGreaterThan(15)
})

test('a pause ends early when its signal aborts', async () => {
  const stop = new AbortController()
  const paused = pause(600_000, stop.signal)
  stop.abort()
  await paused
})

test('with a signal that has aborted already there is no pause', async () => {
  await pause(600_000, AbortSignal.abort())
})
