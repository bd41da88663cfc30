import { expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(retryAfterMs('3', now)).toBe(3000)
  expect(retryAfterMs('Thu, 01 Jan 2026 00:00:10 GMT', now)).toBe(10_000)
  expect([undefined, '', 'soon', '-5'].map((header) => retryAfterMs(header, now))).toEqual([0, 0, 0, 0])
})
