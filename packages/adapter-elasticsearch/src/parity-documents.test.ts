/** Documents, mappings and ids as people know them; docs/elasticsearch/parity.md says what is shown where. */
import { Decimal, type Schema, Struct, schema } from '@penstock/core'
import { sinkRecord } from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'
import { config } from './config/config.ts'
import { type DocumentSettings, toDocument } from './documents/document.ts'
import { idOf, idSettings } from './documents/document-id.ts'
import { Routes } from './documents/routes.ts'
import { toWrite } from './documents/write.ts'
import { toMapping } from './indices/mapping.ts'

const used: DocumentSettings = { useSchema: true, compactMaps: true, timestampFields: null }
const ignored: DocumentSettings = { ...used, useSchema: false }
const at = { timestamp: 1000, toString: () => 't-0@7' }
const text = { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } }
const date = { type: 'date', format: expect.stringContaining('epoch_millis') }
const parsed = (raw: Record<string, string> = {}) => config.parse({ 'connection.url': 'http://es', ...raw })

/** What a field of this schema and value is in the document. */
function fieldOf(field: Schema, value: unknown, settings: DocumentSettings): string {
  const of = schema.struct([['f', field]])
  return toDocument({ schema: of, value: new Struct(of, { f: value }) }, at, settings).slice('{"f":'.length, -1)
}
const mappingOf = (field: Schema, compactMaps = true) =>
  (toMapping(schema.struct([['f', field]]), compactMaps, 'r').properties as Record<string, unknown>).f

const noon = new Date(43_200_000)
const day = new Date('2026-01-02T00:00:00Z')
const strings = schema.map(schema.string(), schema.int32())
const numbers = schema.map(schema.int32(), schema.string())

describe('each type of schema', () => {
  test.each<[string, Schema, unknown, used: string, ignored: string, mapping: object]>([
    ['BOOLEAN', schema.boolean(), true, 'true', 'true', { type: 'boolean' }],
    ['INT8', schema.int8(), -128, '-128', '-128', { type: 'byte' }],
    ['INT16', schema.int16(), 32767, '32767', '32767', { type: 'short' }],
    ['INT32', schema.int32(), 7, '7', '7', { type: 'integer' }],
    ['INT64', schema.int64(), 2n ** 63n - 1n, '9223372036854775807', '9223372036854775807', { type: 'long' }],
    ['FLOAT32', schema.float32(), Math.fround(0.1), '0.1', '0.1', { type: 'float' }],
    ['FLOAT64', schema.float64(), 3, '3.0', '3.0', { type: 'double' }],
    ['STRING', schema.string(), 'ü"', '"ü\\""', '"ü\\""', text],
    ['BYTES', schema.bytes(), Buffer.from('hi'), '"aGk="', '"aGk="', { type: 'binary' }],
    ['Decimal', schema.decimal(2), new Decimal(-1230n, 2), '-12.30', '-12.30', { type: 'double' }],
    ['Date', schema.date(), day, String(day.getTime()), String(day.getTime()), date],
    ['Time', schema.time(), noon, '43200000', '43200000', date],
    ['Timestamp', schema.timestamp(), day, String(day.getTime()), String(day.getTime()), date],
    ['any other name', schema.int32({ name: 'io.shop.Cents' }), 5, '5', '5', { type: 'integer' }],
    ['ARRAY', schema.array(schema.int16()), [1, 2], '[1,2]', '[1,2]', { type: 'short' }],
    ['MAP of strings', strings, new Map([['a', 1]]), '{"a":1}', '{"a":1}', { type: 'object' }],
    [
      'another MAP',
      numbers,
      new Map([[1, 'a']]),
      '[{"key":1,"value":"a"}]',
      '[[1,"a"]]',
      { properties: { key: { type: 'integer' }, value: text } },
    ],
  ])('%s', (_name, of, value, withSchema, withoutSchema, mapping) => {
    expect(fieldOf(of, value, used)).toBe(withSchema)
    expect(fieldOf(of, value, ignored)).toBe(withoutSchema)
    expect(mappingOf(of)).toEqual(mapping)
  })

  test('a MAP of strings that is not compact is a list where the schema counts, and an object where not', () => {
    const map = new Map([['a', 1]])
    expect(fieldOf(strings, map, { ...used, compactMaps: false })).toBe('[{"key":"a","value":1}]')
    expect(fieldOf(strings, map, { ...ignored, compactMaps: false })).toBe('{"a":1}')
    expect(mappingOf(strings, false)).toEqual({ properties: { key: text, value: { type: 'integer' } } })
  })

  test('structs inside of structs and lists are mapped all the way', () => {
    const line = schema.struct([['sku', schema.string()]])
    const order = schema.struct([['lines', schema.array(line)]])
    expect(mappingOf(order)).toEqual({ properties: { lines: { properties: { sku: text } } } })
    const value = new Struct(order, { lines: [new Struct(line, { sku: 'x' })] })
    expect(fieldOf(order, value, used)).toBe('{"lines":[{"sku":"x"}]}')
  })
})

