import { Decimal, JsonNumber, Struct, type StructSchema, schema } from '@penstock/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { apply, applyToValue, structOf, transformation } from './testing/apply.ts'

const cast = (type: string, value: unknown) => applyToValue('Cast', { spec: type }, value)
const d = (source: string) => new JsonNumber(source)

describe('without a schema', () => {
  test.each<[string, unknown, unknown]>([
    ['int8', 300, 44],
    ['int8', d('1e10'), -1],
    ['int16', d('-1e10'), 0],
    ['int32', 3.99, 3],
    ['int64', d('1e30'), 9223372036854775807n],
    ['int64', -3.99, -3],
    ['int32', 1.25e300, 2147483647],
    ['boolean', 1.25e300, true],
    ['int32', true, 1],
    ['int32', '+5', 5],
    ['float64', 5, d('5.0')],
    ['float64', '.5d', 0.5],
    ['float64', '0x1.8p3', d('12.0')],
    ['float32', '0.1', 0.1],
    ['float32', ' 1.5f ', 1.5],
    ['boolean', 0.5, false],
    ['boolean', 2, true],
    ['boolean', 'TRUE', true],
    ['boolean', 'yes', false],
    ['string', 5, '5'],
    ['string', d('5.0'), '5.0'],
    ['string', d('1e10'), '1.0E10'],
    ['string', true, 'true'],
    ['string', Buffer.from('ab'), 'YWI='],
    ['STRING', null, null],
  ])('%s of %o', (type, value, expected) => expect(cast(type, value)).toEqual(expected))

  test.each([
    ['int32', '1.5', 'Value (1.5) was out of range for requested data type'],
    ['int8', '999', 'Value (999) was out of range for requested data type'],
    ['int32', ' 5', 'Value ( 5) was out of range for requested data type'],
    ['float64', 'x', 'Value (x) was out of range for requested data type'],
    ['string', [1], 'Cast transformation does not support casting from ARRAY; supported types are [INT8, INT16,'],
    ['int8', Buffer.from('ab'), 'Unexpected type in Cast transformation: class [B'],
    ['int8', new Date(), 'was passed a value of type class java.util.Date which is not supported'],
  ])('%s of %o is an error', (type, value, message) => expect(() => cast(type, value)).toThrow(message))

  test('fields are cast, a field that is not there becomes null', () => {
    expect(applyToValue('Cast', { spec: 'a:int8, b : STRING ,z:int8' }, { a: '7', b: 1, c: 2 })).toEqual({
      ...{ a: 7, b: '1', c: 2 },
      z: null,
    })
  })
})

describe('with a schema', () => {
  const of = schema.struct(
    [
      ['i', schema.int32({ optional: true, default: 300, name: 'q', doc: 'x' })],
      ['day', schema.date()],
      ['time', schema.time()],
      ['at', schema.timestamp()],
      ['dec', schema.decimal(2)],
      ['f', schema.float32()],
      ['s', schema.string()],
    ],
    { name: 'n', version: 1, optional: true },
  )
  const struct = new Struct(of, {
    day: new Date(19000 * 86_400_000),
    time: new Date(12345),
    at: new Date(1700000000123),
    dec: new Decimal(1290n, 2),
    f: Math.fround(0.1),
    s: 'x',
  })

  test('fields keep being optional and their cast default, and lose their logical type', () => {
    const value = apply('Cast$Value', { spec: 'i:int8,at:int64' }, { value: struct, valueSchema: of })?.value
    const updated = value?.schema as StructSchema
    expect(updated).toMatchObject({ name: 'n', version: 1, optional: true })
    expect(updated.fields[0]).toEqual({ name: 'i', schema: schema.int8({ optional: true, default: 44 }) })
    expect(updated.fields[3]).toEqual({ name: 'at', schema: schema.int64() })
    expect(structOf(value?.value).get('i')).toBe(44)
    expect(structOf(value?.value).get('at')).toBe(1700000000123n)
  })

  test.each([
    ['day:string', 'day', '2022-01-08'],
    ['time:string', 'time', '00:00:12.345Z'],
    ['at:string', 'at', '2023-11-14T22:13:20.123Z'],
    ['dec:string', 'dec', '12.90'],
    ['f:string', 'f', '0.1'],
    ['f:float64', 'f', 0.10000000149011612],
    ['day:int8', 'day', 56],
    ['at:int32', 'at', -807049093],
    ['dec:int32', 'dec', 12],
    ['dec:boolean', 'dec', true],
  ])('%s', (spec, field, expected) => {
    expect(structOf(applyToValue('Cast', { spec }, struct, of)).get(field)).toEqual(expected)
  })

  test('null stays null without replace.null.with.default', () => {
    const raw = { spec: 'i:int8', 'replace.null.with.default': 'false' }
    expect(structOf(applyToValue('Cast', raw, struct, of)).getWithoutDefault('i')).toBeNull()
  })

  test('the whole keeps what its schema says beside the type', () => {
    const valueSchema = schema.int32({ optional: true, default: 7, name: 'n', version: 3, parameters: { x: 'y' } })
    expect(apply('Cast$Value', { spec: 'string' }, { value: 5, valueSchema })?.value).toEqual({
      schema: schema.string({ optional: true, default: '7', name: 'n', version: 3, parameters: { x: 'y' } }),
      value: '5',
    })
  })

  test('a default of the struct is cast too', () => {
    const inner = schema.struct([['a', schema.string()]])
    const withDefault = { ...inner, default: new Struct(inner, { a: '5' }) }
    const value = new Struct(withDefault, { a: '6' })
    const record = apply('Cast$Value', { spec: 'a:int8' }, { value, valueSchema: withDefault })
    expect(structOf(record?.value.schema?.default).get('a')).toBe(5)
  })

  test('structs and fields of no struct are errors', () => {
    expect(() => applyToValue('Cast', { spec: 'string' }, struct, of)).toThrow('casting from STRUCT')
    expect(() => applyToValue('Cast', { spec: 'a:int8' }, 'x', schema.string())).toThrow('non-struct type')
  })
})

test('integers narrow as Java keeps their low bits', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const narrowed = apply('Cast$Value', { spec: 'int8' }, { value, valueSchema: schema.int64() })?.value.value
      expect(narrowed).toBe(Number(BigInt.asIntN(8, value)))
    }),
  )
})

test.each([
  ['', 'Must specify at least one field to cast.'],
  ['int32,a:int8', 'may only specify a single cast in their spec'],
  ['a:int8:c', 'a:int8:c is not field:type'],
  ['a:foo', 'Invalid type found in casting spec: foo; supported types are int8,'],
  ['a:bytes', 'Invalid type found in casting spec: bytes'],
])('the spec %s is refused', (spec, message) => expect(() => transformation('Cast$Value', { spec })).toThrow(message))
