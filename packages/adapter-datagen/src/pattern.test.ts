import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Dice } from './dice.ts'
import { textMaker } from './pattern.ts'

test.each([
  'User_[1-9]',
  'Item_[1-9][0-9]{0,2}',
  '[A-Za-z0-9_.-]+@example\\.(com|org)',
  '(a|b(c|d)?)*x?',
  '(?:\\d{3}-){2}\\d{4}',
  '(?<year>20[0-9]{2})-(0[1-9]|1[0-2])',
  '^[^a-z\\s]{5}$',
  '\\D\\W\\S\\w',
  '.{3,}?',
  '[]a]{2}',
  '[a-]',
  'schön 🙂+',
  '',
])('what is made for %s matches it', (pattern) => {
  const make = textMaker(pattern)
  // In JavaScript, unlike Java, a class may be empty: `[]a]` is written `[\]a]`.
  const expected = new RegExp(`^(?:${pattern.replace('[]', '[\\]')})$`, 'u')
  fc.assert(fc.property(fc.nat(), (index) => expected.test(make(new Dice(1, 0).forRecord(index)))))
})

test.each([
  ['(a', 'has a group without )'],
  ['a)', 'has a ) too many'],
  ['[a', 'has a class without ]'],
  ['[z-a]', 'has a class with an invalid range'],
  ['*a', 'has nothing to repeat before *'],
  ['a{2,1}', 'whose end is before its beginning'],
  ['a{x}', 'has a { that begins no count'],
  ['a(?=b)', 'has look-around, which is not supported'],
  ['(a)\\1', 'has \\1, which is not supported'],
  ['a\\', 'ends with \\'],
  ['(a{1000}){1000}', 'gives texts of more than 100000 characters'],
  [`${'('.repeat(200)}a${')'.repeat(200)}`, 'has groups more than 100 deep'],
])('the pattern %s is refused', (pattern, message) => expect(() => textMaker(pattern)).toThrow(message))

test('any text is a pattern that can be followed, or is refused in words', () => {
  const pieces = fc.constantFrom(
    'a',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '1',
    ',',
    '?',
    '*',
    '+',
    '|',
    '\\',
    'd',
    '-',
    '^',
    '.',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (given) => {
      try {
        textMaker(given.join(''))(new Dice(0, 0).forRecord(0))
      } catch (error) {
        expect((error as Error).message).toMatch(/^the pattern /)
      }
    }),
    { numRuns: 2_000 },
  )
})
