import { Decimal, JsonNumber, parseJson, Struct, type StructSchema, schema } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { apply, applyTo, applyToValue, transformation } from './testing/apply.ts'

const timestamp = 1_700_000_000_000
const person = schema.struct(
  [
    ['name', schema.string()],
    ['age', schema.int32({ optional: true, default: 18 })],
  ],
  { name: 'Person', version: 2, doc: 'who', parameters: { p: 'q' }, optional: true },
)
const ada = new Struct(person, { name: 'Ada' })

function fieldsOf(value: unknown): Record<string, unknown> {
  const struct = value as Struct
  return Object.fromEntries(struct.schema.fields.map(({ name }) => [name, struct.getWithoutDefault(name)]))
}

describe('InsertField', () => {
  const all = {
    'static.field': 's',
    'static.value': 'x',
    'timestamp.field': 'ts',
    'offset.field': 'o!',
    'partition.field': 'p?',
    'topic.field': 't!',
  }

  test('adds plain values to a map, in a fixed order', () => {
    const value = applyToValue('InsertField', all, { a: 1 })
    expect(Object.entries(value as object)).toEqual([
      ['a', 1],
      ['t', 't'],
      ['p', 3],
      ['o', 41],
      ['ts', timestamp],
      ['s', 'x'],
    ])
  })

  test('adds typed values to a struct, required where marked', () => {
    const record = apply('InsertField$Value', all, {
      value: ada,
      valueSchema: person,
      topic: 't',
      partition: 3,
      offset: 41n,
    })
    const of = record?.value.schema as StructSchema
    expect(of.fields.slice(2)).toEqual([
      { name: 't', schema: schema.string() },
      { name: 'p', schema: schema.int32({ optional: true }) },
      { name: 'o', schema: schema.int64() },
      { name: 'ts', schema: schema.timestamp({ optional: true }) },
      { name: 's', schema: schema.string({ optional: true }) },
    ])
    expect(of).toMatchObject({ name: 'Person', version: 2, doc: 'who', parameters: { p: 'q' }, optional: false })
    expect(fieldsOf(record?.value.value)).toEqual({
      name: 'Ada',
      age: 18,
      t: 't',
      p: 3,
      o: 41n,
      ts: new Date(timestamp),
      s: 'x',
    })
  })

  test('updates a schema once', () => {
    const insert = transformation('InsertField$Value', all)
    const schemas = [1, 2].map(() => applyTo(insert, recordOf(ada))?.value.schema)
    expect(schemas[0]).toBe(schemas[1])
  })

  test('leaves a missing timestamp out, and null values alone', () => {
    expect(
      apply('InsertField$Value', { 'timestamp.field': 'ts' }, { value: {}, timestamp: null })?.value.value,
    ).toEqual({})
    expect(applyToValue('InsertField', all, null)).toBeNull()
  })

  test('keeps nulls with replace.null.with.default=false', () => {
    const raw = { 'topic.field': 't', 'replace.null.with.default': 'false' }
    expect(fieldsOf(applyToValue('InsertField', raw, ada, person))).toEqual({ name: 'Ada', age: null, t: 't' })
  })

  test('adds a field named __proto__ as a field', () => {
    const value = applyToValue('InsertField', { 'topic.field': '__proto__' }, parseJson('{"a":1}'))
    expect(Object.entries(value as object)).toEqual([
      ['a', 1],
      ['__proto__', 't'],
    ])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })

  test('works on keys', () => {
    expect(apply('InsertField$Key', { 'topic.field': 't' }, { key: {}, topic: 'x' })?.key.value).toEqual({ t: 'x' })
  })

  test.each([
    ['x', 'java.lang.String'],
    [5, 'java.lang.Long'],
    [[], 'java.util.ArrayList'],
    [new JsonNumber('0.10'), 'java.lang.Double'],
  ])('refuses %o', (value, found) => {
    expect(() => applyToValue('InsertField', all, value)).toThrow(
      `Only Map objects supported in absence of schema for [field insertion], found: ${found}`,
    )
    expect(() => applyToValue('InsertField', all, value, schema.string())).toThrow(
      `Only Struct objects supported for [field insertion], found: ${found}`,
    )
  })

  test('must have something to do', () => {
    expect(() => transformation('InsertField$Value')).toThrow('No field insertion configured')
    expect(() => transformation('InsertField$Value', { 'static.field': 'a' })).toThrow(
      'No value specified for static field: a',
    )
  })
})

