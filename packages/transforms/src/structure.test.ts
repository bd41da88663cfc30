import { parseJson, Struct, type StructSchema, schema } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { apply, applyToValue, structOf, transformation } from './testing/apply.ts'

const pair = schema.struct(
  [
    ['a', schema.int8()],
    ['b', schema.string({ optional: true, default: 'd' })],
  ],
  { name: 'n', version: 2, doc: 'd', parameters: { p: 'q' }, optional: true },
)
const value = new Struct(pair, { a: 1 })

describe('Flatten', () => {
  test.each<[Record<string, string>, unknown, unknown]>([
    [{ delimiter: '_' }, { o: { p: 1, q: { r: 's' } } }, { o_p: 1, o_q_r: 's' }],
    [{}, { a: { b: null, c: [1, { d: 2 }], e: {} }, f: null }, { 'a.b': null, 'a.c': [1, { d: 2 }], f: null }],
    [{ delimiter: '' }, { a: { b: 1 } }, { ab: 1 }],
    [{}, parseJson('{"__proto__":{"a":1}}'), { '__proto__.a': 1 }],
    [{}, null, null],
  ])('%o of %o', (raw, before, after) => expect(applyToValue('Flatten', raw, before)).toEqual(after))

  const inner = schema.struct([
    ['b', schema.int32({ default: 4 })],
    ['l', schema.array(schema.int8())],
    ['m', schema.string()],
  ])
  const innerDefault = new Struct(inner, { l: [], m: 'from the parent' })
  const outer = schema.struct(
    [
      ['o', { ...inner, optional: true, default: innerDefault }],
      ['x', schema.int32()],
    ],
    { name: 'n' },
  )

  test('fields take being optional and defaults from the structs around them', () => {
    const record = apply('Flatten$Value', {}, { value: new Struct(outer, { x: 1 }), valueSchema: outer })
    expect(record?.value.schema).toEqual(
      schema.struct(
        [
          ['o.b', schema.int32({ optional: true, default: 4 })],
          ['o.l', schema.array(schema.int8(), { optional: true, default: [] })],
          ['o.m', schema.string({ optional: true, default: 'from the parent' })],
          ['x', schema.int32()],
        ],
        { name: 'n' },
      ),
    )
  })

  test('a struct that is null makes its fields null', () => {
    const bare = schema.struct([['o', schema.struct([['s', schema.string()]], { optional: true })]])
    const flat = applyToValue('Flatten', {}, new Struct(bare), bare) as Struct
    expect(flat.get('o.s')).toBeNull()
  })

  test('maps in records with schemas and names that come twice are errors', () => {
    const map = schema.struct([['m', schema.map(schema.string(), schema.int8())]])
    expect(() => applyToValue('Flatten', {}, new Struct(map), map)).toThrow(
      'Flatten transformation does not support MAP for record with schemas (for field m).',
    )
    const twice = schema.struct([
      ['a', schema.struct([['b', schema.int8()]])],
      ['a.b', schema.int8()],
    ])
    expect(() => applyToValue('Flatten', {}, new Struct(twice), twice)).toThrow('field name duplication a.b')
    expect(() => applyToValue('Flatten', {}, 5)).toThrow('in absence of schema for [flattening], found: java.lang.Long')
  })
})

describe('HoistField', () => {
  test('wraps anything, null too', () => {
    expect(applyToValue('HoistField', { field: 'f' }, [1])).toEqual({ f: [1] })
    expect(applyToValue('HoistField', { field: 'f' }, null)).toEqual({ f: null })
    expect(Object.keys(applyToValue('HoistField', { field: '__proto__' }, 1) as object)).toEqual(['__proto__'])
  })

  test('keeps the schema as that of the field', () => {
    const record = apply('HoistField$Key', { field: 'f' }, { key: 'k', keySchema: schema.string() })
    expect(record?.key.schema).toEqual(schema.struct([['f', schema.string()]]))
    expect(structOf(record?.key.value).get('f')).toBe('k')
  })
})

describe('ValueToKey', () => {
  test('makes the key of fields in their order', () => {
    const record = apply('ValueToKey', { fields: 'b,a,b' }, { value, valueSchema: pair })
    const made = record?.key.schema as StructSchema
    expect(made).toEqual(
      schema.struct([
        ['b', pair.fields[1]!.schema],
        ['a', schema.int8()],
      ]),
    )
    expect(structOf(record?.key.value).get('b')).toBe('d')
    expect(record?.value.value).toBe(value)
    expect(apply('ValueToKey', { fields: 'a,zz' }, { value: { a: 1 } })?.key).toEqual({
      schema: null,
      value: { a: 1, zz: null },
    })
  })

  test('keeps nulls with replace.null.with.default=false', () => {
    const raw = { fields: 'b', 'replace.null.with.default': 'false' }
    const key = apply('ValueToKey', raw, { value, valueSchema: pair })?.key.value as Struct
    expect(key.getWithoutDefault('b')).toBeNull()
  })

  test.each([
    [{ value, valueSchema: pair }, 'Field does not exist: zz'],
    [{ value: null }, 'in absence of schema for [copying fields from value to key], found: null'],
    [{ value: 5 }, 'found: java.lang.Long'],
  ])('%o is refused', (fields, message) => expect(() => apply('ValueToKey', { fields: 'zz' }, fields)).toThrow(message))
})

describe('SetSchemaMetadata', () => {
  test('changes name and version, nothing else', () => {
    const record = apply(
      'SetSchemaMetadata$Value',
      { 'schema.name': 'x', 'schema.version': '7' },
      { value, valueSchema: pair },
    )
    expect(record?.value.schema).toEqual({ ...pair, name: 'x', version: 7 })
    expect(structOf(record?.value.value).schema).toBe(record?.value.schema)
    const versioned = apply(
      'SetSchemaMetadata$Key',
      { 'schema.version': '7' },
      { key: 'k', keySchema: schema.string() },
    )
    expect(versioned?.key).toEqual({ schema: schema.string({ version: 7 }), value: 'k' })
  })

  test('needs a schema, except for nothing at all', () => {
    expect(applyToValue('SetSchemaMetadata', { 'schema.name': 'x' }, null)).toBeNull()
    expect(() => applyToValue('SetSchemaMetadata', { 'schema.name': 'x' }, {})).toThrow(
      'Schema required for [updating schema metadata]',
    )
    expect(apply('SetSchemaMetadata$Value', { 'schema.name': 'x' }, { value: null, valueSchema: pair })?.value).toEqual(
      {
        schema: { ...pair, name: 'x' },
        value: null,
      },
    )
  })

  test('must have something to set', () =>
    expect(() => transformation('SetSchemaMetadata$Value')).toThrow('Neither schema name nor version configured'))
})
