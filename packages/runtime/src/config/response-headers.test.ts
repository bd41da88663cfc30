import { expect, test } from 'vitest'
import { parseHeaderRules } from './response-headers.ts'

test('rules are separated by commas, those with commas stand in quotes', () => {
  expect(parseHeaderRules('set X-Frame-Options: DENY, "add Cache-Control: no-cache, no-store",add A:b')).toEqual([
    { action: 'set', name: 'X-Frame-Options', value: 'DENY' },
    { action: 'add', name: 'Cache-Control', value: 'no-cache, no-store' },
    { action: 'add', name: 'A', value: 'b' },
  ])
  expect(parseHeaderRules('')).toEqual([])
})

test('dates are given in epoch milliseconds', () => {
  expect(parseHeaderRules('setDate Expires: 0, addDate Last-Modified: 1000')).toEqual([
    { action: 'set', name: 'Expires', value: 'Thu, 01 Jan 1970 00:00:00 GMT' },
    { action: 'add', name: 'Last-Modified', value: 'Thu, 01 Jan 1970 00:00:01 GMT' },
  ])
})

test.each([
  'X-Frame-Options: DENY',
  'set X Frame: DENY',
  'set X',
  'setDate Expires: soon',
  'set A: b\r\nC: d',
  'remove A: b',
])('%j is no rule', (text) => {
  expect(parseHeaderRules(text)).toBeNull()
})
