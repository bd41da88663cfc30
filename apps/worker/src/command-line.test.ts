import { expect, test } from 'vitest'
import { helpText, parseCommandLine } from './command-line.ts'

test.each([
  [[], { kind: 'help' }],
  [['standalone', '--help'], { kind: 'help' }],
  [['distributed'], { kind: 'distributed', propertiesFile: null }],
  [['distributed', 'w.properties'], { kind: 'distributed', propertiesFile: 'w.properties' }],
  [['standalone', 'w.properties'], { kind: 'standalone', propertiesFile: 'w.properties', connectorFiles: [] }],
  [
    ['standalone', 'w.properties', 'a.json', 'b.properties'],
    { kind: 'standalone', propertiesFile: 'w.properties', connectorFiles: ['a.json', 'b.properties'] },
  ],
])('%j is understood', (args, command) => {
  expect(parseCommandLine(args)).toEqual(command)
})

test.each([
  [['cluster'], 'unknown mode "cluster", expected "distributed" or "standalone"'],
  [['distributed', 'w.properties', 'a.json'], 'unexpected argument "a.json"'],
  [['standalone'], 'a standalone worker needs a worker properties file'],
])('%j is refused with a reason', (args, reason) => {
  expect(() => parseCommandLine(args)).toThrow(reason)
})

test('the help names both modes, every argument and the exit codes', () => {
  for (const word of ['distributed', 'standalone', 'worker.properties', 'connector', 'initial_state', 'Exit codes']) {
    expect(helpText).toContain(word)
  }
})
