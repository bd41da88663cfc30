import { Decimal, Struct, schema } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { Conversion, plain } from '../testing/conversion.ts'
import { JsonSchemaFormat } from './json-schema-format.ts'
import { jsonOptions } from './testing/options.ts'

const conversion = (options = {}, raw = {}) => new Conversion(new JsonSchemaFormat({ ...jsonOptions, ...options }), raw)

async function read(jsonSchema: unknown, json: string, options = {}) {
  const reading = conversion(options)
  const id = reading.registry.add('orders-value', { kind: 'JSON', text: JSON.stringify(jsonSchema) })
  return await reading.read(Buffer.concat([Buffer.from([0, 0, 0, 0, id]), Buffer.from(json)]))
}

test('schemas and values are written as other converters read them', async () => {
  const order = schema.struct(
    [
      ['id', schema.int64()],
      ['price', schema.decimal(2, { optional: true })],
      ['tags', schema.map(schema.string(), schema.float32())],
      ['byDay', schema.map(schema.int32(), schema.boolean())],
      ['state', schema.string({ default: 'NEW', doc: 'its state' })],
    ],
    { name: 'com.shop.Order', version: 2 },
  )
  const value = new Struct(order, {
    id: 2n ** 60n,
    price: new Decimal(-5n, 2),
    tags: new Map([['a', Math.fround(0.1)]]),
    byDay: new Map([[1, true]]),
  })
  const writing = conversion({ decimals: 'NUMERIC' })
  const bytes = await writing.write({ schema: order, value })
  expect(bytes?.subarray(5).toString()).toBe(
    '{"id":1152921504606846976,"price":-0.05,"tags":{"a":0.1},"byDay":[{"key":1,"value":true}],"state":"NEW"}',
  )
  const decimal = {
    ...{ type: 'number', 'connect.type': 'bytes', title: 'org.apache.kafka.connect.data.Decimal' },
    ...{ 'connect.version': 1, 'connect.parameters': { scale: '2' }, 'connect.index': 1 },
  }
  expect(JSON.parse(writing.registered)).toEqual({
    type: 'object',
    properties: {
      id: { type: 'integer', 'connect.type': 'int64', 'connect.index': 0 },
      price: { oneOf: [{ type: 'null' }, decimal], 'connect.index': 1 },
      tags: {
        ...{ type: 'object', 'connect.type': 'map', 'connect.index': 2 },
        additionalProperties: { type: 'number', 'connect.type': 'float32' },
      },
      byDay: {
        ...{ type: 'array', 'connect.type': 'map', 'connect.index': 3 },
        items: {
          type: 'object',
          properties: {
            key: { type: 'integer', 'connect.type': 'int32', 'connect.index': 0 },
            value: { type: 'boolean', 'connect.index': 1 },
          },
        },
      },
      state: { type: 'string', description: 'its state', default: 'NEW', 'connect.index': 4 },
    },
    title: 'com.shop.Order',
    'connect.version': 2,
  })
})

