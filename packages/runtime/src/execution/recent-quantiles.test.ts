import { expect, test } from 'vitest'
import { RecentQuantiles } from './recent-quantiles.ts'

test('quantiles are right to an eighth', () => {
  const times = new RecentQuantiles()
  for (let ms = 1; ms <= 1000; ms++) times.observe(ms, 0)
  const [p50, p99] = times.read([0.5, 0.99], 0)!
  expect(p50).toBeGreaterThanOrEqual(500)
  expect(p50).toBeLessThan(500 * 1.13)
  expect(p99).toBeGreaterThanOrEqual(990)
  expect(p99).toBeLessThan(990 * 1.13)
})

test('what is longer ago than a minute does not count any more', () => {
  const times = new RecentQuantiles()
  times.observe(5_000, 1_000_000)
  expect(times.read([0.5], 1_029_000)).not.toBeNull()
  times.observe(10, 1_031_000)
  expect(times.read([0.99], 1_031_000)![0]).toBeGreaterThan(4_000)
  expect(times.read([0.99], 1_062_000)![0]).toBeLessThan(13)
  expect(times.read([0.5], 1_200_000)).toBeNull()
})

test('no time at all and an eternity have a place', () => {
  const times = new RecentQuantiles()
  times.observe(0, 0)
  expect(times.read([0.5], 0)).toEqual([1])
  times.observe(1e12, 0)
  expect(times.read([1], 0)![0]).toBeGreaterThan(7_000_000)
})
