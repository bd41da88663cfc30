import { Struct, schema } from '@penstock/core'
import { type SinkRecordFields, sinkRecord } from '@penstock/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type MetadataSettings, metadataMembers, metadataNames, withMembers, withMembersRaw } from './metadata.ts'

const settings = { useSchema: false, compactMaps: true, timestampFields: null }
const at = (path: string, ...names: MetadataSettings['names']): MetadataSettings => ({
  names,
  path: path === '' ? [] : path.split('.'),
})
const record = (fields: SinkRecordFields = {}) =>
  sinkRecord({ topic: 'orders', partition: 3, offset: 2n ** 60n, timestamp: 0, key: 'k', ...fields })
const members = (where: MetadataSettings, fields: SinkRecordFields = {}) =>
  metadataMembers(record(fields), where, settings)

test('everything there is about a record', () => {
  const header = (name: string, value: unknown) => ({ name, schema: null, value })
  const headers = [header('a', 'x'), header('b', 1), header('b', Buffer.from('y')), header('__proto__', null)]
  expect(members(at('kafka', ...metadataNames), { headers })).toBe(
    '"kafka":{"key":"k","headers":{"a":"x","b":[1,"y"],"__proto__":null},"topic":"orders","partition":3,"offset":1152921504606846976,"timestamp":"1970-01-01T00:00:00.000Z"}',
  )
})

test('keys of any kind, records without key and timestamp', () => {
  const region = schema.struct([['region', schema.string()]])
  const key = new Struct(region, { region: 'EU' })
  expect(members(at('', 'key', 'timestamp'), { key, keySchema: region, timestamp: null })).toBe(
    '"key":{"region":"EU"},"timestamp":null',
  )
  expect(members(at('a.b', 'key'), { key: null })).toBe('"a":{"b":{"key":null}}')
  expect(members(at('', 'key'), { key: Buffer.from([255]) })).toBe('"key":"/w=="')
})

const where = at('kafka', 'topic')
test.each([
  ['{"a":1}', where, '{"kafka":{"topic":"t"},"a":1}'],
  ['{}', where, '{"kafka":{"topic":"t"}}'],
  ['{ \n}', where, '{"kafka":{"topic":"t"} \n}'],
  ['{"kafka":{"topic":"forged","x":1},"b":0.10}', where, '{"kafka":{"topic":"t"},"b":0.10}'],
  ['{"\\u006bafka":1,"b":12345678901234567890}', where, '{"kafka":{"topic":"t"},"b":12345678901234567890}'],
  ['{"a":{"kafka":1}}', where, '{"a":{"kafka":1},"kafka":{"topic":"t"}}'],
  ['{"topic":"mine","b":1}', at('', 'topic'), '{"topic":"t","b":1}'],
  ['{"meta":{"x":1,"kafka":2}}', at('meta.kafka', 'topic'), '{"meta":{"x":1,"kafka":{"topic":"t"}}}'],
  ['{"x":"constructor"}', at('constructor.a', 'topic'), '{"x":"constructor","constructor":{"a":{"topic":"t"}}}'],
  ['{"x":{"__proto__":1}}', at('__proto__.a', 'topic'), '{"x":{"__proto__":1},"__proto__":{"a":{"topic":"t"}}}'],
  ['{"meta":null}', at('meta.kafka', 'topic'), '{"meta":{"kafka":{"topic":"t"}}}'],
])('into %s goes %j', (document, place, expected) => {
  const added = members(place, { topic: 't' })
  expect(withMembers(document, added, place, '').replace(' \n', '')).toBe(expected.replace(' \n', ''))
  const raw = withMembersRaw(Buffer.from(document), added, place)
  if (raw !== null) expect(raw.toString()).toBe(expected)
})

test('a field that is no object can not hold it', () => {
  const place = at('meta.kafka', 'topic')
  expect(() => withMembers('{"meta":"x"}', members(place), place, 'orders-3@41')).toThrow(
    'the field meta of record orders-3@41 is no object',
  )
})

test('bytes are passed on as they are, and only where nothing has to be replaced', () => {
  const json = fc
    .dictionary(fc.constantFrom('a', 'kafka', 'meta', 'topic', 'ü', '"', '\u0001'), fc.jsonValue())
    .map((value) => JSON.stringify(value, null, 1))
  const places = fc.constantFrom(where, at('', 'topic'), at('meta.kafka', 'topic', 'key'))
  fc.assert(
    fc.property(json, places, (document, place) => {
      const added = members(place)
      const raw = withMembersRaw(Buffer.from(document), added, place)
      const parsed = JSON.parse(document) as Record<string, unknown>
      const wanted = JSON.parse(`{${added}}`) as Record<string, unknown>
      if (raw === null) {
        const top = place.path[0] ?? 'topic'
        expect(document.includes('\\u') || document.includes(JSON.stringify(top))).toBe(true)
        return
      }
      expect(raw.toString()).toContain(document.slice(1).trimStart())
      expect(JSON.parse(raw.toString())).toEqual({ ...wanted, ...parsed })
      expect(JSON.parse(withMembers(document, added, place, ''))).toEqual({ ...parsed, ...wanted })
    }),
  )
})
