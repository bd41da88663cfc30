import { Struct, schema } from '@penstock/core'
import { expect, test } from 'vitest'
import { apply, applyToValue, structOf, transformation } from './testing/apply.ts'

const rename = (raw: Record<string, string>, value: unknown) => applyToValue('RenameByRegex', raw, value)

test.each<[Record<string, string>, object, object]>([
  [
    { regex: '^_', replacement: '' },
    { _a: 1, b_: 2 },
    { a: 1, b_: 2 },
  ],
  [{ regex: '([a-z])([A-Z])', replacement: '$1_$2' }, { aBcD: 1 }, { a_Bc_D: 1 }],
  [{ regex: '\\.', replacement: '_' }, { 'a.b.c': { 'd.e': 1 } }, { a_b_c: { 'd.e': 1 } }],
  [
    { regex: '\\.', replacement: '_', nested: 'true' },
    { 'a.b': [{ 'd.e': { 'f.g': 1 } }] },
    { a_b: [{ d_e: { f_g: 1 } }] },
  ],
])('%o of %o', (raw, before, after) => expect(rename(raw, before)).toEqual(after))

test('renames fields of structs, below arrays and maps too', () => {
  const inner = schema.struct([['x.y', schema.int8()]])
  const of = schema.struct(
    [
      ['a.b', inner],
      ['l.m', schema.array(inner)],
      ['n', schema.map(schema.string(), inner)],
    ],
    { name: 'n', optional: true },
  )
  const item = () => new Struct(inner, { 'x.y': 1 })
  const value = new Struct(of, { 'a.b': item(), 'l.m': [item()], n: new Map([['k.k', item()]]) })
  const raw = { regex: '\\.', replacement: '_', nested: 'true' }
  const record = apply('RenameByRegex$Value', raw, { value, valueSchema: of })
  const renamedInner = schema.struct([['x_y', schema.int8()]])
  expect(record?.value.schema).toEqual(
    schema.struct(
      [
        ['a_b', renamedInner],
        ['l_m', schema.array(renamedInner)],
        ['n', schema.map(schema.string(), renamedInner)],
      ],
      { name: 'n', optional: true },
    ),
  )
  const after = structOf(record?.value.value)
  expect(structOf(after.get('a_b')).get('x_y')).toBe(1)
  expect(structOf((after.get('l_m') as unknown[])[0]).get('x_y')).toBe(1)
  expect([...(after.get('n') as Map<string, Struct>)].map(([key, held]) => [key, held.get('x_y')])).toEqual([
    ['k.k', 1],
  ])
})

test('two fields with one name are an error, never one of them lost', () => {
  const raw = { regex: '\\d', replacement: '' }
  expect(() => rename(raw, { a1: 1, a2: 2 })).toThrow('two fields would be named a')
  const of = schema.struct([
    ['a1', schema.int8()],
    ['a2', schema.int8()],
  ])
  expect(() => applyToValue('RenameByRegex', raw, new Struct(of), of)).toThrow('field name duplication a')
})

test('null is left alone, other values are refused', () => {
  expect(rename({ regex: 'a', replacement: 'b' }, null)).toBeNull()
  expect(() => rename({ regex: 'a', replacement: 'b' }, 5)).toThrow('[renaming fields], found: java.lang.Long')
})

test.each([
  [{ regex: '(', replacement: '' }, 'configuration regex'],
  [{ regex: 'a', replacement: '$1' }, 'Invalid value $1 for configuration replacement'],
  [{ regex: '(?=(a+)+b)c', replacement: '' }, 'can take exponential time'],
])('%o is refused', (raw, message) => expect(() => transformation('RenameByRegex$Key', raw)).toThrow(message))
