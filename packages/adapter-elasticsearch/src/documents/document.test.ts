import { Decimal, JsonNumber, Struct, schema } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { toMapping } from '../indices/mapping.ts'
import { type DocumentSettings, toDocument } from './document.ts'

const used: DocumentSettings = { useSchema: true, compactMaps: true, timestampFields: null }
const ignored: DocumentSettings = { useSchema: false, compactMaps: true, timestampFields: null }
const at0 = { timestamp: 1767312000000, toString: () => 't-0@7' }
const date = { type: 'date', format: 'strict_date_time||epoch_millis||strict_date_optional_time' }
const day = new Date('2026-01-02T00:00:00Z')

const struct = schema.struct([
  ['int', schema.int64()],
  ['text', schema.string({ optional: true })],
  ['level', schema.int32({ default: 5 })],
  ['bytes', schema.bytes()],
  ['price', schema.decimal(2)],
  ['day', schema.date()],
  ['at', schema.timestamp()],
  ['tags', schema.array(schema.string())],
  ['labels', schema.map(schema.string(), schema.int32())],
  ['byNumber', schema.map(schema.int32(), schema.string())],
])
const value = new Struct(struct, {
  int: 9007199254740993n,
  bytes: Buffer.from('hi'),
  price: new Decimal(1230n, 2),
  day,
  at: day,
  tags: ['a', 'b'],
  labels: new Map([['__proto__', 1]]),
  byNumber: new Map([[1, 'x']]),
})

test('a value with a schema becomes a document; no digit is lost', () => {
  expect(toDocument({ schema: struct, value }, at0, used)).toBe(
    `{"int":9007199254740993,"text":null,"level":5,"bytes":"aGk=","price":12.30,"day":${day.getTime()},"at":${day.getTime()},` +
      '"tags":["a","b"],"labels":{"__proto__":1},"byNumber":[{"key":1,"value":"x"}]}',
  )
})

test('floats are told from integers, have no more digits than theirs, and never become null', () => {
  const floats = schema.struct([
    ['whole', schema.float64()],
    ['large', schema.float64()],
    ['zero', schema.float64()],
    ['short', schema.float32()],
    ['wholeShort', schema.float32()],
    ['none', schema.float64()],
  ])
  const numbers = { whole: 1, large: 1e10, zero: -0, short: Math.fround(0.1), wholeShort: 2, none: Number.NaN }
  const document = toDocument({ schema: floats, value: new Struct(floats, numbers) }, at0, used)
  expect(document).toBe('{"whole":1.0,"large":1.0E10,"zero":-0.0,"short":0.1,"wholeShort":2.0,"none":"NaN"}')
})

test('a struct that looks like a Buffer in JSON stays a struct', () => {
  const alike = schema.struct([
    ['type', schema.string()],
    ['data', schema.array(schema.int32())],
  ])
  const document = { schema: alike, value: new Struct(alike, { type: 'Buffer', data: [1] }) }
  expect(toDocument(document, at0, used)).toBe('{"type":"Buffer","data":[1]}')
})

test('with the schema ignored dates are milliseconds all the same, and odd maps are pairs', () => {
  const document = toDocument({ schema: struct, value }, at0, ignored)
  expect(document).toContain(`"day":${day.getTime()},`)
  expect(document).toContain('"byNumber":[[1,"x"]]')
})

test('maps may be written as lists of entries', () => {
  const labels = schema.struct([['labels', schema.map(schema.string(), schema.int32())]])
  const document = { schema: labels, value: new Struct(labels, { labels: new Map([['a', 1]]) }) }
  expect(toDocument(document, at0, { ...used, compactMaps: false })).toBe('{"labels":[{"key":"a","value":1}]}')
})

test('schemaless values keep their numbers', () => {
  const document = { a: 12345678901234567890n, b: new JsonNumber('0.10') }
  expect(toDocument({ schema: null, value: document }, at0, ignored)).toBe('{"a":12345678901234567890,"b":0.10}')
})

