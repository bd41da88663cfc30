import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatProperties, parseProperties } from './properties.ts'

test('keys end at the first separator that is not escaped', () => {
  expect(
    parseProperties('a=1\nb: 2\nc 3\nd\t=\t4\ne\nf\\=g\\:h\\ i = j=k\n  spaced = kept behind  \nx==y\nz:=w\n'),
  ).toEqual({ a: '1', b: '2', c: '3', d: '4', e: '', 'f=g:h i': 'j=k', spaced: 'kept behind  ', x: '=y', z: '=w' })
})

test('comments and blank lines are left out, and a comment never continues', () => {
  expect(parseProperties('# one \\\n! two\n\n   \n  # three\na=1 # not a comment\n')).toEqual({
    a: '1 # not a comment',
  })
})

test('a backslash at the end continues the line, and two of them do not', () => {
  expect(parseProperties('a=1,\\\n   2,\\\n#3\nb=x\\\\\nc=y\\\n\nd=z\\')).toEqual({
    a: '1,2,#3',
    b: 'x\\',
    c: 'y',
    d: 'z',
  })
})

test('every line end works', () => {
  expect(parseProperties('a=1\r\nb=2\rc=3\nd=4\\\r\n5')).toEqual({ a: '1', b: '2', c: '3', d: '45' })
})

test('escapes become their characters, an unknown one its letter', () => {
  expect(parseProperties('a=\\t\\n\\r\\f\\q\\"\\\\\nb=\\u00e9\\uD83D\\uDE00\nc=é')).toEqual({
    a: '\t\n\r\fq"\\',
    b: 'é😀',
    c: 'é',
  })
})

test('the last value of a key counts', () => {
  expect(parseProperties('a=1\na=2')).toEqual({ a: '2' })
})

test('a key named like an inherited property is an ordinary key', () => {
  expect(Object.entries(parseProperties('__proto__=1\nconstructor=2'))).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ])
})

test('a broken unicode escape names its line', () => {
  expect(() => parseProperties('a=1\nb=\\u12')).toThrow('line 2: \\u must be followed by four hex digits')
})

test('whatever is written is read back', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'é', '\\', '=', ':', ' ', '#', '!', '\n', '\r', '\t', '\f', 'u', '0'),
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), (entries) => {
      const properties = Object.fromEntries(entries)
      expect(parseProperties(formatProperties(properties))).toEqual(properties)
    }),
  )
})

test('any text is read or refused with a line number, never anything else', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '\\', '=', ' ', '\n', '\r', 'u', '1', '#') }), (text) => {
      try {
        for (const value of Object.values(parseProperties(text))) expect(typeof value).toBe('string')
      } catch (error) {
        expect(String(error)).toMatch(/line \d+: \\u/)
      }
    }),
  )
})
