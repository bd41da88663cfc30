import { expect, test } from 'vitest'
import { compareVersions, parseVersionRange } from './version-range.ts'

test.each([
  ['1.0', '1.0', true],
  ['1.0', '1.0.0', true],
  ['1.0', '1.1', false],
  ['[1.0]', '1.0', true],
  ['[1.0,2.0)', '1.9', true],
  ['[1.0,2.0)', '2.0', false],
  ['(1.0,2.0]', '1.0', false],
  ['(1.0,2.0]', '2.0', true],
  ['(,2.0]', '0.1', true],
  ['[1.5,)', '1.10', true],
])('range %s contains %s: %s', (range, version, contained) => {
  expect(parseVersionRange(range)?.contains(version)).toBe(contained)
})

test.each(['[bad', '', '(1.0)', '[]', '1.0,2.0', '[1,2,3]'])('%j is no range', (text) => {
  expect(parseVersionRange(text)).toBeNull()
})

test('a pre-release is older than its release', () => {
  expect(['1.0.0', '1.0.0-rc.2', '1.0.0-rc.10', '0.9', '1.0.1'].sort(compareVersions)).toEqual([
    '0.9',
    '1.0.0-rc.2',
    '1.0.0-rc.10',
    '1.0.0',
    '1.0.1',
  ])
})
