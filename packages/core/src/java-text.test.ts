import fc from 'fast-check'
import { expect, test } from 'vitest'
import { doubleText, floatText, shortestFloat } from './java-text.ts'

test.each([
  [1, '1.0'],
  [-0, '-0.0'],
  [0.1, '0.1'],
  [1e7, '1.0E7'],
  [12345678, '1.2345678E7'],
  [0.001, '0.001'],
  [0.00012, '1.2E-4'],
  [Number.NaN, 'NaN'],
])('%d is %s', (value, text) => {
  expect(doubleText(value)).toBe(text)
})

test.each([
  [0.1, '0.1'],
  [16777216, '1.6777216E7'],
  [3.4028234663852886e38, '3.4028235E38'],
  [-0, '-0.0'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
])('the float %d is %s', (value, text) => {
  expect(floatText(value)).toBe(text)
})

test('a float is told by the fewest digits that are it', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (float) => {
      const shortest = shortestFloat(float)
      expect(Math.fround(shortest)).toBe(float)
      // Texts of no digits but zeros have no sign.
      if (float === 0) return
      const digits = [1, 2, 3, 4, 5, 6, 7, 8].find((count) => Math.fround(Number(float.toPrecision(count))) === float)
      if (digits !== undefined) expect(shortest).toBe(Number(float.toPrecision(digits)))
    }),
    { numRuns: 2000 },
  )
})
