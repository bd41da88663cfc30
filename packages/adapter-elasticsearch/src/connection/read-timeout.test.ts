import { expect, test } from 'vitest'
import { ReadTimeout } from './read-timeout.ts'

test('patience doubles with each timeout, up to ten times, until an answer comes quickly', () => {
  const timeout = new ReadTimeout(3000)
  timeout.timedOut(3000)
  timeout.timedOut(3000)
  expect(timeout.ms).toBe(6000)
  timeout.answered(5000)
  for (let i = 0; i < 5; i++) timeout.timedOut(timeout.ms)
  expect(timeout.ms).toBe(30_000)
  timeout.answered(100)
  expect(timeout.ms).toBe(3000)
})
