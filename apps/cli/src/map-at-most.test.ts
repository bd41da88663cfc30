import { expect, test } from 'vitest'
import { mapAtMost } from './map-at-most.ts'

test('results keep the order, and no more are at work than allowed', async () => {
  let running = 0
  let most = 0
  const results = await mapAtMost(3, [5, 1, 4, 2, 3, 0], async (ticks) => {
    most = Math.max(most, ++running)
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
    running--
    return ticks * 10
  })
  expect(results).toEqual([50, 10, 40, 20, 30, 0])
  expect(most).toBe(3)
})

test('one that fails fails all', async () => {
  await expect(
    mapAtMost(2, [1, 2, 3], async (item) => (item === 2 ? Promise.reject(new Error('two')) : item)),
  ).rejects.toThrow('two')
})