describe('schemas of other producers', () => {
  test('have Connect’s types, with required or optional fields', async () => {
    const person = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      ...{ title: 'Person', description: 'somebody', type: 'object', required: ['name'] },
      properties: {
        name: { type: 'string' },
        age: { type: ['integer', 'null'] },
        size: { anyOf: [{ type: 'number' }, { type: 'null' }] },
        color: { type: 'string', enum: ['red', 'blue'] },
        home: { $ref: '#/definitions/address' },
        codes: { type: 'object', additionalProperties: { type: 'integer' } },
      },
      definitions: { address: { type: 'object', properties: { zip: { type: 'string' } } } },
    }
    const json = '{"name":"Ann","age":9007199254740993,"size":1.5,"color":"red","home":{"zip":"1"},"codes":{"x":1}}'
    const { schema: of, value } = await read(person, json)
    expect(plain(value)).toEqual({
      ...{ name: 'Ann', age: 9007199254740993n, size: 1.5, color: 'red', home: { zip: '1' } },
      codes: { entries: [['x', 1n]] },
    })
    expect(of).toMatchObject({ name: 'Person', doc: 'somebody', version: 1 })
    const optional = async (options = {}) => {
      const made = (await read(person, json, options)).schema
      return made?.type === 'STRUCT' ? made.fields.filter((field) => field.schema.optional).map(({ name }) => name) : []
    }
    expect(await optional()).toEqual(['age', 'size'])
    expect(await optional({ optionalUnlessRequired: true })).toEqual(['age', 'size', 'color', 'home', 'codes'])
    expect(plain((await read(person, '{"name":"Bo"}')).value)).toMatchObject({ name: 'Bo', color: null })
  })

  test('with oneOf are structs of which one field is set, and are written back the same', async () => {
    const branches = [
      { type: 'string' },
      { type: 'integer' },
      { type: 'object', properties: { a: { type: 'string' } } },
      { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } },
    ]
    const field = (index: number) => `io.confluent.connect.json.OneOf.field.${index}`
    for (const [json, index] of [
      ['"x"', 0],
      ['7', 1],
      ['{"a":"1"}', 2],
      ['{"a":"1","b":"2"}', 3],
    ] as const) {
      const both = await read({ oneOf: branches }, json)
      expect(Object.entries(plain(both.value) as object).filter(([, value]) => value !== null)).toEqual([
        [field(index), expect.anything()],
      ])
      expect((await conversion().write(both))?.subarray(5).toString()).toBe(json)
    }
    await expect(read({ oneOf: branches }, 'true')).rejects.toThrow('none of the branches of the union fits')
  })

  test('with allOf have the properties of all parts', async () => {
    const all = {
      allOf: [{ $ref: '#/$defs/base' }, { type: 'object', properties: { b: { type: 'integer' } } }],
      $defs: { base: { type: 'object', properties: { a: { type: 'string' } } } },
    }
    expect(plain((await read(all, '{"a":"x","b":1}')).value)).toEqual({ a: 'x', b: 1n })
  })

  test('may refer to schemas of other subjects, by name, id or a part of them', async () => {
    const reading = conversion()
    const common = { $id: 'http://shop/common.json', $defs: { zip: { $anchor: 'z', type: 'string' } } }
    reading.registry.add('common', { kind: 'JSON', text: JSON.stringify(common) })
    const ref = ($ref: string) => ({ $ref })
    const person = {
      $id: 'http://shop/person.json',
      type: 'object',
      properties: {
        one: ref('common.json#/$defs/zip'),
        two: ref('http://shop/common.json#z'),
        three: ref('#/$defs/own'),
      },
      $defs: { own: { type: 'boolean' } },
    }
    const references = [{ name: 'common.json', subject: 'common', version: 1 }]
    const id = reading.registry.add('orders-value', { kind: 'JSON', text: JSON.stringify(person), references })
    const bytes = Buffer.concat([Buffer.from([0, 0, 0, 0, id]), Buffer.from('{"one":"1","two":"2","three":true}')])
    expect(plain((await reading.read(bytes)).value)).toEqual({ one: '1', two: '2', three: true })
  })

  test.each([
    [{ type: 'object', properties: { next: { $ref: '#' } } }, 'contains itself'],
    [{ type: 'object', properties: { any: {} } }, 'allows any value'],
    [{ $ref: 'other.json' }, 'refers to other.json, which is neither in it nor among the references'],
    [{ type: 'array' }, 'does not tell the type of its items'],
    [{ type: 'null' }, 'allows only null'],
    [{ type: 'date' }, 'has the type "date"'],
  ])('%j are refused', async (jsonSchema, message) => {
    await expect(read(jsonSchema, '{}')).rejects.toThrow(message)
  })
})

describe('values that do not fit', () => {
  const of = (type: object) => ({ type: 'object', properties: { a: type } })

  test.each([
    [of({ type: 'integer' }), '{"a":"5"}', 'INT64 can\'t be read from a JSON string (field "a")'],
    [of({ type: 'integer', 'connect.type': 'int8' }), '{"a":300}', '300 is out of range'],
    [of({ type: 'integer' }), '{"a":12345678901234567890}', 'is out of range'],
    [of({ type: 'string' }), '{"a":null}', 'Invalid null value for required STRING field'],
    [of({ type: 'string', 'connect.type': 'bytes' }), '{"a":"?"}', 'that is not base64'],
    [{ type: 'string' }, '{', 'are not JSON'],
  ])('%j: %s', async (jsonSchema, json, message) => {
    await expect(read(jsonSchema, json)).rejects.toThrow(message)
  })

  test.each([
    ['1.0', 1n],
    ['1e3', 1000n],
    ['-0', 0n],
  ])('%s is a whole number', async (json, value) => {
    expect((await read({ type: 'integer' }, json)).value).toBe(value)
  })

  test('values without a schema are refused, with what to do', async () => {
    await expect(conversion().write({ schema: null, value: { a: 1 } })).rejects.toThrow('use JsonConverter')
  })

  test('records that are unlike the latest registered schema are refused, where that is wanted', async () => {
    const raw = { 'auto.register.schemas': 'false', 'use.latest.version': 'true' }
    const record = schema.struct([['a', schema.string()]])
    const value = new Struct(record, { a: 'x' })
    const write = async (more: Record<string, string>) => {
      const writing = conversion({}, { ...raw, ...more })
      writing.registry.add('orders-value', { kind: 'JSON', text: JSON.stringify(of({ type: 'integer' })) })
      return await writing.write({ schema: record, value })
    }
    await expect(write({})).rejects.toThrow('a is STRING, and INT64 there')
    expect((await write({ 'latest.compatibility.strict': 'false' }))?.subarray(5).toString()).toBe('{"a":"x"}')
  })
})