describe('nulls and defaults', () => {
  test('null is null, or the default; without either the record is an error', () => {
    expect(fieldOf(schema.int32({ optional: true }), null, used)).toBe('null')
    expect(fieldOf(schema.int32({ optional: true, default: 3 }), null, used)).toBe('3')
    expect(fieldOf(schema.date({ optional: true, default: day }), null, ignored)).toBe(String(day.getTime()))
    expect(() => fieldOf(schema.array(schema.int32()), [null], used)).toThrow('null used for a required field')
  })

  test.each<[string, Schema, unknown]>([
    ['INT64', schema.int64({ default: 2n ** 60n }), 2n ** 60n],
    ['FLOAT32', schema.float32({ default: 1.5 }), 1.5],
    ['Time', schema.time({ default: noon }), 43_200_000],
    ['Timestamp', schema.timestamp({ default: day }), day.getTime()],
    ['STRING', schema.string({ default: 'x' }), undefined],
    ['BYTES', schema.bytes({ default: Buffer.from('x') }), undefined],
  ])('the default of %s in the mapping', (_name, of, expected) => {
    expect((mappingOf(of) as { null_value?: unknown }).null_value).toEqual(expected)
  })
})

describe('ids', () => {
  const id = (key: unknown, of: Schema | null, raw: Record<string, string> = {}) =>
    idOf(
      sinkRecord({ topic: 'orders', partition: 1, offset: 9n, key, keySchema: of }),
      idSettings(parsed(raw), 'orders'),
    )

  test.each<[string, unknown, Schema]>([
    ['INT8', 1, schema.int8()],
    ['INT16', 1, schema.int16()],
    ['INT32', 1, schema.int32()],
    ['INT64', 1n, schema.int64()],
    ['STRING', '1', schema.string()],
  ])('keys of type %s are ids', (_name, key, of) => {
    expect(id(key, of)).toBe('1')
  })

  const struct = schema.struct([['a', schema.int32()]])
  test.each<[string, unknown, Schema]>([
    ['FLOAT32', 1, schema.float32()],
    ['FLOAT64', 1, schema.float64()],
    ['BYTES', Buffer.from('1'), schema.bytes()],
    ['STRUCT', new Struct(struct, { a: 1 }), struct],
    ['ARRAY', [1], schema.array(schema.int32())],
    ['MAP', new Map(), strings],
  ])('keys of type %s are an error of the record', (type, key, of) => {
    expect(() => id(key, of)).toThrow(`a key of type ${type} is not supported as the document id`)
  })

  test('made up by Elasticsearch they take no key, of any topic; updates are not made up', () => {
    const generated = { 'use.autogenerated.ids': 'true', 'key.ignore': 'false' }
    expect(id(null, null, generated)).toBeNull()
    expect(id('k', null, { ...generated, 'write.method': 'upsert' })).toBe('k')
  })

  test('updates without keys go by topic, partition and offset', () => {
    expect(id('k', null, { 'write.method': 'upsert', 'key.ignore': 'true' })).toBe('orders+1+9')
  })

  test('topic.key.ignore is for its topics only', () => {
    const some = parsed({ 'topic.key.ignore': 'logs, clicks' })
    expect(['orders', 'logs', 'clicks'].map((topic) => idSettings(some, topic).source)).toEqual([
      'key',
      'position',
      'position',
    ])
  })
})

describe('routes', () => {
  const routeOf = (topic: string, raw: Record<string, string>) =>
    new Routes(parsed(raw), { warn: () => {} }).of(sinkRecord({ topic, key: 'k' }))

  test('topic.schema.ignore is for its topics only', () => {
    const some = { 'topic.schema.ignore': 'logs' }
    expect(['orders', 'logs'].map((topic) => routeOf(topic, some).useSchema)).toEqual([true, false])
  })

  test('an update is tried again by Elasticsearch as often as requests are under way, five times at most', () => {
    const tries = (requests: string) => routeOf('orders', { 'max.in.flight.requests': requests }).retryOnConflict
    expect(['1', '4', '5', '50'].map(tries)).toEqual([1, 4, 5, 5])
  })

  test('only documents of data streams get a time', () => {
    const write = (raw: Record<string, string>, value: unknown = { n: 1 }) => {
      const record = sinkRecord({ topic: 'orders', key: 'k', value, timestamp: 1000 })
      const route = new Routes(parsed({ 'schema.ignore': 'true', ...raw }), { warn: () => {} }).of(record)
      return toWrite(record, route, () => true)
    }
    const stream = { 'data.stream.type': 'metrics', 'data.stream.dataset': 'shop' }
    expect(write({})?.source).toBe('{"n":1}')
    expect(write(stream)).toMatchObject({ action: { type: 'create' }, source: '{"n":1,"@timestamp":1000}' })
    expect(write(stream)?.action).not.toHaveProperty('version')
    for (const value of ['text', [1]]) expect(() => write(stream, value)).toThrow('not an object')
  })
})