describe('ReplaceField', () => {
  test.each<[Record<string, string>, unknown]>([
    [{ exclude: 'a' }, { b: 2, c: 3 }],
    [{ include: 'a,b' }, { a: 1, b: 2 }],
    [{ include: 'a,b', exclude: 'a' }, { b: 2 }],
    [{ renames: 'a:A' }, { A: 1, b: 2, c: 3 }],
    [{ include: 'A', renames: 'a:A' }, {}],
    [{ include: 'a', renames: 'a:__proto__' }, parseJson('{"__proto__":1}')],
  ])('%o', (raw, expected) => {
    const map = { a: 1, b: 2, c: 3 }
    expect(applyToValue('ReplaceField', raw, map)).toEqual(expected)
    expect(map).toEqual({ a: 1, b: 2, c: 3 })
    const of = schema.struct([
      ['a', schema.int8()],
      ['b', schema.int8()],
      ['c', schema.int8()],
    ])
    expect(fieldsOf(applyToValue('ReplaceField', raw, new Struct(of, map), of))).toEqual(expected)
  })

  test('leaves null alone and takes defaults along', () => {
    expect(applyToValue('ReplaceField', { exclude: 'a' }, null)).toBeNull()
    expect(fieldsOf(applyToValue('ReplaceField', { exclude: 'name' }, ada, person))).toEqual({ age: 18 })
  })

  test('refuses to give one name to two fields', () => {
    expect(() => applyToValue('ReplaceField', { renames: 'name:age' }, ada, person)).toThrow(
      'Cannot create field because of field name duplication age',
    )
  })

  test.each(['a', 'a:b:c', 'a:'])('refuses the rename %s', (renames) => {
    expect(() => transformation('ReplaceField$Value', { renames })).toThrow(`Invalid rename mapping: ${renames}`)
  })
})

describe('MaskField', () => {
  const plain = {
    s: 'x',
    n: 5,
    big: 12345678901234567890n,
    d: new JsonNumber('0.10'),
    b: true,
    l: [1],
    m: { a: 1 },
    z: null,
  }
  const all = { fields: 's,n,big,d,b,l,m,z,absent' }

  test('blanks out by type', () => {
    expect(applyToValue('MaskField', all, { ...plain, kept: 1 })).toEqual({
      ...{ s: '', n: 0, big: 0, d: new JsonNumber('0.0'), b: false, l: [], m: {}, z: null, absent: null },
      kept: 1,
    })
  })

  const typed = schema.struct([
    ['s', schema.string()],
    ['i', schema.int8()],
    ['l', schema.int64()],
    ['f', schema.float32()],
    ['b', schema.boolean()],
    ['dec', schema.decimal(2)],
    ['ts', schema.timestamp()],
    ['a', schema.array(schema.int8())],
    ['m', schema.map(schema.string(), schema.int8())],
    ['z', schema.string({ optional: true })],
  ])
  const struct = new Struct(typed, {
    ...{
      s: 'x',
      i: 1,
      l: 1n,
      f: 1.5,
      b: true,
      dec: new Decimal(150n, 2),
      ts: new Date(),
      a: [1],
      m: new Map([['k', 1]]),
    },
    z: null,
  })

  test('blanks out by schema', () => {
    const value = applyToValue('MaskField', { fields: 's,i,l,f,b,dec,ts,a,m,z' }, struct, typed)
    expect(fieldsOf(value)).toEqual({
      ...{ s: '', i: 0, l: 0n, f: 0, b: false, dec: new Decimal(0n, 2), ts: new Date(0), a: [], m: new Map(), z: null },
    })
  })

  test('narrows a replacement to the type of its field', () => {
    expect(fieldsOf(applyToValue('MaskField', { fields: 'i', replacement: '300.9' }, struct, typed))).toMatchObject({
      i: 44,
    })
    expect(applyToValue('MaskField', { fields: 'd', replacement: '2' }, plain)).toMatchObject({
      d: new JsonNumber('2.0'),
    })
  })

  test('puts a replacement in the place of texts and numbers', () => {
    expect(applyToValue('MaskField', { fields: 's,n', replacement: '42' }, plain)).toMatchObject({ s: '42', n: 42 })
    const value = applyToValue('MaskField', { fields: 's,i,l,f,dec', replacement: '42' }, struct, typed)
    expect(fieldsOf(value)).toMatchObject({ s: '42', i: 42, l: 42n, f: 42, dec: new Decimal(4200n, 2) })
  })

  test.each([
    ['b', '1', 'Cannot mask value of type class java.lang.Boolean with custom replacement.'],
    ['l', 'x', 'Unable to convert x (class java.lang.String) to a number'],
    ['dec', '0.001', 'to a decimal of scale 2'],
  ])('refuses a replacement of %s by %s', (fields, replacement, message) => {
    expect(() => applyToValue('MaskField', { fields, replacement }, struct, typed)).toThrow(message)
  })

  test('refuses null values and bytes', () => {
    expect(() => applyToValue('MaskField', all, null)).toThrow(
      'Only Map objects supported in absence of schema for [mask fields], found: null',
    )
    expect(() => applyToValue('MaskField', all, { s: Buffer.of(1) })).toThrow('Cannot mask value of type: class [B')
    expect(() => transformation('MaskField$Value', { fields: '' })).toThrow('Empty list')
  })
})

