import { Decimal, Struct, schema } from '@penstock/core'
import protobuf from 'protobufjs'
import { describe, expect, test } from 'vitest'
import { Conversion, plain } from '../testing/conversion.ts'
import { ProtobufFormat } from './protobuf-format.ts'
import { protobufOptions } from './testing/options.ts'

const conversion = (options = {}, raw = {}) =>
  new Conversion(new ProtobufFormat({ ...protobufOptions, ...options }), raw)

/** Reads what another library has written as a message of the schema. */
async function read(proto: string, messageName: string, value: object, options = {}, indexes = [0]) {
  const reading = conversion(options)
  const id = reading.registry.add('orders-value', { kind: 'PROTOBUF', text: proto })
  const type = protobuf.parse(proto, new protobuf.Root(), { keepCase: true }).root.resolveAll().lookupType(messageName)
  const payload = type.encode(type.fromObject(value)).finish()
  return await reading.read(Buffer.concat([Buffer.from([0, 0, 0, 0, id, ...indexes]), payload]))
}

describe('schemas that are registered', () => {
  test('are read by other converters', async () => {
    const item = schema.struct([['sku', schema.string()]], { name: 'com.shop.Item' })
    const order = schema.struct(
      [
        ['id', schema.int64()],
        ['small', schema.int8({ optional: true })],
        ['price', schema.decimal(2)],
        ['at', schema.timestamp({ optional: true })],
        ['items', schema.array(item)],
        ['counts', schema.map(schema.string(), schema.int32())],
      ],
      { name: 'com.shop.Order' },
    )
    const writing = conversion({ optionalForNullables: true })
    const value = new Struct(order, { id: 1n, price: new Decimal(5n, 2), items: [], counts: new Map() })
    await writing.write({ schema: order, value })
    expect(writing.registered).toBe(`syntax = "proto3";
package com.shop;

import "confluent/meta.proto";
import "confluent/type/decimal.proto";
import "google/protobuf/timestamp.proto";

message Order {
  int64 id = 1;
  optional int32 small = 2 [(confluent.field_meta) = { params: [{ key: "connect.type", value: "int8" }] }];
  confluent.type.Decimal price = 3 [(confluent.field_meta) = { params: [{ key: "scale", value: "2" }] }];
  optional google.protobuf.Timestamp at = 4;
  repeated Item items = 5;
  repeated CountsEntry counts = 6;
  message Item {
    string sku = 1;
  }
  message CountsEntry {
    string key = 1;
    int32 value = 2;
  }
}
`)
  })

  test.each([
    [schema.array(schema.string()), ['x'], "can't stand alone"],
    [schema.struct([['a', schema.array(schema.array(schema.string()))]]), null, 'a is a list of lists or maps'],
    [schema.struct([['a-b', schema.string()]]), null, '"a-b" is no name for Protobuf'],
    [
      schema.struct([
        ['a', schema.struct([['x', schema.string()]], { name: 'N' })],
        ['b', schema.struct([['y', schema.string()]], { name: 'N' })],
      ]),
      null,
      'two different types inside ConnectDefault1 have the name N',
    ],
  ])('%o is refused', async (of, value, message) => {
    const record = { schema: of, value: value ?? (of.type === 'STRUCT' ? new Struct(of) : null) }
    await expect(conversion().write(record)).rejects.toThrow(message)
  })
})

