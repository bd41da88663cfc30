import { expect, test } from 'vitest'
import { sparklinePath } from './sparkline-path.ts'

const box = { width: 100, height: 23 }

test('a line goes from the left to the right, the greatest value at the top', () => {
  expect(sparklinePath([0, 10, 5], box)).toEqual({ line: 'M0 22L50 2L100 12', area: 'M0 22L50 2L100 12L100 23L0 23Z' })
})

test('one value is no course, and nothing at all lies on the ground', () => {
  expect(sparklinePath([7], box)).toEqual({ line: '', area: '' })
  expect(sparklinePath([0, 0], box).line).toBe('M0 22L100 22')
})