describe('ExtractField', () => {
  const inner = schema.struct([['r', schema.string()]])
  const outer = schema.struct([
    ['q', inner],
    ['n', schema.struct([['r', schema.int8()]], { optional: true })],
  ])
  const struct = new Struct(outer, { q: new Struct(inner, { r: 's' }) })

  test.each<[string, string, unknown, unknown]>([
    ['a', 'V1', { a: 1 }, 1],
    ['zz', 'V1', { a: 1 }, null],
    ['a.b', 'V1', { 'a.b': 2, a: { b: 3 } }, 2],
    ['a.b', 'V2', { 'a.b': 2, a: { b: 3 } }, 3],
    ['`a.b`.c', 'V2', { 'a.b': { c: 4 } }, 4],
    ['a.b', 'V2', { a: null }, null],
    ['`a\\`.b`', 'V2', { 'a`.b': 6 }, 6],
    ['a.', 'V2', { a: { '': 7 } }, 7],
    ['toString', 'V1', {}, null],
    ['__proto__', 'V1', {}, null],
    ['a', 'V1', null, null],
  ])('%s (%s) of %o', (field, version, value, expected) => {
    expect(applyToValue('ExtractField', { field, 'field.syntax.version': version }, value)).toEqual(expected)
  })

  test('gives the schema of the field', () => {
    const extract = (field: string) =>
      apply('ExtractField$Value', { field, 'field.syntax.version': 'V2' }, { value: struct, valueSchema: outer })?.value
    expect(extract('q.r')).toEqual({ schema: schema.string(), value: 's' })
    expect(extract('n.r')).toEqual({ schema: schema.int8(), value: null })
    expect(() => extract('q.zz')).toThrow('Unknown field: q.zz')
  })

  test('takes defaults unless told otherwise', () => {
    expect(applyToValue('ExtractField', { field: 'age' }, ada, person)).toBe(18)
    expect(applyToValue('ExtractField', { field: 'age', 'replace.null.with.default': 'false' }, ada, person)).toBeNull()
  })

  test('refuses a way through what is no map', () => {
    expect(() => applyToValue('ExtractField', { field: 'a.b', 'field.syntax.version': 'V2' }, { a: 5 })).toThrow(
      'Only Map objects supported in absence of schema for [nested field access], found: java.lang.Long',
    )
  })

  test.each([
    ['`a', 0],
    ['b.`a\\`', 2],
  ])('refuses the unpaired backtick of %s', (field, position) => {
    expect(() => transformation('ExtractField$Key', { field, 'field.syntax.version': 'V2' })).toThrow(
      `Incomplete backtick pair in path: [${field}], consider adding a backslash before backtick at position ${position} to escape it`,
    )
  })
})

function recordOf(value: Struct) {
  return apply('InsertField$Key', { 'topic.field': 't' }, { key: {}, value, valueSchema: value.schema })!
}