describe('records of other producers', () => {
  const all = `syntax = "proto3";
    package com.shop;
    message First { string a = 1; }
    message All {
      int32 count = 1; uint64 big = 2; sint64 zigzag = 3; optional string note = 4;
      repeated double values = 5; map<string, Inner> inners = 6; Color color = 7;
      oneof contact { string mail = 8; Inner place = 9; }
      bytes raw = 10; Inner inner = 11; fixed32 crc = 12;
      enum Color { RED = 0; BLUE = 5; }
      message Inner { bool yes = 1; }
    }`

  test('have Connect’s types, and defaults for what is not there', async () => {
    const value = { count: -1, values: [1.5], inners: { x: { yes: true } }, color: 'BLUE', mail: 'm', crc: 4294967295 }
    const { schema: of, value: found } = await read(all, 'com.shop.All', value, {}, [2, 2])
    expect(plain(found)).toEqual({
      contact_0: { mail: 'm', place: null },
      ...{ count: -1, big: 0n, zigzag: 0n, note: null, values: [1.5], color: 'BLUE', crc: 4294967295n },
      inners: { entries: [['x', { yes: true }]] },
      ...{ raw: { bytes: '' }, inner: null },
    })
    expect(of).toMatchObject({ name: 'All', version: 1 })
    const fields = new Map(of?.type === 'STRUCT' ? of.fields.map((field) => [field.name, field.schema]) : [])
    expect(fields.get('big')).toMatchObject({
      type: 'INT64',
      parameters: { 'io.confluent.connect.protobuf.Type': 'uint64', 'io.confluent.connect.protobuf.Tag': '2' },
    })
    expect(fields.get('color')).toMatchObject({
      name: 'Color',
      parameters: { 'io.confluent.connect.protobuf.Enum': 'Color', 'io.confluent.connect.protobuf.Enum.BLUE': '5' },
    })
    expect(fields.get('contact_0')).toMatchObject({
      name: 'io.confluent.connect.protobuf.Union.contact',
      optional: true,
    })
  })

  test('can be read in other ways', async () => {
    const place = { place: { yes: true } }
    const flat = await read(
      all,
      'com.shop.All',
      place,
      { flattenUnions: true, intEnums: true, structForNulls: true, fullNames: true },
      [2, 2],
    )
    expect(plain(flat.value)).toMatchObject({ mail: null, place: { yes: true }, color: 0, inner: { yes: false } })
    expect(flat.schema).toMatchObject({ name: 'com.shop.All' })
    const named = await read(all, 'com.shop.All', place, { indexForUnions: false }, [2, 2])
    expect(plain(named.value)).toMatchObject({ contact: { mail: null, place: { yes: true } } })
  })

  test('may be of a message inside another', async () => {
    const found = await read(all, 'com.shop.All.Inner', { yes: true }, {}, [4, 2, 0])
    expect(found).toMatchObject({ schema: { name: 'Inner' } })
    await expect(read(all, 'com.shop.First', {}, {}, [2, 8])).rejects.toThrow('no message number 4')
  })

  test('of proto2 may lack what is optional, whatever its default', async () => {
    const proto2 = 'syntax = "proto2"; message P { required int32 a = 1; optional int32 b = 2 [default = 5]; }'
    expect(plain((await read(proto2, 'P', { a: 1 })).value)).toEqual({ a: 1, b: null })
    expect(plain((await read(proto2, 'P', { a: 1 }, { optionalForProto2: false })).value)).toEqual({ a: 1, b: 5 })
  })

  test('are written back the same', async () => {
    const both = conversion({ optionalForNullables: true })
    const value = {
      count: 7,
      big: 5,
      values: [1.5, 2],
      inners: { x: { yes: true } },
      color: 'BLUE',
      place: { yes: true },
      crc: 9,
    }
    const found = await read(all, 'com.shop.All', value, { optionalForNullables: true }, [2, 2])
    const again = await both.read(await both.write(found))
    expect(plain(again.value)).toEqual(plain(found.value))
    expect(both.registered).toContain('uint64 big = 2;')
    expect(both.registered).toContain('oneof contact {')
  })

  test('may import schemas of other subjects', async () => {
    const reading = conversion()
    const address = 'syntax = "proto3"; package shop; message Address { string zip = 1; }'
    reading.registry.add('address', { kind: 'PROTOBUF', text: address })
    const text = 'syntax = "proto3"; package shop; import "address.proto"; message Person { Address home = 1; }'
    const references = [{ name: 'address.proto', subject: 'address', version: 1 }]
    const id = reading.registry.add('orders-value', { kind: 'PROTOBUF', text, references })
    const bytes = Buffer.from([0, 0, 0, 0, id, 0, 10, 3, 10, 1, 0x37])
    expect(plain((await reading.read(bytes)).value)).toEqual({ home: { zip: '7' } })
  })

  test.each([
    ['message M { M next = 1; }', 'the Protobuf message M contains itself'],
    ['message M { Other a = 1; }', 'Other'],
    ['syntax = "proto2"; message M { optional group G = 1 { optional int32 a = 1; } }', 'is a group'],
    ['{"type":"record"}', 'a Protobuf schema is not valid'],
  ])('of the schema %s are refused', async (text, message) => {
    const reading = conversion()
    const id = reading.registry.add('orders-value', {
      kind: 'PROTOBUF',
      text: text.startsWith('message') ? `syntax = "proto3"; ${text}` : text,
    })
    await expect(reading.read(Buffer.from([0, 0, 0, 0, id, 0]))).rejects.toThrow(message)
  })
})

