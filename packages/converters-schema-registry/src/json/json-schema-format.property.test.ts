import { DataError, schemasEqual } from '@penstock/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { records, type Spread } from '../testing/arbitrary.ts'
import { Conversion, plain } from '../testing/conversion.ts'
import { JsonSchemaFormat } from './json-schema-format.ts'
import { jsonOptions } from './testing/options.ts'

const spread: Spread = {
  ...{ depth: 3, defaults: false, floats: true, nullItems: true, metaData: true, logical: true, nestedLists: true },
  keys: ['STRING', 'INT32', 'INT64', 'BOOLEAN'],
}

test.each(['BASE64', 'NUMERIC'] as const)(
  'whatever is written is read as it was, with %s decimals',
  async (decimals) => {
    await fc.assert(
      fc.asyncProperty(records(spread, true), async (record) => {
        const conversion = new Conversion(new JsonSchemaFormat({ ...jsonOptions, decimals }))
        const read = await conversion.read(await conversion.write(record))
        expect(plain(read.value)).toEqual(plain(record.value))
        const version = record.schema?.version ?? read.schema?.version ?? null
        expect(schemasEqual(read.schema, { ...record.schema!, version })).toBe(true)
      }),
      { numRuns: 200 },
    )
  },
)

test('defaults are kept, and stand for null', async () => {
  await fc.assert(
    fc.asyncProperty(records({ ...spread, defaults: true }, false), async (record) => {
      const conversion = new Conversion(new JsonSchemaFormat(jsonOptions))
      const read = await conversion.read(await conversion.write(record))
      const version = record.schema?.version ?? read.schema?.version ?? null
      expect(schemasEqual(read.schema, { ...record.schema!, version })).toBe(true)
    }),
    { numRuns: 200 },
  )
})

test('any bytes are read or refused with a DataError', async () => {
  await fc.assert(
    fc.asyncProperty(records(spread, true), fc.oneof(fc.json(), fc.string()), async ({ schema, value }, noise) => {
      const conversion = new Conversion(new JsonSchemaFormat(jsonOptions))
      const written = (await conversion.write({ schema, value }))!
      for (const bytes of [Buffer.concat([written.subarray(0, 5), Buffer.from(noise)]), written.subarray(0, -1)]) {
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

test('any text is a JSON Schema or refused with a DataError', () => {
  const names = fc.constantFrom(
    'type',
    'properties',
    'items',
    'oneOf',
    'allOf',
    'enum',
    '$ref',
    'additionalProperties',
    'default',
    'title',
  )
  const words = fc.constantFrom(
    'object',
    'array',
    'string',
    'null',
    'integer',
    '#',
    '#/properties/a',
    'a#b',
    '#/oneOf/0',
  )
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      words,
      fc.boolean(),
      fc.array(tie('node')),
      fc.dictionary(names, tie('node')),
    ),
  }))
  fc.assert(
    fc.property(node, (json) => {
      try {
        const source = { kind: 'JSON', text: JSON.stringify(json), references: [], used: [] } as const
        new JsonSchemaFormat(jsonOptions).parse(source).reader(1)(Buffer.from('{}'))
      } catch (error) {
        expect(error).toBeInstanceOf(DataError)
      }
    }),
    { numRuns: 2000 },
  )
})