test.each([[[1]], ['text'], [3], [true]])('%j is no document', (plain) => {
  expect(() => toDocument({ schema: null, value: plain }, at0, ignored)).toThrow(/t-0@7 is an? \w+, not an object/)
})

test('the mapping of a schema', () => {
  expect(toMapping(struct, true, 'r')).toEqual({
    properties: {
      int: { type: 'long' },
      text: { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } },
      level: { type: 'integer', null_value: 5 },
      bytes: { type: 'binary' },
      price: { type: 'double' },
      day: date,
      at: date,
      tags: { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } },
      labels: { type: 'object' },
      byNumber: {
        properties: {
          key: { type: 'integer' },
          value: { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } },
        },
      },
    },
  })
})

test('defaults become null values, but not of text', () => {
  const withDefaults = schema.struct([
    ['s', schema.string({ default: 'x' })],
    ['d', schema.date({ default: day })],
    ['n', schema.decimal(1, { default: new Decimal(15n, 1) })],
    ['b', schema.boolean({ default: false })],
  ])
  expect(toMapping(withDefaults, true, 'r')).toMatchObject({
    properties: { d: { null_value: day.getTime() }, n: { null_value: 1.5 }, b: { null_value: false } },
  })
  expect(JSON.stringify(toMapping(withDefaults, true, 'r'))).not.toContain('"x"')
})

test('without a schema the error says what to set', () => {
  expect(() => toMapping(null, true, 't-0@7')).toThrow('record t-0@7 has none; set schema.ignore=true')
  expect(() => toMapping(schema.string(), true, 't-0@7')).toThrow('is STRING, not an object')
})

test('a value nested deeper than the stack is a problem of its record', () => {
  let nested: unknown = 1
  for (let depth = 0; depth < 100_000; depth++) nested = { a: nested }
  expect(() => toDocument({ schema: null, value: nested }, at0, ignored)).toThrow(/t-0@7 is nested too deeply/)
})

describe('documents of data streams', () => {
  const inStream: DocumentSettings = { ...ignored, timestampFields: [] }
  const byField: DocumentSettings = { ...ignored, timestampFields: ['at', 'time'] }
  const timeOf = (value: object, settings: DocumentSettings, timestamp: number | null = 1000) =>
    JSON.parse(toDocument({ schema: null, value }, { timestamp, toString: () => 't-0@7' }, settings))['@timestamp']

  test('have the time of the record, whatever their own says', () => {
    expect(timeOf({ n: 1 }, inStream)).toBe(1000)
    expect(timeOf({ '@timestamp': 'mine' }, inStream)).toBe(1000)
  })

  test('or that of the first field there is, as text', () => {
    expect(timeOf({ time: '2026-01-01', at: null }, byField)).toBe('2026-01-01')
    expect(timeOf({ time: 5, at: 1767312000000n }, byField)).toBe('1767312000000')
  })

  test('or their own, where there is no other; without any they are refused', () => {
    expect(timeOf({ '@timestamp': 'mine' }, byField)).toBe('mine')
    expect(timeOf({ '@timestamp': 'mine' }, inStream, null)).toBe('mine')
    expect(() => timeOf({ n: 1 }, byField)).toThrow('the value of record t-0@7 has none of the fields at, time')
    expect(() => timeOf({ n: 1 }, inStream, null)).toThrow('record t-0@7 has no timestamp')
  })

  test('a logical time becomes the text of its milliseconds', () => {
    const timed = schema.struct([['at', schema.timestamp()]])
    const document = { schema: timed, value: new Struct(timed, { at: day }) }
    expect(toDocument(document, at0, { ...used, timestampFields: ['at'] })).toBe(
      `{"at":${day.getTime()},"@timestamp":"${day.getTime()}"}`,
    )
  })
})

test('the fields of a map at the root are left to Elasticsearch: a root has no type', () => {
  expect(toMapping(schema.map(schema.string(), schema.int32()), true, 'r')).toEqual({})
})
