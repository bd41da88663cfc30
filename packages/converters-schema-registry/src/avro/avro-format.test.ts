import { Decimal, Struct, type StructSchema, schema } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { Conversion, plain } from '../testing/conversion.ts'
import { AvroFormat } from './avro-format.ts'
import { BinaryWriter } from './binary-writer.ts'
import { avroOptions } from './testing/options.ts'

const conversion = (options = {}, raw = {}) => new Conversion(new AvroFormat({ ...avroOptions, ...options }), raw)

/** Reads bytes that were written with a schema of the registry. */
async function read(avro: unknown, write: (writer: BinaryWriter) => void, options = {}) {
  const reading = conversion(options)
  const id = reading.registry.add('orders-value', { text: JSON.stringify(avro) })
  const header = Buffer.from([0, 0, 0, 0, id])
  return await reading.read(Buffer.concat([header, new BinaryWriter().written(write)]))
}

async function registeredFor(of: Parameters<typeof schema.array>[0], value: unknown, options = {}): Promise<unknown> {
  const writing = conversion(options)
  await writing.write({ schema: of, value })
  return JSON.parse(writing.registered)
}

describe('schemas that are registered', () => {
  test('hold what Avro has no place for in attributes', async () => {
    const order = schema.struct(
      [
        ['id', schema.int64()],
        ['small', schema.int8({ optional: true })],
        ['price', schema.decimal(2)],
        ['at', schema.timestamp({ optional: true })],
        ['state', schema.string({ optional: true, default: 'NEW', doc: 'its state' })],
      ],
      { name: 'com.shop.Order', version: 2, doc: 'an order', parameters: { p: 'q' } },
    )
    const value = new Struct(order, { id: 1n, price: new Decimal(5n, 2) })
    const decimal = 'org.apache.kafka.connect.data.Decimal'
    const timestamp = 'org.apache.kafka.connect.data.Timestamp'
    expect(await registeredFor(order, value)).toEqual({
      type: 'record',
      name: 'Order',
      namespace: 'com.shop',
      fields: [
        { name: 'id', type: { type: 'long' } },
        { name: 'small', type: ['null', { type: 'int', 'connect.type': 'int8' }], default: null },
        {
          name: 'price',
          type: {
            ...{ type: 'bytes', scale: 2, precision: 64, logicalType: 'decimal' },
            ...{ 'connect.name': decimal, 'connect.version': 1, 'connect.parameters': { scale: '2' } },
          },
        },
        {
          name: 'at',
          type: [
            'null',
            { type: 'long', 'connect.version': 1, 'connect.name': timestamp, logicalType: 'timestamp-millis' },
          ],
          default: null,
        },
        {
          name: 'state',
          type: [{ type: 'string', 'connect.doc': 'its state', 'connect.default': 'NEW' }, 'null'],
          default: 'NEW',
        },
      ],
      'connect.doc': 'an order',
      'connect.version': 2,
      'connect.parameters': { p: 'q' },
      'connect.name': 'com.shop.Order',
    })
  })

  test('name what has no name, and a struct that comes again only once', async () => {
    const point = schema.struct([['x', schema.int32()]])
    const line = schema.struct([
      ['from', point],
      ['to', schema.struct([['x', schema.int32()]], { optional: true })],
    ])
    const value = new Struct(line, { from: new Struct(point, { x: 1 }) })
    expect(await registeredFor(line, value)).toMatchObject({
      name: 'ConnectDefault',
      fields: [{ type: { name: 'ConnectDefault2' } }, { type: ['null', 'io.confluent.connect.avro.ConnectDefault2'] }],
    })
  })

  test('make arrays of entries of maps with other keys than strings', async () => {
    const map = schema.map(schema.int32(), schema.string())
    expect(await registeredFor(map, new Map([[1, 'a']]))).toEqual({
      type: 'array',
      items: {
        ...{ type: 'record', name: 'MapEntry', namespace: 'io.confluent.connect.avro' },
        fields: [
          { name: 'key', type: { type: 'int' } },
          { name: 'value', type: { type: 'string' } },
        ],
      },
    })
  })

  test('may leave the attributes out', async () => {
    const text = schema.string({ name: 'N', version: 3, doc: 'd', parameters: { a: 'b' } })
    expect(await registeredFor(text, 'x', { metaData: false })).toEqual({ type: 'string' })
  })

  test('have scrubbed names where that is wanted, and are refused otherwise', async () => {
    const of = schema.struct([['a-b c', schema.int32()]], { name: 'com.x-y.1st' })
    const value = new Struct(of, { 'a-b c': 7 })
    const scrubbing = conversion({ scrubNames: true })
    const read = await scrubbing.read(await scrubbing.write({ schema: of, value }))
    expect(plain(read.value)).toEqual({ a_b_c: 7 })
    expect(JSON.parse(scrubbing.registered)).toMatchObject({ name: 'x1st', namespace: 'com.x_y' })
    await expect(registeredFor(of, value)).rejects.toThrow(/"com.x-y.1st" is no name for Avro.*scrub.invalid.names/)
  })

  test('are refused when one name stands for two types', async () => {
    const one = schema.struct([['a', schema.int32()]], { name: 'N' })
    const other = schema.struct([['b', schema.int32()]], { name: 'N' })
    const both = schema.struct([
      ['one', one],
      ['other', other],
    ])
    await expect(registeredFor(both, new Struct(both))).rejects.toThrow('two different schemas have the name N')
  })
})

