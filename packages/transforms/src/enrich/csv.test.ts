import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCsv } from './csv.ts'

test.each<[string, string[][]]>([
  ['', []],
  [
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\r\n1,\r\n',
    [
      ['a', 'b'],
      ['1', ''],
    ],
  ],
  ['\ufeffa\n\n"x ""y"", z"\n', [['a'], ['x "y", z']]],
  ['"two\nlines",b', [['two\nlines', 'b']]],
  ['a,', [['a', '']]],
  ['"a"b,c', [['ab', 'c']]],
])('%o', (text, rows) => expect(parseCsv(text)).toEqual(rows))

test('a quote without its pair is an error that names the line', () =>
  expect(() => parseCsv('a\n"b')).toThrow('the quote of line 2 is not closed'))

test('what was quoted is read again', () => {
  const rows = fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 4 }))
  fc.assert(
    fc.property(rows, fc.constantFrom('\n', '\r\n'), (before, end) => {
      const text = before.map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(',') + end).join('')
      expect(parseCsv(text)).toEqual(before)
    }),
  )
})

test('any text is read or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r') }), (text) => {
      try {
        parseCsv(text)
      } catch (error) {
        expect((error as Error).message).toContain('is not closed')
      }
    }),
  )
})
