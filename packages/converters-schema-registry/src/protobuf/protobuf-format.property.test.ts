import { DataError, type Schema, Struct } from '@penstock/core'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { expect, test } from 'vitest'
import { records, type Spread } from '../testing/arbitrary.ts'
import { Conversion, plain } from '../testing/conversion.ts'
import { ProtobufFormat } from './protobuf-format.ts'
import { protobufOptions } from './testing/options.ts'

const spread: Spread = {
  ...{ depth: 3, defaults: false, floats: true, nullItems: false, metaData: true, logical: true, nestedLists: false },
  keys: ['STRING', 'INT32', 'INT64', 'BOOLEAN'],
}

/** Protobuf does not tell an empty list or map from none. */
function withEmptyLists(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, withEmptyLists(item)]))
  if (Array.isArray(value)) return value.map(withEmptyLists)
  if (!(value instanceof Struct)) return value
  const member = (name: string, { type }: Schema): unknown => {
    const own = value.getWithoutDefault(name)
    if (own !== null) return withEmptyLists(own)
    return type === 'ARRAY' ? [] : type === 'MAP' ? new Map() : null
  }
  return new Struct(
    value.schema,
    Object.fromEntries(value.schema.fields.map(({ name, schema }) => [name, member(name, schema)])),
  )
}

test.each([{ optionalForNullables: true }, { wrapperForNullables: true }])(
  'whatever is written is read as it was, with %o',
  async (more) => {
    await fc.assert(
      fc.asyncProperty(records(spread, false), async (record) => {
        const conversion = new Conversion(new ProtobufFormat({ ...protobufOptions, ...more }))
        const read = await conversion.read(await conversion.write(record))
        expect(plain(read.value)).toEqual(plain(withEmptyLists(record.value)))
        // What was read can be written again, and is the same then.
        const again = await conversion.read(await conversion.write(read))
        expect(plain(again.value)).toEqual(plain(read.value))
      }),
      { numRuns: 80 },
    )
  },
)

test('values that are no structs are written as wrapper messages, and read as they were', async () => {
  await fc.assert(
    fc.asyncProperty(records({ ...spread, depth: 0, logical: false }, true), async (record) => {
      const conversion = new Conversion(new ProtobufFormat(protobufOptions))
      const read = await conversion.read(await conversion.write(record))
      expect(plain(read.value)).toEqual(plain(record.value))
    }),
    { numRuns: 80 },
  )
})

test('another library reads what is written, and what it writes is read the same', async () => {
  await fc.assert(
    fc.asyncProperty(records({ ...spread, logical: false }, false), async (record) => {
      const conversion = new Conversion(new ProtobufFormat({ ...protobufOptions, optionalForNullables: true }))
      const bytes = (await conversion.write(record))!
      const root = protobuf.parse(conversion.registered, new protobuf.Root(), { keepCase: true }).root.resolveAll()
      const type = root.lookupType(record.schema?.name ?? 'ConnectDefault1')
      const rewritten = type.encode(type.decode(bytes.subarray(6))).finish()
      const read = await conversion.read(Buffer.concat([bytes.subarray(0, 6), rewritten]))
      expect(plain(read.value)).toEqual(plain((await conversion.read(bytes)).value))
    }),
    { numRuns: 60 },
  )
})

test('any bytes are read or refused with a DataError', async () => {
  await fc.assert(
    fc.asyncProperty(records(spread, false), fc.uint8Array({ maxLength: 64 }), async ({ schema, value }, noise) => {
      const conversion = new Conversion(new ProtobufFormat(protobufOptions))
      const written = (await conversion.write({ schema, value }))!
      for (const bytes of [
        Buffer.concat([written.subarray(0, 5), noise]),
        Buffer.concat([written.subarray(0, 6), noise]),
        written.subarray(0, -1),
      ]) {
        try {
          await conversion.read(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(DataError)
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('any text is a Protobuf schema or refused with a DataError', () => {
  const words = fc.constantFrom(
    ...['syntax = "proto3";', 'message', 'M', 'N', '{', '}', 'int32', 'repeated', 'optional', 'a', 'b', '= 1;', '= 2;'],
    ...['map<string, M>', 'oneof', 'enum', 'import "x";', 'package p;', 'google.protobuf.Timestamp', '[default = 1]'],
  )
  fc.assert(
    fc.property(fc.array(words), fc.uint8Array(), (parts, bytes) => {
      try {
        const source = { kind: 'PROTOBUF', text: parts.join(' '), references: [], used: [] } as const
        new ProtobufFormat(protobufOptions).parse(source).reader(1)(Buffer.from(bytes))
      } catch (error) {
        expect(error).toBeInstanceOf(DataError)
      }
    }),
    { numRuns: 1000 },
  )
})
