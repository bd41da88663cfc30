import { expect, test } from 'vitest'
import { doublingPause } from './doubling-pause.ts'

test('a pause doubles with each attempt, up to the longest, and stays finite', () => {
  const pauses = [0, 1, 2, 3, 6, 5_000].map((earlier) => doublingPause(earlier, 100, 5_000))
  expect(pauses).toEqual([100, 200, 400, 800, 5_000, 5_000])
  expect(doublingPause(5_000, 100, Number.MAX_SAFE_INTEGER)).toBe(100 * 2 ** 30)
})
