import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Mapping } from './mapping.ts'
import { compareMappings, mergeMappings } from './mapping-comparison.ts'

const fields = (properties: Record<string, Mapping>, more: Mapping = {}): Mapping => ({ ...more, properties })
const text = { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } }
const long = { type: 'long' }
const missing = (wanted: Mapping, present: Mapping) => compareMappings(wanted, present).missing
const conflicts = (wanted: Mapping, present: Mapping) => compareMappings(wanted, present).conflicts

test('only what is new is missing, in inner objects too', () => {
  const present = fields({ id: long, home: fields({ zip: text }), lines: fields({ sku: text }, { type: 'nested' }) })
  const wanted = fields({
    id: long,
    note: text,
    home: fields({ zip: text, city: text }),
    lines: fields({ sku: text, count: long }),
  })
  expect(missing(wanted, present)).toEqual(
    fields({ note: text, home: fields({ city: text }), lines: fields({ count: long }, { type: 'nested' }) }),
  )
  expect(missing(wanted, wanted)).toBeNull()
  expect(missing(wanted, {})).toEqual(wanted)
})

test.each([
  ['strict', { dynamic: 'strict' }],
  ['false', { dynamic: false }],
  ['false as text', { dynamic: 'false' }],
  ['runtime', { dynamic: 'runtime' }],
  ['an object that is not looked into', { enabled: false }],
])('nothing is added where the index says %s', (_name, more) => {
  expect(missing(fields({ a: long }), fields({}, more))).toBeNull()
  expect(missing(fields({ o: fields({ a: long }), b: long }), fields({ o: fields({}, more) }))).toEqual(
    fields({ b: long }),
  )
})

test('an inner object may take new fields where the one around it does not', () => {
  const present = fields({ o: fields({}, { dynamic: 'true' }) }, { dynamic: 'strict' })
  expect(missing(fields({ o: fields({ a: long }), b: long }), present)).toEqual(fields({ o: fields({ a: long }) }))
})

test('a field with dots in its name is found as a path, and as it is', () => {
  const wanted = fields({ 'a.b': long })
  expect(missing(wanted, fields({ a: fields({ b: long }) }))).toBeNull()
  expect(missing(wanted, fields({ 'a.b': long }, { subobjects: false }))).toBeNull()
  expect(missing(wanted, fields({ a: fields({ c: long }) }))).toEqual(wanted)
})

describe('dynamic templates', () => {
  const wanted = fields({ id: long, label: text, day: { type: 'date' }, home: fields({ zip: text, no: long }) })
  const left = (template: object) => missing(wanted, { dynamic_templates: [{ mine: template }] })

  test('map the fields they match, which are left to them', () => {
    expect(left({ match_mapping_type: 'string', mapping: { type: 'keyword' } })).toEqual(
      fields({ id: long, day: { type: 'date' }, home: fields({ no: long }) }),
    )
    expect(left({ path_match: 'home.*', mapping: {} })).toEqual(
      fields({ id: long, label: text, day: { type: 'date' } }),
    )
    expect(left({ match: ['id', 'l*el'], mapping: {} })).toEqual(
      fields({ day: { type: 'date' }, home: fields({ zip: text, no: long }) }),
    )
    expect(left({ match: '*', unmatch: ['home', 'zip'], mapping: {} })).toEqual(fields({ home: fields({ zip: text }) }))
  })

  test('a date and numbers alike in JSON are told apart', () => {
    expect(left({ match_mapping_type: 'long', mapping: { type: 'keyword' } })).toEqual(
      fields({ label: text, day: { type: 'date' }, home: fields({ zip: text }) }),
    )
  })

  test('regular expressions match whole names', () => {
    expect(left({ match: '^i.$', match_pattern: 'regex', mapping: {} })).toEqual(
      fields({ label: text, day: { type: 'date' }, home: wanted.properties!['home' as never] }),
    )
  })
})

describe('conflicts', () => {
  test.each([
    ['long', 'integer'],
    ['integer', 'short'],
    ['double', 'float'],
    ['double', 'long'],
    ['float', 'integer'],
    ['text', 'long'],
    ['boolean', 'integer'],
    ['long', 'boolean'],
    ['date', 'integer'],
  ])('%s where the index has %s', (wants, has) => {
    expect(
      conflicts(fields({ o: fields({ f: { type: wants } }) }), fields({ o: fields({ f: { type: has } }) })),
    ).toEqual([{ path: 'o.f', has, wants }])
  })

  test.each([
    ['integer', 'long'],
    ['float', 'double'],
    ['long', 'double'],
    ['integer', 'scaled_float'],
    ['text', 'keyword'],
    ['long', 'keyword'],
    ['text', 'date'],
    ['text', 'ip'],
    ['text', 'geo_point'],
    ['date', 'long'],
    ['long', 'date'],
    ['date', 'date_nanos'],
  ])('none: %s goes into %s', (wants, has) => {
    expect(conflicts(fields({ f: { type: wants } }), fields({ f: { type: has } }))).toEqual([])
  })

  test('between objects and single values, but not where objects are kept flat', () => {
    const object = fields({ f: fields({ a: long }) })
    expect(conflicts(object, fields({ f: text }))).toEqual([{ path: 'f', has: 'text', wants: 'object' }])
    expect(conflicts(fields({ f: text }), object)).toEqual([{ path: 'f', has: 'object', wants: 'text' }])
    expect(conflicts(object, fields({ f: { type: 'flattened' } }))).toEqual([])
  })
})

test('whatever two mappings are, merged they lack nothing of the first, nor of the second but what clashes', () => {
  const { mapping } = fc.letrec<{ mapping: Mapping; field: Mapping }>((tie) => ({
    mapping: fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'x.y'), tie('field'), { maxKeys: 3 }).map(fields),
    field: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<Mapping>(text, long, { type: 'date' }, { type: 'double' }),
      tie('mapping'),
    ),
  }))
  fc.assert(
    fc.property(mapping, mapping, (first, second) => {
      const merged = mergeMappings(first, second)
      expect(missing(first, merged)).toBeNull()
      const put = missing(second, first)
      expect(missing(second, mergeMappings(first, put ?? {}))).toBeNull()
    }),
  )
})