describe('dates and decimals', () => {
  const of = schema.struct([
    ['price', schema.decimal(2)],
    ['day', schema.date()],
    ['time', schema.time()],
    ['at', schema.timestamp()],
  ])

  test.each([
    [new Date('0001-01-01'), new Date(86_399_999), new Date(-1)],
    [new Date('2024-02-29'), new Date(0), new Date(8.64e15)],
  ])('%o, %o, %o are exact', async (day, time, at) => {
    const value = new Struct(of, { price: new Decimal(-(10n ** 30n), 2), day, time, at })
    const both = conversion()
    const found = await both.read(await both.write({ schema: of, value }))
    expect(plain(found.value)).toEqual(plain(value))
  })
})

test('nulls are kept where the keys allow it, and become the default of the type otherwise', async () => {
  const of = schema.struct([
    ['a', schema.int32({ optional: true })],
    ['b', schema.string({ optional: true })],
  ])
  const value = new Struct(of)
  const through = async (options: object) => {
    const both = conversion(options)
    return plain((await both.read(await both.write({ schema: of, value }))).value)
  }
  expect(await through({})).toEqual({ a: 0, b: '' })
  expect(await through({ optionalForNullables: true })).toEqual({ a: null, b: null })
  expect(await through({ wrapperForNullables: true })).toEqual({ a: null, b: null })
})

test('nulls in lists and maps are refused', async () => {
  const of = schema.struct([['list', schema.array(schema.string({ optional: true }))]])
  const record = { schema: of, value: new Struct(of, { list: ['a', null] }) }
  await expect(conversion().write(record)).rejects.toThrow(
    'a list holds a null, which Protobuf has no place for (field "list")',
  )
})

test('messages of any length are exact, also where they end at the end of a buffer', async () => {
  const inner = schema.struct([['b', schema.bytes()]], { name: 'Inner' })
  const of = schema.struct([
    ['a', schema.bytes()],
    ['c', inner],
  ])
  const both = conversion()
  const lengths = [0, 1, 2, 126, 127, 128, 129, 16_383, 16_384]
  for (let before = 480; before < 520; before++) {
    for (const length of lengths) {
      const value = new Struct(of, {
        a: Buffer.alloc(before, 1),
        c: new Struct(inner, { b: Buffer.alloc(length, 2) }),
      })
      const found = await both.read(await both.write({ schema: of, value }))
      expect(plain(found.value)).toEqual(plain(value))
    }
  }
})

test('the latest registered schema is written by the message of the same name', async () => {
  const writing = conversion({}, { 'auto.register.schemas': 'false', 'use.latest.version': 'true' })
  const text = 'syntax = "proto3"; package shop; message A { string x = 1; } message B { int64 a = 4; string b = 5; }'
  writing.registry.add('orders-value', { kind: 'PROTOBUF', text })
  const of = schema.struct([['a', schema.int32()]], { name: 'shop.B' })
  const bytes = await writing.write({ schema: of, value: new Struct(of, { a: 3 }) })
  expect(bytes?.subarray(5)).toEqual(Buffer.from([2, 2, 0x20, 3]))
  const other = schema.struct([['a', schema.string()]], { name: 'shop.B' })
  await expect(writing.write({ schema: other, value: new Struct(other, { a: 'x' }) })).rejects.toThrow(
    'STRING can\'t be written as int64 (field "a")',
  )
})
