import { expect, test } from 'vitest'
import { formatAgo, formatBytes, formatCount, formatDuration, formatMs, formatRate, formatTime } from './format.ts'

test('what is not known is a dash, never a zero', () => {
  for (const format of [formatCount, formatRate, formatBytes, formatMs, formatDuration, formatTime, formatAgo]) {
    expect(format(null)).toBe('–')
    expect(format(undefined)).toBe('–')
    expect(format(Number.NaN)).toBe('–')
  }
  expect(formatCount(0)).toBe('0')
})

test('bytes are counted in powers of 1024', () => {
  expect([0, 512, 1536, 150 * 1024, 5 * 1024 ** 3].map(formatBytes)).toEqual([
    '0 B',
    '512 B',
    `${(1.5).toLocaleString()} KiB`,
    '150 KiB',
    '5 GiB',
  ])
})

test('durations have their two largest parts', () => {
  const hour = 3_600_000
  expect([0, 999, 61_000, 26 * hour, 24 * hour + 5_000].map(formatDuration)).toEqual([
    '0 s',
    '0 s',
    '1 min 1 s',
    '1 d 2 h',
    '1 d',
  ])
  expect(formatMs(12.4)).toBe('12 ms')
  expect(formatMs(2_000)).toBe('2 s')
})

test('a time of today goes without the date', () => {
  const now = new Date(2026, 0, 31, 12).getTime()
  expect(formatTime(now - 60_000, now)).not.toContain('2026')
  expect(formatTime(now - 86_400_000, now)).toContain('2026')
})
