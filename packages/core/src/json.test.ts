import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonNumber, type JsonValue, parseJson, stringifyJson, withJavaEscapes } from './json.ts'

describe('numbers', () => {
  test.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['1.5', 1.5],
    ['0', 0],
    ['-0.5', -0.5],
    ['1e+21', 1e21],
  ])('%s is the number it spells', (text, value) => {
    expect(parseJson(text)).toBe(value)
  })

  test.each([
    '0.10',
    '1.0',
    '-0',
    '1e5',
    '1E400',
    '3.14159265358979323846',
    '123456789012.123456',
    '0.30000000000000004441',
    '0.0000001',
    '100000000000000000000.5',
  ])('%s keeps its text where a double would print another', (text) => {
    const value = parseJson(text)
    expect(value).toEqual(new JsonNumber(text))
    expect(stringifyJson(value)).toBe(text)
  })
})

// Texts of numbers of every form, not only those JavaScript would write.
const numberText = fc
  .tuple(
    fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }),
    fc.option(fc.stringMatching(/^\d{1,20}$/)),
    fc.option(fc.integer({ min: -400, max: 400 })),
  )
  .map(
    ([whole, fraction, exponent]) =>
      `${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`,
  )

test('every number comes out with the digits it went in with', { timeout: 30_000 }, () => {
  fc.assert(fc.property(numberText, (text) => void expect(stringifyJson(parseJson(text))).toBe(text)))
})

test('structures keep their numbers, wherever these stand', { timeout: 30_000 }, () => {
  const json = fc.letrec<{ node: string; list: string; object: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      numberText,
      fc.string().map((s) => JSON.stringify(s)),
      fc.constantFrom('true', 'null'),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('node')).map((items) => `[${items.join(',')}]`),
    object: fc
      .uniqueArray(
        fc.tuple(
          fc.string({ minLength: 1 }).map((name) => `_${name}`),
          tie('node'),
        ),
        { selector: ([name]) => name },
      )
      .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  })).node
  fc.assert(fc.property(json, (text) => void expect(stringifyJson(parseJson(text))).toBe(text)))
})

test('what JSON.parse makes of a text is what parseJson makes of it, where doubles lose nothing', {
  timeout: 30_000,
}, () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 2, depthSize: 'small' }), (text) => {
      const numbers = (value: JsonValue): unknown =>
        value instanceof JsonNumber
          ? value.toNumber()
          : typeof value === 'bigint'
            ? Number(value)
            : Array.isArray(value)
              ? value.map(numbers)
              : typeof value === 'object' && value !== null
                ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, numbers(item)]))
                : value
      expect(numbers(parseJson(text))).toEqual(JSON.parse(text))
    }),
  )
})

test('a string that looks like a marked number stays a string', () => {
  expect(parseJson('["\\u00001.50",1.50]')).toEqual(['\u00001.50', new JsonNumber('1.50')])
})

test('digits in strings are no numbers', () => {
  expect(parseJson('["12345678901234567890","a\\"1.50",1.50]')).toEqual([
    '12345678901234567890',
    'a"1.50',
    new JsonNumber('1.50'),
  ])
})

test('malformed text throws SyntaxError', () => {
  for (const text of [
    '{1.0:2}',
    '{"a":01.50}',
    '[1.50 1.50]',
    '["1.50]',
    '["a,1.50,b]',
    '-',
    '1.50.',
    '.1.50',
    'x1.50',
  ]) {
    expect(() => parseJson(text), text).toThrow(SyntaxError)
  }
  expect(() => parseJson('{"a":}')).toThrow(SyntaxError)
  expect(() => parseJson('12345678901234567890,')).toThrow(SyntaxError)
})

test('a member named __proto__ is a member like others', () => {
  const value = parseJson('{"__proto__":{"a":12345678901234567890}}') as Record<string, unknown>
  expect(Object.keys(value)).toEqual(['__proto__'])
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  expect(stringifyJson(value)).toBe('{"__proto__":{"a":12345678901234567890}}')
})

test('writes bytes as base64 and maps as objects', () => {
  expect(stringifyJson({ b: Buffer.from('hi'), u: new Uint8Array([1]), m: new Map([['k', 1n]]) })).toBe(
    '{"b":"aGk=","u":"AQ==","m":{"k":1}}',
  )
})

test('characters are escaped as the JVM escapes them, and mean the same', () => {
  expect(withJavaEscapes('{"a":"😀\\u001f\\\\u001f\\"\\n"}')).toBe('{"a":"\\uD83D\\uDE00\\u001F\\\\u001f\\"\\n"}')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(JSON.parse(withJavaEscapes(JSON.stringify(text)))).toBe(text)
    }),
  )
})

test('decimals of any length come back as they were written', () => {
  const digits = fc.stringMatching(/^\d{0,18}$/)
  const decimal = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.constantFrom('0', '00', '1', '10', '999'),
      digits,
      digits,
      fc.constantFrom('', 'e5', '.1'),
    )
    .map(([sign, lead, whole, fraction, rest]) => `${sign}${lead}${whole}.${fraction}${rest}`)
  fc.assert(
    fc.property(decimal, (text) => {
      let valid = true
      try {
        JSON.parse(text)
      } catch {
        valid = false
      }
      if (valid) expect(stringifyJson(parseJson(`[${text}]`))).toBe(`[${text}]`)
      else expect(() => parseJson(`[${text}]`)).toThrow(SyntaxError)
    }),
    { numRuns: 2000 },
  )
})

test('an object that looks like a Buffer in JSON stays one, beside what needs care', () => {
  const alike = { type: 'Buffer', data: [104, 105] }
  expect(stringifyJson({ alike, n: 1n, real: Buffer.from('hi') })).toBe(
    '{"alike":{"type":"Buffer","data":[104,105]},"n":1,"real":"aGk="}',
  )
  expect(stringifyJson([Buffer.from('hi')])).toBe('["aGk="]')
  expect(stringifyJson(Buffer.from('hi'))).toBe('"aGk="')
})

test('what is no number is text, not null', () => {
  expect(stringifyJson({ a: Number.NaN, b: [Number.POSITIVE_INFINITY] })).toBe('{"a":"NaN","b":["Infinity"]}')
  expect(stringifyJson(new Map([['a', -Infinity]]))).toBe('{"a":"-Infinity"}')
})
