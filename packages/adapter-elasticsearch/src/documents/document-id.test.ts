import { Decimal, Lazy, SinkRecord, schema } from '@penstock/core'
import { type SinkRecordFields, sinkRecord } from '@penstock/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type IdSettings, idFieldsProblem, idOf, joined } from './document-id.ts'
import { parseReference } from './record-reference.ts'

const fields = (names: string, hashed = false, separator = '+'): IdSettings => ({
  source: 'fields',
  fields: names.split(',').map(parseReference),
  separator,
  hashed,
})
const header: IdSettings = { source: 'header', header: 'id' }
const content: IdSettings = { source: 'content' }
const withHeader = (value: unknown) => [{ name: 'id', schema: null, value }]
const id = (settings: IdSettings, record: SinkRecordFields = {}) =>
  idOf(sinkRecord({ topic: 'orders', partition: 3, offset: 41n, ...record }), settings)

test.each<[string, IdSettings, SinkRecordFields, string | null]>([
  ['made up by Elasticsearch', { source: 'generated' }, {}, null],
  ['a header', header, { headers: withHeader('a/b') }, 'a/b'],
  ['a number in a header', header, { headers: withHeader(12n) }, '12'],
  ['bytes in a header are text', header, { headers: withHeader(Buffer.from('é')) }, 'é'],
  ['a field', fields('order.id'), { value: { order: { id: 'a+b\\' } } }, 'a+b\\'],
  ['fields', fields('a,b'), { value: { a: 1, b: 'x+y' } }, '1+x\\+y'],
  ['fields with another separator', fields('a,b', false, '::'), { value: { a: 'x:', b: ':y' } }, 'x\\:::\\:y'],
  ['fields of the key', fields('key.a,key.b'), { key: { a: true, b: 2n }, value: null }, 'true+2'],
  [
    'the key, a header and the value',
    fields('key,header.id,/a~1b'),
    { key: 'k', value: { 'a/b': 1 }, headers: withHeader('h') },
    'k+h+1',
  ],
  [
    'exact numbers and times',
    fields('a,b'),
    { value: { a: Decimal.parse('1.10'), b: new Date(0) } },
    '1.10+1970-01-01T00:00:00.000Z',
  ],
  ['bytes', fields('a'), { value: { a: Buffer.from([0xfb, 0xff]) } }, '-_8'],
  ['an empty field beside others', fields('a,b'), { value: { a: '', b: '' } }, '+'],
])('%s', (_name, settings, record, expected) => {
  expect(id(settings, record)).toBe(expected)
})

test.each<[string, IdSettings, SinkRecordFields, string]>([
  ['a header that is not there', header, {}, 'has no header id (document.id.header)'],
  ['a header without text', header, { headers: withHeader('') }, 'has no header id'],
  [
    'a missing field',
    fields('a,b'),
    { value: { a: 1 } },
    'field b (document.id.fields) of record orders-3@41 is missing',
  ],
  ['an object', fields('a'), { value: { a: {} } }, 'is an object'],
  ['a list', fields('a'), { value: { a: [] } }, 'is a list'],
  ['an empty field alone', fields('a'), { value: { a: '' } }, 'is empty'],
  ['no value', fields('a'), { value: null }, 'is missing'],
  ['more than 512 bytes', fields('a'), { value: { a: 'x'.repeat(513) } }, 'document.id.source=hash makes short ones'],
])('%s is an error of the record', (_name, settings, record, message) => {
  expect(() => id(settings, record)).toThrow(message)
})

test('hashes are SHA-256 in base64url', () => {
  expect(id(fields('a', true), { value: { a: 'abc' } })).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
  expect(id(content, { valueJson: '{}' })).toMatch(/^[\w-]{43}$/)
  expect(id(content, { valueJson: '{}', offset: 7n })).toBe(id(content, { valueJson: '{}' }))
  expect(id(content, { valueJson: '{ }' })).not.toBe(id(content, { valueJson: '{}' }))
})

test('paths of fields are checked', () => {
  expect(idFieldsProblem(['a.b', 'key', '/x/y'])).toBeUndefined()
  expect(idFieldsProblem(['a', 'b.'])).toContain('"b." has an empty step')
})

describe('parts of one record', () => {
  const record = sinkRecord({
    topic: 'orders',
    partition: 3,
    offset: 41n,
    key: 'k',
    value: { a: 1 },
    headers: withHeader('h'),
  })
  const part = record.asPart(2)

  test('share headers and content, and are told apart by their number', () => {
    expect(idOf(part, header)).toBe('h+2')
    expect(idOf(part, content)).toBe(`${idOf(record, content)}+2`)
    expect(idOf(part, fields('key,header.id'))).toBe('k+h+2')
  })

  test('are told apart by fields of their own', () => {
    expect(idOf(part, fields('a'))).toBe('1')
    expect(idOf(part.with({ key: { schema: schema.string(), value: 'own' } }), fields('key'))).toBe('own')
  })
})

test('different fields never make the same id, whatever the separator', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', '+', ':', '-', '\\', '\u{1f600}', '\ud83d'), maxLength: 5 })
  const tuples = fc
    .integer({ min: 2, max: 3 })
    .chain((n) =>
      fc.tuple(fc.array(texts, { minLength: n, maxLength: n }), fc.array(texts, { minLength: n, maxLength: n })),
    )
  const separators = fc.constantFrom('+', '::', '-', '+-', 'a', '--', '\u{1f600}', 'aa+')
  fc.assert(
    fc.property(tuples, separators, ([a, b], separator) => {
      const same = a.every((text, i) => text === b[i])
      expect(joined(a, separator) === joined(b, separator)).toBe(same)
    }),
    { numRuns: 5000 },
  )
})

test('different keys and values never have the same hash', () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 3, max: 1 }))
  const nothing = Lazy.of({ schema: null, value: null })
  const hash = (key: Uint8Array | null, value: Uint8Array | null) =>
    idOf(new SinkRecord({ ...sinkRecord().origin, key, value }, nothing, nothing, []), content)
  fc.assert(
    fc.property(bytes, bytes, bytes, bytes, (k1, v1, k2, v2) => {
      const text = (part: Uint8Array | null) => (part === null ? null : Buffer.from(part).toString('hex'))
      const same = text(k1) === text(k2) && text(v1) === text(v2)
      expect(hash(k1, v1) === hash(k2, v2)).toBe(same)
    }),
    { numRuns: 2000 },
  )
})
