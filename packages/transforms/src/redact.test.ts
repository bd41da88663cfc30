import { createHash, createHmac } from 'node:crypto'
import { Decimal, JsonNumber, Struct, schema } from '@penstock/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PathPatterns } from './redact/path-pattern.ts'
import { apply, applyToValue, structOf, transformation } from './testing/apply.ts'

const redact = (raw: Record<string, string>, value: unknown) => applyToValue('Redact', raw, value)
const user = {
  name: 'Ada',
  mail: 'ada@x.org',
  cards: [
    { no: '4111 1111', ok: true },
    { no: '5500 0000', ok: false },
  ],
  age: 36,
}

describe('masking', () => {
  test.each<[Record<string, string>, unknown]>([
    [{ fields: 'name' }, { ...user, name: '***' }],
    [
      { fields: 'name,age', replacement: '' },
      { ...user, name: '', age: 0 },
    ],
    [
      { fields: 'cards.*.no' },
      {
        ...user,
        cards: [
          { no: '***', ok: true },
          { no: '***', ok: false },
        ],
      },
    ],
    [{ fields: 'cards.1' }, { ...user, cards: [user.cards[0], { no: '***', ok: false }] }],
    [
      { fields: '**.no' },
      {
        ...user,
        cards: [
          { no: '***', ok: true },
          { no: '***', ok: false },
        ],
      },
    ],
    [{ fields: 'ma*' }, { ...user, mail: '***' }],
    [
      { pattern: '\\d{4} \\d{4}' },
      {
        ...user,
        cards: [
          { no: '***', ok: true },
          { no: '***', ok: false },
        ],
      },
    ],
    [
      { pattern: '[a-z]+@', fields: 'name' },
      { ...user, name: '***', mail: '***x.org' },
    ],
    [{ pattern: 'x*' }, { ...user, mail: 'ada@***.org' }],
  ])('%o', (raw, expected) => expect(redact(raw, user)).toEqual(expected))

  test('keeps the type of what is no text', () => {
    const value = { all: { i: 5, d: 1.5, n: new JsonNumber('0.10'), big: 10n ** 20n, b: true, z: null, t: new Date() } }
    expect(redact({ fields: 'all' }, value)).toEqual({
      all: { i: 0, d: new JsonNumber('0.0'), n: new JsonNumber('0.0'), big: 0, b: false, z: null, t: new Date(0) },
    })
  })

  test('works on the whole value and on keys', () => {
    expect(redact({ pattern: '\\d' }, 'a1b2')).toBe('a***b***')
    expect(redact({ fields: '**' }, 'text')).toBe('***')
    expect(apply('Redact$Key', { fields: 'a' }, { key: { a: 'x' } })?.key.value).toEqual({ a: '***' })
  })

  test('leaves a value in which nothing is found as it is', () => {
    expect(redact({ fields: 'zz', pattern: 'zz' }, user)).toBe(user)
    expect(redact({ fields: 'a' }, null)).toBeNull()
  })
})

describe('hashing', () => {
  const sha = (text: string) => createHash('sha256').update(text).digest('hex')

  test('texts become their SHA-256, numbers that of their text', () => {
    expect(redact({ fields: 'name,age', method: 'hash' }, user)).toEqual({ ...user, name: sha('Ada'), age: sha('36') })
    expect(redact({ pattern: '\\S+@\\S+', method: 'hash' }, 'to ada@x.org.')).toBe(`to ${sha('ada@x.org.')}`)
  })

  test('a salt goes into it, and is a secret', () => {
    const raw = { fields: 'name', method: 'hash', 'hash.salt': 'pepper' }
    const expected = createHmac('sha256', 'pepper').update('Ada').digest('hex')
    expect(redact(raw, user)).toEqual({ ...user, name: expected })
  })
})

describe('with a schema', () => {
  const of = schema.struct([
    ['s', schema.string()],
    ['i', schema.int64()],
    ['dec', schema.decimal(2)],
    ['by', schema.bytes()],
    ['m', schema.map(schema.string(), schema.string())],
    ['l', schema.array(schema.string(), { optional: true })],
  ])
  const m = new Map([
    ['a', 'x1'],
    ['b', 'y2'],
  ])
  const value = new Struct(of, { s: 'x1', i: 5n, dec: new Decimal(125n, 2), by: Buffer.of(1), m, l: ['x1', 'z'] })
  const after = (raw: Record<string, string>) => structOf(applyToValue('Redact', raw, value, of))

  test('values stay what the schema says', () => {
    const masked = after({ fields: 's,i,dec,by,m.a' })
    expect(masked.schema).toBe(of)
    expect(['s', 'i', 'dec', 'l'].map((name) => masked.get(name))).toEqual(['***', 0n, new Decimal(0n, 2), ['x1', 'z']])
    expect(masked.get('by')).toHaveLength(0)
    expect(masked.get('m')).toEqual(
      new Map([
        ['a', '***'],
        ['b', 'y2'],
      ]),
    )
    expect(after({ pattern: 'x\\d' }).get('l')).toEqual(['***', 'z'])
  })

  test('only texts can hold a hash', () =>
    expect(() => after({ fields: 'i', method: 'hash' })).toThrow(
      "which a field of type INT64 can't hold: cast the field",
    ))
})

test.each([
  [{}, 'there is nothing to redact: set fields or pattern'],
  [{ fields: '`a' }, 'Incomplete backtick pair'],
  [{ pattern: '(?=(a+)+b)c' }, 'can take exponential time'],
  [{ fields: 'a', method: 'md5' }, 'String must be one of: mask, hash'],
])('%o is refused', (raw, message) => expect(() => transformation('Redact$Value', raw)).toThrow(message))

test('stars within a step match as in a file name', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 })
  const names = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
  fc.assert(
    fc.property(letters, names, (glob, name) => {
      fc.pre(glob !== '**')
      const expected = new RegExp(`^${glob.replaceAll('*', '.*')}$`).test(name)
      expect(PathPatterns.parse([glob]).below(name).matches).toBe(expected)
    }),
  )
})

test('paths with several ** take no long time in deep values', () => {
  let value: unknown = 'x'
  for (let depth = 0; depth < 500; depth++) value = { a: value }
  const paths = Array.from({ length: 8 }, () => '**.a').join('.')
  const started = performance.now()
  redact({ fields: `${paths}.zz` }, value)
  expect(performance.now() - started).toBeLessThan(10_000)
  expect(PathPatterns.parse(['**.**']).matches).toBe(true)
})
