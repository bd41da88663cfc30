import { DataError, schemasEqual } from '@penstock/core'
import avsc from 'avsc'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { records, type Spread } from '../testing/arbitrary.ts'
import { Conversion, plain } from '../testing/conversion.ts'
import { AvroFormat } from './avro-format.ts'
import { avroOptions } from './testing/options.ts'

const spread: Spread = {
  ...{ depth: 3, defaults: true, floats: true, nullItems: true, metaData: true, logical: true, nestedLists: true },
  keys: ['STRING', 'INT32', 'INT64', 'BOOLEAN'],
}
const ignoreDefaults = { ...avroOptions, ignoreDefaults: true }

test('whatever is written is read as it was, schema and value', async () => {
  await fc.assert(
    fc.asyncProperty(records(spread, true), async (record) => {
      const conversion = new Conversion(new AvroFormat(ignoreDefaults))
      const read = await conversion.read(await conversion.write(record))
      expect(plain(read.value)).toEqual(plain(record.value))
      const version = record.schema?.version ?? read.schema?.version ?? null
      expect(schemasEqual(read.schema, { ...record.schema!, version })).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('another library reads what is written, and writes the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(records({ ...spread, defaults: false }, false), async (record) => {
      const conversion = new Conversion(new AvroFormat(ignoreDefaults))
      const payload = (await conversion.write(record))!.subarray(5)
      const type = avsc.Type.forSchema(JSON.parse(conversion.registered), { typeHook })
      const value: unknown = type.fromBuffer(payload)
      // Maps have no order there.
      if (!conversion.registered.includes('"map"')) expect(type.toBuffer(value).equals(payload)).toBe(true)
    }),
    { numRuns: 150 },
  )
})

test('any bytes are read or refused with a DataError', async () => {
  await fc.assert(
    fc.asyncProperty(records(spread, true), fc.uint8Array({ maxLength: 64 }), async ({ schema, value }, noise) => {
      const conversion = new Conversion(new AvroFormat(avroOptions))
      const written = (await conversion.write({ schema, value }))!
      for (const bytes of [Buffer.concat([written.subarray(0, 5), noise]), noise, written.subarray(0, -1)]) {
        try {
          await conversion.read(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(DataError)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('any text is an Avro schema or refused with a DataError', () => {
  const names = fc.constantFrom('type', 'name', 'fields', 'items', 'values', 'symbols', 'size', 'default')
  const words = fc.constantFrom('record', 'enum', 'array', 'map', 'fixed', 'int', 'null', 'bytes', 'decimal', 'N')
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      words,
      fc.integer(),
      fc.array(tie('node')),
      fc.dictionary(names, tie('node')),
    ),
  }))
  fc.assert(
    fc.property(node, (json) => {
      try {
        new AvroFormat(avroOptions)
          .parse({ kind: 'AVRO', text: JSON.stringify(json), references: [], used: [] })
          .reader(1)
      } catch (error) {
        expect(error).toBeInstanceOf(DataError)
      }
    }),
    { numRuns: 1000 },
  )
})

const exactLong = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (long: bigint) => {
    const buffer = Buffer.alloc(8)
    buffer.writeBigInt64LE(long)
    return buffer
  },
  fromJSON: (value: number | bigint) => BigInt(value),
  toJSON: (long: bigint) => Number(long),
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
})

function typeHook(of: unknown): avsc.Type | undefined {
  const isLong = of === 'long' || (typeof of === 'object' && of !== null && (of as { type?: unknown }).type === 'long')
  return isLong ? exactLong : undefined
}
