import { Decimal, JsonNumber, type JsonValue, parseJson as parse, Struct, schema, stringifyJson } from '@penstock/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inferSchema, toInferred } from './json-schema-inference.ts'
import { apply, applyToValue, structOf, transformation } from './testing/apply.ts'

const fromField = (value: unknown, raw: Record<string, string> = {}) =>
  applyToValue('ParseJson', { field: 'm', ...raw }, value)

describe('without a schema', () => {
  test('a text becomes structure in its place, or in another field', () => {
    expect(fromField({ m: '{"a":[1,0.10]}', b: 1 })).toEqual({ m: { a: [1, new JsonNumber('0.10')] }, b: 1 })
    expect(fromField({ m: '5' }, { 'target.field': 'n' })).toEqual({ m: '5', n: 5 })
    expect(fromField({ m: Buffer.from('[]') })).toEqual({ m: [] })
  })

  test('the whole value is parsed, or becomes a field of an object', () => {
    expect(applyToValue('ParseJson', {}, '{"a":1}')).toEqual({ a: 1 })
    expect(applyToValue('ParseJson', { 'target.field': 'm' }, '[1]')).toEqual({ m: [1] })
  })

  test.each([[{ m: '{' }], [{ m: 5 }], [{ m: '['.repeat(100_000) }]])('%o is kept or fails', (value) => {
    expect(fromField(value)).toBe(value)
    expect(() => fromField(value, { 'on.failure': 'fail' })).toThrow(/the field m (does not hold JSON|holds)/)
  })

  test.each([[null], [{ m: null }], [{}]])('%o has nothing to parse', (value) =>
    expect(fromField(value, { 'on.failure': 'fail' })).toBe(value),
  )

  test('the error does not show the text', () => {
    expect(() => fromField({ m: '{"password": secret}' }, { 'on.failure': 'fail' })).not.toThrow('secret')
  })
})

describe('with a schema', () => {
  const of = schema.struct([['m', schema.string()]], { name: 'n' })

  test('the field takes the schema that fits', () => {
    const text = '{"i":1,"d":0.5,"b":true,"s":"x","n":null,"a":[1,2.5],"o":[{"p":1},{"q":"x"}],"mixed":[1,"a"]}'
    const record = apply('ParseJson$Value', { field: 'm' }, { value: new Struct(of, { m: text }), valueSchema: of })
    const optional = { optional: true }
    const inner = schema.struct(
      [
        ['p', schema.int64(optional)],
        ['q', schema.string(optional)],
      ],
      optional,
    )
    const made = structOf(structOf(record?.value.value).get('m'))
    expect(made.schema).toEqual(
      schema.struct(
        [
          ['i', schema.int64(optional)],
          ['d', schema.float64(optional)],
          ['b', schema.boolean(optional)],
          ['s', schema.string(optional)],
          ['n', schema.string(optional)],
          ['a', schema.array(schema.float64(optional), optional)],
          ['o', schema.array(inner, optional)],
          ['mixed', schema.array(schema.string(optional), optional)],
        ],
        optional,
      ),
    )
    expect([made.get('i'), made.get('a'), made.get('mixed')]).toEqual([1n, [1, 2.5], ['1', 'a']])
    expect(record?.value.schema?.name).toBe('n')
  })

  test('texts of one shape share one schema', () => {
    const made = transformation('ParseJson$Value', {})
    const schemas = ['{"a":1}', '{"a":2}'].map((value) => {
      const after = made.apply(apply('HoistField$Key', { field: 'k' }, { value, valueSchema: schema.string() })!)
      return (after as { value: { schema: unknown } }).value.schema
    })
    expect(schemas[0]).toBe(schemas[1])
  })
})

test('a value with the schema inferred for it says the same as before', () => {
  const json = (value: unknown): unknown => {
    if (value instanceof Struct) {
      return Object.fromEntries(value.schema.fields.map(({ name }) => [name, json(value.get(name))]))
    }
    if (Array.isArray(value)) return value.map(json)
    return value instanceof Decimal || typeof value === 'bigint' ? Number(value) : value
  }
  // Arrays of one kind of item: what has nothing in common becomes text.
  const scalar = fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.constant(null))
  const value = fc.dictionary(fc.string(), fc.oneof(scalar, fc.array(fc.integer()), fc.dictionary(fc.string(), scalar)))
  fc.assert(
    fc.property(value, (before) => {
      const parsed = parse(stringifyJson(before)) as JsonValue
      const inferred = inferSchema(parsed)!
      expect(json(toInferred(inferred, parsed))).toEqual({ ...before })
    }),
  )
})
