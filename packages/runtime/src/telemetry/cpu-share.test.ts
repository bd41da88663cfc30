import { expect, test } from 'vitest'
import { CpuShare } from './cpu-share.ts'

test('the share is that of the last seconds, of one core', () => {
  const share = new CpuShare()
  expect(share.percent).toBeNull()
  share.add(10, 1_000)
  expect(share.percent).toBeNull()
  share.add(10.5, 2_000)
  expect(share.percent).toBe(50)
  for (let second = 3; second <= 20; second++) share.add(10.5 + (second - 2) * 2, second * 1_000)
  expect(share.percent).toBe(200)
})

test('looks far apart and two at the same time count as well', () => {
  const share = new CpuShare()
  share.add(1, 1_000)
  share.add(2, 101_000)
  expect(share.percent).toBe(1)
  share.add(2, 101_000)
  expect(share.percent).toBe(1)
})
