import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonProblem } from './json-problem.ts'

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('finds something wrong exactly with the texts that JSON.parse refuses', { timeout: 30_000 }, () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '\\',
    '\\u00e9',
    '1',
    '-',
    '0',
    '.5',
    'e9',
    'true',
    'nul',
    ' ',
    '\n',
    'é',
  ]
  const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(soup, fc.json({ maxDepth: 2 }), fc.string()), (text) => {
      expect(jsonProblem(text) === null, text).toBe(parses(text))
    }),
    { numRuns: 1000 },
  )
})
