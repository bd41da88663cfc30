import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ambiguityOf } from './ambiguity.ts'
import { emitRe2 } from './emit.ts'
import { JavaRegex, PatternError, patternProblem } from './java-regex.ts'
import { parseReplacement, replace } from './java-replacement.ts'
import { parseJavaRegex } from './parse-java-regex.ts'

function found(pattern: string, text: string): readonly (string | undefined)[] | null {
  const match = new JavaRegex(pattern).find(text)
  return match === null ? null : [...match.groups]
}

describe("Java's syntax", () => {
  test.each<[string, string, (string | undefined)[] | null]>([
    ['(?i)error', 'an ErRoR', ['ErRoR']],
    ['(?i)é', 'É', null],
    ['(?iu)é', 'É', ['É']],
    ['a(?i)b|c', 'C', ['C']],
    ['(?i:a)b', 'AB', null],
    ['(?s).+', 'a\nb', ['a\nb']],
    ['.+', 'a\nb', ['a']],
    ['.', '😀', ['😀']],
    ['(?m)^b$', 'a\nb\nc', ['b']],
    ['^b', 'a\nb', null],
    ['b$', 'a b\n', ['b']],
    ['b$', 'b\nc', null],
    ['b\\Z', 'b\r\n', ['b']],
    ['b\\z', 'b\n', null],
    ['\\Ab', 'ab', null],
    ['\\Qa.b*\\E+', 'a.b**', ['a.b**']],
    ['a\\Q.', 'a.', ['a.']],
    ['\\p{Alpha}+\\P{Digit}', 'ab-', ['ab-']],
    ['\\p{L}+', 'äß1', ['äß']],
    ['\\pL', 'ä', ['ä']],
    ['\\p{IsGreek}', 'xλ', ['λ']],
    ['[\\p{Lu}x]+', 'ÄxY', ['ÄxY']],
    ['[^\\p{L}]+', 'ä12', ['12']],
    ['[a-z&&[^aeiou]]+', 'aebcd', ['bcd']],
    ['[a-c[x-z]]+', 'mbyx', ['byx']],
    ['[\\w.-]+', '!a.b-c!', ['a.b-c']],
    ['[]a]+', ']a', [']a']],
    ['[\\]\\\\]+', '\\]', ['\\]']],
    ['\\x41\\x{1F600}\\u0042\\011', 'A😀B\t', ['A😀B\t']],
    ['\\h\\R', 'a\t\r\n', ['\t\r\n']],
    ['a{2,3}?', 'aaa', ['aa']],
    ['"[^"]*+"', '"abc"', ['"abc"']],
    ['a*+a', 'aaa', null],
    ['(?>a+)(b)', 'aab', ['aab', 'b']],
    ['(x)(?>a+)\\1', 'xaax', ['xaax', 'x']],
    ['(?<q>[\'"]).*?\\k<q>', `say 'a"b'`, [`'a"b'`, "'"]],
    ['(?P<a>\\d)', '5', ['5', '5']],
    ['(?<=a)b(?!c)', 'bc ab', ['b']],
    ['(?x) a b # comment\n c', 'abc', ['abc']],
    ['(a+)+$', 'aa\n', ['aa', 'aa']],
    ['((a+)+$)', 'aa\n', ['aa', 'aa', 'aa']],
    ['(a)|(b)', 'b', ['b', undefined, 'b']],
    ['\\bfoo\\b', 'a foo', ['foo']],
    ['\\s', '\u00a0', null],
    ['', 'x', ['']],
  ])('%s in %j', (pattern, text, expected) => expect(found(pattern, text)).toEqual(expected))

  test.each([
    ['a{', 'a "{" that is no repetition'],
    ['%{WORD:x}', 'write \\{ for the character itself'],
    ['(', '"(" that is not closed (at index 0)'],
    ['a)', 'a ")" without a "("'],
    ['[a', 'a "[" that is not closed'],
    ['*a', 'nothing before it to repeat'],
    ['a{3,2}', 'at least 3 and at most 2'],
    ['[b-a]', 'not in order'],
    ['\\', 'a single backslash'],
    ['(?<1>a)', 'whose name'],
    ['(?<a>x)(?<a>y)', 'two groups named a'],
    ['\\2(a)', 'refers to the group 2'],
    ['\\k<n>', 'refers to the group n'],
    ['\\p{Foo}', 'unknown property'],
    ['(?z)a', 'the flag (?z)'],
    ['\\G', 'uses \\G, which is not supported'],
    ['\\X', 'uses \\X'],
    ['(?~a)', 'unknown kind of group'],
  ])('%s is explained', (pattern, message) => expect(patternProblem(pattern)).toContain(message))
})

