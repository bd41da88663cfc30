import { expect, test } from 'vitest'
import { backoffMs } from './retry-policy.ts'

const settings = { backoffMs: 100, maxBackoffMs: 5000 }

test('the window doubles with each attempt up to the cap', () => {
  const longest = (attempt: number) => backoffMs(attempt, settings, 0, () => 1)
  expect([1, 2, 3, 10, 1000].map(longest)).toEqual([200, 400, 800, 5000, 5000])
  expect(backoffMs(3, settings, 0, () => 0)).toBe(0)
})

test('no backoff means no wait', () => {
  expect(backoffMs(5, { backoffMs: 0, maxBackoffMs: 5000 })).toBe(0)
})

test('Retry-After is the least wait, within bounds', () => {
  expect(backoffMs(1, settings, 2000, () => 0)).toBe(2000)
  expect(backoffMs(1, settings, 3_600_000, () => 0)).toBe(30_000)
})
