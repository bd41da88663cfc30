import { describe, expect, test } from 'vitest'
import { Decimal } from './decimal.ts'
import { type Schema, schema, schemasEqual } from './schema.ts'
import { Struct } from './struct.ts'

const person = schema.struct([
  ['name', schema.string()],
  ['age', schema.int32({ optional: true })],
  ['role', schema.string({ default: 'guest' })],
  ['__proto__', schema.string({ optional: true })],
])

describe('a struct', () => {
  test('gives defaults for null fields, and the bare value when asked', () => {
    const struct = new Struct(person, { name: 'Ada' })
    expect([struct.get('name'), struct.get('age'), struct.get('role')]).toEqual(['Ada', null, 'guest'])
    expect(struct.getWithoutDefault('role')).toBeNull()
  })

  test('knows only the fields of its schema', () => {
    expect(() => new Struct(person, { nme: 'Ada' })).toThrow('nme is not a valid field name')
    expect(() => new Struct(person).get('toString')).toThrow('toString is not a valid field name')
    expect(new Struct(person).has('constructor')).toBe(false)
  })

  test('holds a field named __proto__', () => {
    expect(new Struct(person, new Map([['__proto__', 'x']])).get('__proto__')).toBe('x')
  })

  test('is not valid without a required field', () => {
    expect(() => new Struct(person).validate()).toThrow(
      'Invalid value: null used for required field: "name", schema type: STRING',
    )
    expect(() => new Struct(person, { name: 'Ada' }).validate()).not.toThrow()
  })
})

describe('schemas are equal when they say the same', () => {
  const base = (): Schema =>
    schema.struct([['a', schema.array(schema.decimal(2, { default: new Decimal(5n, 2) }))]], { name: 'r' })
  test('built twice', () => expect(schemasEqual(base(), base())).toBe(true))
  test('with lists and maps as defaults', () => {
    const build = (last: number): Schema =>
      schema.map(schema.string(), schema.array(schema.int8()), { default: new Map([['k', [1, last]]]) })
    expect([schemasEqual(build(2), build(2)), schemasEqual(build(2), build(3))]).toEqual([true, false])
  })
  test.each<[string, Schema, Schema]>([
    ['type', schema.int8(), schema.int16()],
    ['optional', schema.int8(), schema.int8({ optional: true })],
    ['name', schema.int8(), schema.int8({ name: 'n' })],
    ['version', schema.int8({ version: 1 }), schema.int8({ version: 2 })],
    ['doc', schema.int8({ doc: 'x' }), schema.int8()],
    ['default', schema.int8({ default: 1 }), schema.int8({ default: 2 })],
    ['parameters', schema.decimal(1), schema.decimal(2)],
    ['items', schema.array(schema.int8()), schema.array(schema.int16())],
    ['map keys', schema.map(schema.string(), schema.int8()), schema.map(schema.int8(), schema.int8())],
    ['field names', schema.struct([['a', schema.int8()]]), schema.struct([['b', schema.int8()]])],
    ['one more field', schema.struct([]), schema.struct([['b', schema.int8()]])],
  ])('not with another %s', (_what, a, b) => expect(schemasEqual(a, b)).toBe(false))
})