describe('the work of backtracking', () => {
  test.each<[string, number]>([
    ['(a+)+b', Infinity],
    ['(a|a)*b', Infinity],
    ['(a*)*b', Infinity],
    ['(a|ab|b)*c', Infinity],
    ['(\\w+\\s?)+$', Infinity],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', Infinity],
    ['(.*a){20}', Infinity],
    ['(\\w+\\s+)*x', 2],
    ['\\s+$', 2],
    ['.*x.*y', 3],
    ['^.*x.*y', 2],
    ['ERROR: (.*)', 1],
    ['^(\\S+) (\\S+) \\[([^\\]]+)\\] "(.*)" (\\d+)$', 1],
    ['(\\d{1,3}\\.){3}\\d{1,3}', 1],
  ])('%s has degree %d', (pattern, degree) =>
    expect(ambiguityOf(parseJavaRegex(pattern).root, 'find').degree).toBe(degree),
  )

  test.each(['(a+)+b', '(\\w+\\s?)+$', '^(([a-z])+.)+[A-Z]([a-z])+$', '.*a.*b.*c.*d', '\\s+$', '(x+x+)+y'])(
    '%s ends soon',
    (pattern) => {
      const regex = new JavaRegex(pattern)
      const started = process.cpuUsage()
      for (const text of ['a', ' ', 'x'].map((char) => `${char.repeat(20_000)}!`)) {
        regex.find(text)
        regex.matches(text)
      }
      expect(process.cpuUsage(started).user).toBeLessThan(10_000_000)
    },
  )

  test('looking around on a text that is too long is an error', () => {
    expect(new JavaRegex('(?<!a).*b.*c').find('bc')).not.toBeNull()
    expect(() => new JavaRegex('(?<!a).*b.*c').find('b'.repeat(100_000))).toThrow('the text is too long')
  })
})

const piece = fc.constantFrom(
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '\\w',
  '(a)',
  '(b|ab)',
  'a*',
  '(?:a|b)+',
  'b?',
  '^',
  '$',
  '\\b',
  'a{2}',
  '.*?',
  '|',
  '(?i)B',
)
const pattern = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''))
const text = fc.stringMatching(/^[abB \n]{0,8}$/)

test('both engines find the same', { timeout: 30_000 }, () => {
  fc.assert(
    fc.property(pattern, text, (source, input) => {
      fc.pre(emitRe2(parseJavaRegex(source)) !== null)
      const regex = new JavaRegex(source)
      const slow = new JavaRegex(`(?:(?:q+)+)?(?:${source})`) // exponential, so RE2 runs it
      const [slowly, quickly] = [slow.find(input), regex.find(input)]
      expect([slowly?.index, slowly?.groups[0]]).toEqual([quickly?.index, quickly?.groups[0]])
      expect(slow.matches(input)).toBe(regex.matches(input))
    }),
    { numRuns: 300 },
  )
})

test('what both Java and JavaScript understand, means the same', { timeout: 30_000 }, () => {
  fc.assert(
    fc.property(
      pattern.filter((source) => !/\$|\(\?i\)/.test(source)),
      text,
      (source, input) => {
        const match = new RegExp(source, 'u').exec(input)
        expect(new JavaRegex(source).find(input)?.groups.slice()).toEqual(match?.slice())
      },
    ),
    { numRuns: 500 },
  )
})

test('any text is a pattern or a problem', { timeout: 30_000 }, () => {
  const soup = fc
    .array(
      fc.constantFrom(...'()[]{}*+?|^$.\\-&,:=!<>#aQEpPxu019 iL'.split(''), 'é', '😀', '(?', '[^', '&&', '{1,', '\\p{'),
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(soup, fc.string()), (source) => {
      try {
        new JavaRegex(source).find('aé😀 b')
      } catch (error) {
        if (!(error instanceof PatternError)) throw error
      }
    }),
    { numRuns: 1000 },
  )
  expect(patternProblem('('.repeat(100_000))).toContain('nested too deeply')
})

test('a quoted replacement replaces by itself', () => {
  fc.assert(
    fc.property(fc.string(), (raw) => {
      const regex = new JavaRegex('b')
      const replacement = parseReplacement(raw.replace(/[\\$]/g, '\\$&'), regex)
      expect(replace('abcb', regex, replacement, true)).toBe(`a${raw}c${raw}`)
      expect(replace('xyz', regex, replacement, true)).toBe('xyz')
    }),
  )
})
