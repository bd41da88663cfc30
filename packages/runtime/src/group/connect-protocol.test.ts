import { expect, test } from 'vitest'
import { connectProtocolOf, parseProtocolName, versionOfProtocol } from './connect-protocol.ts'

test('the name the broker picks is matched regardless of case', () => {
  expect(parseProtocolName('Sessioned')).toBe('sessioned')
  expect(parseProtocolName('DEFAULT')).toBe('default')
  expect(() => parseProtocolName('range')).toThrow('the group runs the unknown protocol "range"')
})

test('names, versions and settings belong together', () => {
  const named = (['default', 'compatible', 'sessioned'] as const).map((name) => [name, versionOfProtocol(name)])
  expect(named).toEqual([
    ['default', 0],
    ['compatible', 1],
    ['sessioned', 2],
  ])
  expect(([0, 1, 2] as const).map(connectProtocolOf)).toEqual(['eager', 'compatible', 'sessioned'])
})
