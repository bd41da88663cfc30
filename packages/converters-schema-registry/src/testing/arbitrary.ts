/** Random schemas with values of them. */
import { Decimal, type Schema, type SchemaAndValue, type SchemaOptions, Struct, schema } from '@penstock/core'
import fc from 'fast-check'

interface Typed {
  readonly schema: Schema
  /** Several values, never null. */
  readonly values: readonly unknown[]
}

export interface Spread {
  readonly depth: number
  /** Whether fields may have defaults. */
  readonly defaults: boolean
  readonly floats: boolean
  /** Keys of maps. */
  readonly keys: readonly ('STRING' | 'INT32' | 'INT64' | 'BOOLEAN')[]
  /** Whether values in arrays and maps, and those at the top, may be null. */
  readonly nullItems: boolean
  /** Whether text, numbers and names have docs, versions and parameters. */
  readonly metaData: boolean
  readonly logical: boolean
  /** Whether lists and maps may hold lists and maps. */
  readonly nestedLists: boolean
}

const count = 3
const valuesOf = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(values, { minLength: count, maxLength: count })
const int = (bits: number): fc.Arbitrary<number> => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array))
const text = fc.string({ unit: 'binary', maxLength: 12 })
const days = fc.integer({ min: -100_000, max: 100_000 }).map((day) => new Date(day * 86_400_000))
const times = fc.integer({ min: 0, max: 86_399_999 }).map((ms) => new Date(ms))
const dates = fc.integer({ min: -(10 ** 13), max: 10 ** 13 }).map((ms) => new Date(ms))

let names = 0
const freshName = (): string => `com.example.Type${names++}`

function options(spread: Spread): fc.Arbitrary<SchemaOptions> {
  if (!spread.metaData) return fc.constant({})
  return fc.record(
    {
      name: fc.constantFrom('com.example.Name', 'Other'),
      version: fc.integer({ min: 1, max: 9 }),
      doc: fc.string({ minLength: 1 }),
      parameters: fc.dictionary(fc.constantFrom('p', 'q.r'), fc.string(), { minKeys: 1 }),
    },
    { requiredKeys: [] },
  )
}

function scalar(spread: Spread): fc.Arbitrary<Typed> {
  const of = <T>(make: (said: SchemaOptions) => Schema, values: fc.Arbitrary<T>): fc.Arbitrary<Typed> =>
    fc.tuple(options(spread), valuesOf(values)).map(([said, some]) => ({ schema: make(said), values: some }))
  const plain = [
    of(schema.boolean, fc.boolean()),
    of(schema.int8, int(8)),
    of(schema.int16, int(16)),
    of(schema.int32, int(32)),
    of(schema.int64, long),
    of(schema.string, text),
    of(schema.bytes, bytes),
  ]
  const floats = [
    of(schema.float32, fc.float({ noDefaultInfinity: true, noNaN: true })),
    of(schema.float64, fc.double({ noNaN: true, noDefaultInfinity: true })),
  ]
  const logical = [
    of(() => schema.date(), days),
    of(() => schema.time(), times),
    of(() => schema.timestamp(), dates),
    fc.tuple(fc.integer({ min: 0, max: 30 }), valuesOf(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }))).map(
      ([scale, unscaled]): Typed => ({
        schema: schema.decimal(scale),
        values: unscaled.map((digits) => new Decimal(digits, scale)),
      }),
    ),
  ]
  return fc.oneof(...plain, ...(spread.floats ? floats : []), ...(spread.logical ? logical : []))
}

const keys = {
  STRING: text,
  INT32: int(32),
  INT64: long,
  BOOLEAN: fc.boolean(),
} as const

function typed(spread: Spread): fc.Arbitrary<Typed> {
  if (spread.depth === 0) return scalar(spread)
  const inner = { ...spread, depth: spread.depth - 1 }
  const items = spread.nestedLists ? typed(inner) : fc.oneof(scalar(spread), structs(inner))
  const item = nullable(items, spread.nullItems)
  const arrays = item.chain((of) =>
    valuesOf(fc.array(fc.constantFrom(...of.values), { maxLength: 4 })).map((values) => ({
      schema: schema.array(of.schema),
      values,
    })),
  )
  const maps = fc.tuple(item, fc.constantFrom(...spread.keys)).chain(([of, key]) =>
    valuesOf(
      fc.array(fc.tuple(keys[key] as fc.Arbitrary<unknown>, fc.constantFrom(...of.values)), { maxLength: 4 }),
    ).map((entries) => ({
      schema: schema.map(schema.primitive(key), of.schema),
      values: entries.map((some) => new Map(some)),
    })),
  )
  return fc.oneof({ depthSize: 'small' }, scalar(spread), arrays, maps, structs(inner))
}

/** Makes some optional, with null among the values. */
function nullable(of: fc.Arbitrary<Typed>, allowed: boolean): fc.Arbitrary<Typed> {
  if (!allowed) return of
  return fc
    .tuple(of, fc.boolean())
    .map(([given, optional]) =>
      optional ? { schema: { ...given.schema, optional }, values: [null, ...given.values.slice(1)] } : given,
    )
}

function structs(spread: Spread): fc.Arbitrary<Typed> {
  const field = fc.tuple(nullable(typed(spread), true), fc.boolean()).map(([of, withDefault]): Typed => {
    const first = of.values[1]
    const plainDefault = of.schema.type !== 'STRUCT' && of.schema.type !== 'ARRAY' && of.schema.type !== 'MAP'
    if (!spread.defaults || !withDefault || !plainDefault) return of
    return { schema: { ...of.schema, default: first }, values: of.values }
  })
  return fc.tuple(fc.array(field, { minLength: 1, maxLength: 5 }), fc.boolean()).map(([fields, named]) => {
    const of = schema.struct(
      fields.map((each, index) => [`field_${index}`, each.schema]),
      named || !spread.metaData ? { name: freshName() } : {},
    )
    const values = Array.from({ length: count }, (_, row) => {
      return new Struct(of, Object.fromEntries(fields.map((each, index) => [`field_${index}`, each.values[row]])))
    })
    return { schema: of, values }
  })
}

/** A record value: a struct, or with `anyType` whatever else the spread has. */
export function records(spread: Spread, anyType: boolean): fc.Arbitrary<SchemaAndValue> {
  return (anyType ? typed(spread) : structs(spread)).chain((of) =>
    fc.constantFrom(...of.values).map((value) => ({ schema: of.schema, value })),
  )
}
