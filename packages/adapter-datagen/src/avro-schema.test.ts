import type { Struct } from '@penstock/core'
import { expect, test } from 'vitest'
import { fittingAvroSchema, isAvroSchema } from './avro-schema.ts'
import { values } from './testing/make-records.ts'

const schema = {
  type: 'record',
  name: 'order',
  namespace: 'shop',
  fields: [
    { name: 'id', type: { type: 'int', 'arg.properties': { iteration: { start: 10, step: 2, restart: 16 } } } },
    { name: 'at', type: { type: 'long', 'arg.properties': { range: { min: 5, max: 7 } } } },
    { name: 'item', type: { type: 'string', 'arg.properties': { regex: 'Item_[1-9]' } } },
    { name: 'size', type: { type: 'string', 'arg.properties': { options: ['S', 'M', 'L'] } } },
    { name: 'code', type: { type: 'string', 'arg.properties': { length: 4 } } },
    { name: 'units', type: 'double' },
    { name: 'state', type: { type: 'enum', name: 'state', symbols: ['NEW', 'PAID'] } },
    { name: 'before', type: ['null', 'state'] },
    { name: 'tags', type: { type: 'array', items: 'string', 'arg.properties': { length: { min: 1, max: 2 } } } },
    { name: 'counts', type: { type: 'map', values: 'long', 'arg.properties': { length: 2 } } },
    { name: 'raw', type: { type: 'bytes', 'arg.properties': { length: 3 } } },
    { name: 'paid', type: { type: 'boolean', 'arg.properties': { odds: 1 } } },
  ],
}

interface Order {
  readonly id: number
  readonly at: number
  readonly item: string
  readonly size: string
  readonly code: string
  readonly before: string | null
  readonly tags: readonly string[]
  readonly counts: object
  readonly paid: boolean
}

test('records follow the schema and what stands beside its types', () => {
  const made = values(fittingAvroSchema(schema), 100) as Order[]
  expect(made.slice(0, 5).map(({ id }) => id)).toEqual([10, 12, 14, 10, 12])
  expect(new Set(made.map(({ at }) => at))).toEqual(new Set([5, 6]))
  expect(new Set(made.map(({ size }) => size))).toEqual(new Set(['S', 'M', 'L']))
  expect(new Set(made.map(({ before }) => before))).toEqual(new Set([null, 'NEW', 'PAID']))
  for (const { item, code, tags, counts, paid } of made) {
    expect(item).toMatch(/^Item_[1-9]$/)
    expect(code).toMatch(/^[A-Za-z0-9]{4}$/)
    expect([1, 2]).toContain(tags.length)
    expect(Object.keys(counts)).toHaveLength(2)
    expect(paid).toBe(true)
  }
})

test('with schemas the values have the types of Connect, and the record its full name', () => {
  const generator = fittingAvroSchema(schema)
  expect(generator.schema).toMatchObject({ type: 'STRUCT', name: 'shop.order' })
  const [first] = values(generator, 1, true) as [Struct]
  first.validate()
  expect(typeof first.get('at')).toBe('bigint')
  expect(first.get('raw')).toBeInstanceOf(Uint8Array)
  expect(first.get('counts')).toBeInstanceOf(Map)
})

test('numbers of whole types are whole, whatever stands beside the type', () => {
  const long = (args: object) => ({ type: 'long', 'arg.properties': args })
  const made = [
    { range: { min: 0.5, max: 3.5 } },
    { iteration: { start: 0.5, step: 1.5 } },
    { options: [1.5, '2'] },
    { iteration: { start: 5, step: 0, restart: 9 } },
  ].flatMap((args) => values(fittingAvroSchema(long(args)), 20, true))
  expect(made.every((value) => typeof value === 'bigint')).toBe(true)
  const counts = values(fittingAvroSchema({ type: 'int', 'arg.properties': { iteration: { start: 2 ** 31 - 1 } } }), 2)
  expect(counts).toEqual([2 ** 31 - 1, -(2 ** 31)])
})

test('Avro is told from JSON Schema', () => {
  expect(isAvroSchema(schema)).toBe(true)
  expect(isAvroSchema({ type: 'string', 'arg.properties': {} })).toBe(true)
  expect(isAvroSchema({ type: 'object', properties: {} })).toBe(false)
  expect(isAvroSchema({ type: 'string' })).toBe(false)
})

test.each([
  [{ type: 'record', name: 'r' }, 'a record needs fields'],
  [{ type: 'record', name: 'r', fields: [{ name: 'a', type: 'thing' }] }, '$.a: there is no type "thing"'],
  [['string', 'int'], 'a union of several types'],
  [{ type: 'int', 'arg.properties': { range: { min: 5, max: 1 } } }, 'the range begins with 5'],
  [{ type: 'int', 'arg.properties': { options: ['x'] } }, 'an option is no number'],
  [{ type: 'long', 'arg.properties': { options: ['x'] } }, 'an option is no number'],
  [{ type: 'string', 'arg.properties': { length: -1 } }, 'length must lie between'],
])('the schema %j is refused', (given, message) => expect(() => fittingAvroSchema(given)).toThrow(message))
