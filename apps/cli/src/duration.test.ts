import { expect, test } from 'vitest'
import { parseDuration, showDuration } from './duration.ts'

test.each([
  ['500ms', 500],
  ['30', 30_000],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['1h', 3_600_000],
])('%s are %d milliseconds', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each(['', 'soon', '5 days', '-1s'])('"%s" is refused', (text) => {
  expect(() => parseDuration(text)).toThrow('is no duration')
})

test.each([
  [999, '0s'],
  [61_000, '1m1s'],
  [3_700_000, '1h1m'],
  [90_000_000, '1d1h'],
])('%d milliseconds are shown as %s', (ms, text) => {
  expect(showDuration(ms)).toBe(text)
})