describe('records of other producers', () => {
  test('have Connect’s types and logical types', async () => {
    const field = (name: string, type: unknown) => ({ name, type })
    const read1 = await read(
      {
        ...{ type: 'record', name: 'com.shop.All', doc: 'all of them' },
        fields: [
          field('date', { type: 'int', logicalType: 'date' }),
          field('time', { type: 'int', logicalType: 'time-millis' }),
          field('micros', { type: 'long', logicalType: 'timestamp-micros' }),
          field('price', { type: 'fixed', name: 'Price', size: 4, logicalType: 'decimal', precision: 8, scale: 2 }),
          field('hash', { type: 'fixed', name: 'Hash', size: 2 }),
          field('color', { type: 'enum', name: 'Color', symbols: ['RED', 'BLUE'] }),
          { name: 'none', type: ['null', 'string'], default: null, doc: 'nothing' },
          field('tags', { type: 'map', values: 'float' }),
        ],
      },
      (writer) => {
        writer.int(1)
        writer.int(1000)
        writer.long(9007199254740993n)
        writer.fixed(Buffer.from([0xff, 0xff, 0xff, 0xfe]))
        writer.fixed(Buffer.from([1, 2]))
        writer.int(1)
        writer.int(0)
        writer.int(1)
        writer.string('a')
        writer.float(1.5)
        writer.int(0)
      },
    )
    expect(plain(read1.value)).toEqual({
      date: { date: 86_400_000 },
      time: { date: 1000 },
      micros: 9007199254740993n,
      price: { decimal: '-0.02', scale: 2 },
      hash: { bytes: '0102' },
      color: 'BLUE',
      none: null,
      tags: { entries: [['a', 1.5]] },
    })
    expect(read1.schema).toMatchObject({
      name: 'com.shop.All',
      version: 1,
      parameters: {
        'io.confluent.connect.avro.record.doc': 'all of them',
        'io.confluent.connect.avro.field.doc.none': 'nothing',
      },
    })
    const fields = new Map((read1.schema as StructSchema).fields.map((f) => [f.name, f.schema]))
    expect(fields.get('color')).toMatchObject({
      name: 'com.shop.Color',
      parameters: {
        'io.confluent.connect.avro.Enum': 'com.shop.Color',
        'io.confluent.connect.avro.Enum.RED': 'RED',
        'io.confluent.connect.avro.Enum.BLUE': 'BLUE',
      },
    })
    expect(fields.get('price')).toMatchObject({
      name: 'org.apache.kafka.connect.data.Decimal',
      parameters: { scale: '2', 'connect.decimal.precision': '8', 'connect.fixed.size': '4' },
    })
    expect(fields.get('hash')).toMatchObject({ name: 'com.shop.Hash', parameters: { 'connect.fixed.size': '2' } })
    expect(fields.get('none')).toMatchObject({ optional: true, type: 'STRING' })
  })

  test('with a union are structs of which one field is set, and are written back the same', async () => {
    const avro = ['null', 'string', 'long', { type: 'record', name: 'a.B', fields: [{ name: 'x', type: 'int' }] }]
    const both = conversion()
    const id = both.registry.add('orders-value', { text: JSON.stringify(avro) })
    const bytes = Buffer.from([0, 0, 0, 0, id, 6, 14])
    const { schema: of, value } = await both.read(bytes)
    expect(of).toMatchObject({ name: 'io.confluent.connect.avro.Union', optional: true })
    expect(plain(value)).toEqual({ string: null, long: null, B: { x: 7 } })
    expect((await both.write({ schema: of, value }))?.subarray(5)).toEqual(bytes.subarray(5))
  })

  test('keep enums as enums when they are written with enhanced support', async () => {
    const avro = { type: 'enum', name: 'a.Color', symbols: ['RED', 'BLUE'], default: 'RED', doc: 'colors' }
    const both = conversion({ enhanced: true })
    const id = both.registry.add('orders-value', { text: JSON.stringify(avro) })
    const read1 = await both.read(Buffer.from([0, 0, 0, 0, id, 2]))
    const written = await both.write(read1)
    expect(written?.subarray(5)).toEqual(Buffer.from([2]))
    expect(JSON.parse(both.registered)).toMatchObject({
      type: 'enum',
      name: 'Color',
      namespace: 'a',
      symbols: ['RED', 'BLUE'],
      default: 'RED',
    })
  })

  test('may use schemas of other subjects', async () => {
    const reading = conversion()
    const address = { type: 'record', name: 'a.Address', fields: [{ name: 'zip', type: 'string' }] }
    reading.registry.add('address', { text: JSON.stringify(address) })
    const person = { type: 'record', name: 'a.Person', fields: [{ name: 'home', type: 'a.Address' }] }
    const references = [{ name: 'a.Address', subject: 'address', version: 1 }]
    const id = reading.registry.add('orders-value', { text: JSON.stringify(person), references })
    expect(plain((await reading.read(Buffer.from([0, 0, 0, 0, id, 2, 0x37]))).value)).toEqual({ home: { zip: '7' } })
  })

  test.each([
    [
      { type: 'record', name: 'N', fields: [{ name: 'next', type: ['null', 'N'] }] },
      'the Avro record N contains itself',
    ],
    ['null', 'Standalone null schemas are not supported'],
    [['a.B', 'null'], 'the type a.B is not defined'],
    [{ type: 'fixed', name: 'F' }, 'the fixed F has no size'],
  ])('of the schema %j are refused', async (avro, message) => {
    await expect(read(avro, () => undefined)).rejects.toThrow(message)
  })

  test('that claim more than their bytes hold are refused at once', async () => {
    const claim = (writer: BinaryWriter) => writer.long(2n ** 40n)
    const empty = { type: 'record', name: 'Empty', fields: [] }
    await expect(read({ type: 'array', items: empty }, claim)).rejects.toThrow('a block of 1099511627776 items')
    await expect(read({ type: 'array', items: 'int' }, claim)).rejects.toThrow('where 0 are possible')
    await expect(read('string', claim)).rejects.toThrow('a length of 1099511627776')
  })
})

