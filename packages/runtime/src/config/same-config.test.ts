import { expect, test } from 'vitest'
import { sameConfig } from './same-config.ts'

test.each([
  [{ a: '1', b: null }, { b: null, a: '1' }, true],
  [{ a: '1' }, { a: '2' }, false],
  [{ a: '1' }, { a: '1', b: null }, false],
  [{ a: null }, { b: null }, false],
  [{}, { toString: 'x' }, false],
])('%j and %j are the same: %s', (one, other, expected) => {
  expect(sameConfig(one, other)).toBe(expected)
  expect(sameConfig(other, one)).toBe(expected)
})
