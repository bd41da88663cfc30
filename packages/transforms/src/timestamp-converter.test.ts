import { Struct, schema } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { apply, applyToValue, structOf, transformation } from './testing/apply.ts'

const ms = 1_700_000_000_123
const format = 'yyyy-MM-dd HH:mm:ss.SSS'
const text = '2023-11-14 22:13:20.123'
const convert = (raw: Record<string, string>, value: unknown, of: Parameters<typeof applyToValue>[3] = null) =>
  applyToValue('TimestampConverter', raw, value, of)

describe('every type into every other', () => {
  const samples = [
    ['string', schema.string(), text],
    ['unix', schema.int64(), BigInt(ms)],
    ['Date', schema.date(), new Date(1699920000000)],
    ['Time', schema.time(), new Date(80000123)],
    ['Timestamp', schema.timestamp(), new Date(ms)],
  ] as const
  test.each(samples)('from Timestamp to %s', (type, of, expected) => {
    const fields = { value: new Date(ms), valueSchema: schema.timestamp({ optional: true }) }
    expect(apply('TimestampConverter$Value', { 'target.type': type, format }, fields)?.value).toEqual({
      schema: { ...of, optional: true },
      value: expected,
    })
  })

  test.each(samples)('from %s to unix', (type, of, value) => {
    const expected = { Date: 1699920000000n, Time: 80000123n }[type as string] ?? BigInt(ms)
    expect(convert({ 'target.type': 'unix', format }, value, of)).toBe(expected)
  })
})

test.each<[string, bigint, bigint]>([
  ['seconds', 1_700_000_000n, 1_700_000_000_000n],
  ['milliseconds', -1n, -1n],
  ['microseconds', -1_999n, -1n],
  ['nanoseconds', 1_700_000_000_123_456_789n, 1_700_000_000_123n],
])('numbers in %s', (precision, value, expected) => {
  const raw = { 'target.type': 'Timestamp', 'unix.precision': precision }
  expect(convert(raw, value, schema.int64())).toEqual(new Date(Number(expected)))
})

test('numbers are cut off towards zero, and stay within 64 bits', () => {
  const to = (precision: string, value: number) =>
    convert({ 'target.type': 'unix', 'unix.precision': precision }, new Date(value), schema.timestamp())
  expect(to('seconds', -1999)).toBe(-1n)
  expect(to('nanoseconds', ms)).toBe(1_700_000_000_123_000_000n)
  expect(to('nanoseconds', 8e15)).toBe(9_223_372_036_854_775_807n)
})

describe('without a schema', () => {
  test('the type is taken from the value', () => {
    expect(convert({ 'target.type': 'string', format }, ms)).toBe(text)
    expect(convert({ 'target.type': 'unix', format }, text)).toBe(ms)
    expect(convert({ 'target.type': 'unix' }, new Date(ms))).toBe(ms)
    expect(convert({ 'target.type': 'unix' }, null)).toBeNull()
  })

  test('a field that is not there becomes null', () => {
    expect(convert({ 'target.type': 'unix', field: 'a' }, { b: 1 })).toEqual({ a: null, b: 1 })
    expect(convert({ 'target.type': 'unix', field: 'a' }, null)).toBeNull()
  })

  test.each([
    [5.5, 'TimestampConverter does not support class java.lang.Double objects as timestamps'],
    [true, 'TimestampConverter does not support class java.lang.Boolean objects as timestamps'],
    ['x', `Could not parse timestamp: value (x) does not match pattern (${format})`],
  ])('%o is refused', (value, message) =>
    expect(() => convert({ 'target.type': 'unix', format }, value)).toThrow(message),
  )
})

describe('in a field of a struct', () => {
  const of = schema.struct(
    [
      ['at', schema.int64({ optional: true, default: 7n })],
      ['b', schema.string({ optional: true, default: 'x' })],
    ],
    { name: 'n', version: 3, doc: 'd', parameters: { p: 'q' }, optional: true },
  )

  test('the struct keeps all that its schema says, the field only whether it is optional', () => {
    const raw = { 'target.type': 'Timestamp', field: 'at' }
    const value = apply('TimestampConverter$Value', raw, { value: new Struct(of), valueSchema: of })?.value
    expect(value?.schema).toMatchObject({ name: 'n', version: 3, doc: 'd', parameters: { p: 'q' }, optional: true })
    expect(structOf(value?.value).field('at').schema).toEqual(schema.timestamp({ optional: true }))
    expect(structOf(value?.value).get('at')).toEqual(new Date(7))
  })

  test('null is kept without replace.null.with.default, and so is a struct that is null', () => {
    const raw = { 'target.type': 'Timestamp', field: 'at', 'replace.null.with.default': 'false' }
    expect(structOf(convert(raw, new Struct(of), of)).get('at')).toBeNull()
    expect(convert(raw, null, of)).toBeNull()
  })

  test('a field that is not there changes nothing', () =>
    expect(structOf(convert({ 'target.type': 'unix', field: 'zz' }, new Struct(of), of)).get('at')).toBe(7n))

  test('a type that holds no timestamps is refused', () => {
    const wrong = schema.struct([['at', schema.int32()]])
    expect(() => convert({ 'target.type': 'unix', field: 'at' }, new Struct(wrong, { at: 1 }), wrong)).toThrow(
      'Schema INT32 does not correspond to a known timestamp type format',
    )
  })
})

test.each([
  [{ 'target.type': 'string' }, 'requires format option to be specified when using string timestamps'],
  [{ 'target.type': 'String' }, 'String must be one of: string, unix, Date, Time, Timestamp'],
  [{ 'target.type': 'unix', format: 'bb' }, 'requires a SimpleDateFormat-compatible pattern for string timestamps: bb'],
  [{ 'target.type': 'unix', 'unix.precision': 'days' }, 'String must be one of: nanoseconds, microseconds,'],
])('%o is refused', (raw, message) => expect(() => transformation('TimestampConverter$Value', raw)).toThrow(message))

test('a string without a format is an error that says so', () =>
  expect(() => convert({ 'target.type': 'unix' }, 'x')).toThrow('format must say how to read it'))