describe('values without a schema', () => {
  test.each([[{ a: [1, 2.5, true, 'x', 2n ** 60n], b: { c: {} } }], ['text'], [[]], [-0.5]])(
    '%o are read as they were',
    async (value) => {
      const both = conversion()
      const read1 = await both.read(await both.write({ schema: null, value }))
      expect(read1).toEqual({ schema: null, value })
      expect(JSON.parse(both.registered)).toMatchObject({ name: 'Anything', namespace: 'io.confluent.connect.avro' })
    },
  )

  test('nested too deep are refused', async () => {
    let value: unknown = 1
    for (let depth = 0; depth < 300; depth++) value = [value]
    await expect(conversion().write({ schema: null, value })).rejects.toThrow('more than 200 levels deep')
  })
})

describe('values that are not of their schema', () => {
  test.each([
    [schema.int8(), 200, 'Invalid type for INT8: number 200'],
    [schema.int64(), 'x', 'Invalid type for INT64: string'],
    [schema.date(), new Date(5), 'which has a time of day'],
    [schema.decimal(3), new Decimal(1n, 2), 'a Decimal of scale 2 does not fit a schema of scale 3'],
    [schema.array(schema.string()), [null], 'null used for required field'],
  ])('%o are refused: %o', async (of, value, message) => {
    await expect(conversion().write({ schema: of, value })).rejects.toThrow(message)
  })

  test('are told with their field', async () => {
    const inner = schema.struct([['b', schema.int32()]])
    const outer = schema.struct([['a', inner]])
    const value = new Struct(outer, { a: new Struct(inner, { b: 'x' }) })
    await expect(conversion().write({ schema: outer, value })).rejects.toThrow('INT32: string (field "b") (field "a")')
  })

  test('take the default of their field, unless that is not wanted', async () => {
    const of = schema.struct([['a', schema.string({ optional: true, default: 'd' })]])
    const value = new Struct(of)
    const usual = conversion()
    expect(plain((await usual.read(await usual.write({ schema: of, value }))).value)).toEqual({ a: 'd' })
    const other = conversion({ ignoreDefaults: true })
    expect(plain((await other.read(await other.write({ schema: of, value }))).value)).toEqual({ a: null })
  })
})

describe('writing with the latest registered schema', () => {
  const latest = { 'auto.register.schemas': 'false', 'use.latest.version': 'true' }
  const of = schema.struct([
    ['id', schema.int32()],
    ['extra', schema.string()],
  ])
  const value = new Struct(of, { id: 5, extra: 'e' })

  async function writtenWith(fields: unknown[], raw = latest as Record<string, string>) {
    const writing = conversion({}, raw)
    writing.registry.add('orders-value', { text: JSON.stringify({ type: 'record', name: 'N', fields }) })
    return plain((await writing.read(await writing.write({ schema: of, value }))).value)
  }

  test('widens numbers, drops fields, and adds those with a default', async () => {
    const fields = [
      { name: 'id', type: ['null', 'long'] },
      { name: 'added', type: { type: 'array', items: 'string' }, default: ['x'] },
    ]
    expect(await writtenWith(fields)).toEqual({ id: 5n, added: ['x'] })
  })

  test('is refused for a record that lacks a field', async () => {
    await expect(writtenWith([{ name: 'other', type: 'int' }])).rejects.toThrow(
      'the record has no field other, and N has no default for it',
    )
  })

  test('is refused for other types, at once or only for a value', async () => {
    const fields = [{ name: 'extra', type: ['null', 'int'], default: null }]
    await expect(writtenWith(fields)).rejects.toThrow('STRING can\'t be written as int (field "extra")')
    const lenient = { ...latest, 'latest.compatibility.strict': 'false' }
    await expect(writtenWith(fields, lenient)).rejects.toThrow("STRING can't be written as int")
  })
})
