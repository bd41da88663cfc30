/** Arbitrary records, as texts of JsonConverter's envelope. */
import { JsonNumber, type JsonValue, parseJson, stringifyJson } from '@penstock/core'
import fc from 'fast-check'
import type { PortableRecord } from './connect-classes.ts'

/** A schema in its JSON form with a value that fits it. */
interface Typed {
  readonly schema: { readonly [attribute: string]: JsonValue }
  readonly payload: JsonValue
}

/** Few, so that transformations meet the fields they are about. */
const fieldNames = ['a', 'b', 'c', 'd', 'x.y', 'n']
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom(
    '1',
    '-7',
    '300',
    '1.5',
    'true',
    'FALSE',
    '',
    ' 12 ',
    '1e3',
    '2024-01-02',
    '2024-01-02T10:11:12.123Z',
    '20240102101112',
  ),
)
const whole = (bits: number) =>
  fc
    .oneof(
      fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }),
      fc.bigInt({ min: -100n, max: 100n }),
    )
    .map((value) => (BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value))
// Of few digits: before version 19 Java printed some others with a digit too much.
const fraction = fc.oneof(
  fc
    .tuple(fc.integer({ min: -99_999_999, max: 99_999_999 }), fc.integer({ min: 0, max: 9 }))
    .map(([digits, scale]) => Number(`${digits}e-${scale}`)),
  fc.constantFrom(0, -0.5, 3.99, 1e10, 1.5e-7, 1.25e300, 255, 2 ** 53),
)
const float = fc.oneof(
  fc.integer({ min: -99_999, max: 99_999 }).map((number) => number / 4),
  fc.constantFrom(0, 1.5e20, -2.5e-5),
)
const epochMs = fc.integer({ min: -2_000_000_000_000, max: 4_000_000_000_000 })
const logical = (name: string) => ({ name: `org.apache.kafka.connect.data.${name}`, version: 1 })
const base64 = fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('base64'))

const primitive: fc.Arbitrary<Typed> = fc.oneof(
  ...([8, 16, 32, 64] as const).map((bits) =>
    whole(bits).map((payload) => ({ schema: { type: `int${bits}` }, payload })),
  ),
  float.map((payload) => ({ schema: { type: 'float' }, payload })),
  fraction.map((payload) => ({ schema: { type: 'double' }, payload })),
  fc.boolean().map((payload) => ({ schema: { type: 'boolean' }, payload })),
  text.map((payload) => ({ schema: { type: 'string' }, payload })),
  base64.map((payload) => ({ schema: { type: 'bytes' }, payload })),
  epochMs.map((payload) => ({ schema: { type: 'int64', ...logical('Timestamp') }, payload })),
  fc
    .integer({ min: -20_000, max: 60_000 })
    .map((payload) => ({ schema: { type: 'int32', ...logical('Date') }, payload })),
  fc
    .integer({ min: 0, max: 86_399_999 })
    .map((payload) => ({ schema: { type: 'int32', ...logical('Time') }, payload })),
  fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 0, max: 6 })).map(([bytes, scale]) => ({
    schema: { type: 'bytes', ...logical('Decimal'), parameters: { scale: String(scale) } },
    payload: Buffer.from(bytes).toString('base64'),
  })),
)

/** Optional or not, null, with a default: what may be said of any schema. */
function qualified(typed: fc.Arbitrary<Typed>): fc.Arbitrary<Typed> {
  const quality = fc.record({
    optional: fc.boolean(),
    isNull: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
    hasDefault: fc.integer({ min: 0, max: 5 }).map((number) => number === 0),
    named: fc.integer({ min: 0, max: 7 }).map((number) => number === 0),
  })
  return fc.tuple(typed, quality).map(([{ schema, payload }, { optional, isNull, hasDefault, named }]) => {
    // Kafka Connect's JsonConverter can't read the default of a struct.
    const withDefault = hasDefault && schema.type !== 'struct'
    const name = { name: 'com.example.Named', version: 3, doc: 'a doc', parameters: { p: 'q' } }
    return {
      schema: {
        ...schema,
        optional,
        ...(named && schema.name === undefined ? name : {}),
        ...(withDefault ? { default: payload } : {}),
      },
      payload: isNull && (optional || withDefault) ? null : payload,
    }
  })
}

const list = fc.tuple(primitive, fc.integer({ min: 0, max: 3 })).map(([{ schema, payload }, length]) => ({
  schema: { type: 'array', items: schema },
  payload: Array.from({ length }, () => payload),
}))
const map = fc.tuple(primitive, text).map(([{ schema, payload }, name]) => ({
  schema: { type: 'map', keys: { type: 'string' }, values: schema },
  payload: { [name]: payload },
}))

function structOf(field: fc.Arbitrary<Typed>): fc.Arbitrary<Typed> {
  const fields = fc.uniqueArray(fc.tuple(fc.constantFrom(...fieldNames), field), {
    selector: ([name]) => name,
    maxLength: 5,
  })
  return fields.map((members) => ({
    schema: { type: 'struct', fields: members.map(([name, { schema }]) => ({ ...schema, field: name })) },
    payload: Object.fromEntries(members.map(([name, { payload }]) => [name, payload])),
  }))
}

const innerStruct = structOf(qualified(primitive)).map(({ schema, payload }) => ({
  schema: { ...schema, optional: true },
  payload,
}))
const withSchema: fc.Arbitrary<Typed> = fc.oneof(
  {
    weight: 5,
    arbitrary: structOf(qualified(fc.oneof({ weight: 5, arbitrary: primitive }, list, map, innerStruct))),
  },
  { weight: 2, arbitrary: qualified(primitive) },
  { weight: 1, arbitrary: fc.oneof(list, map) },
)

const plain: fc.Arbitrary<JsonValue> = fc.oneof(
  ...[whole(64), fraction, fc.boolean(), text, fc.constant(null)],
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom(...fieldNames), fc.oneof(fc.integer(), text, fc.constant(null)), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
) as fc.Arbitrary<JsonValue>
const schemaless: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 5, arbitrary: fc.dictionary(fc.constantFrom(...fieldNames), plain, { maxKeys: 5, noNullPrototype: true }) },
  { weight: 1, arbitrary: plain },
)

/** The text of an envelope; null stands for no bytes. */
export const anyEnvelope: fc.Arbitrary<string | null> = fc.oneof(
  { weight: 6, arbitrary: withSchema.map((typed) => stringifyJson({ ...typed })) },
  { weight: 4, arbitrary: schemaless.map((payload) => stringifyJson({ schema: null, payload })) },
  { weight: 1, arbitrary: fc.constant(null) },
)
export const anyPlainJson: fc.Arbitrary<string> = plain.map(stringifyJson)
export const anyText = text

const key = fc.oneof(
  { weight: 3, arbitrary: qualified(primitive).map((typed) => stringifyJson({ ...typed })) },
  { weight: 1, arbitrary: anyEnvelope },
)
const headers = fc.array(
  fc.tuple(
    fc.constantFrom('h', 'other', 'a'),
    qualified(primitive).map((typed) => stringifyJson({ ...typed })),
  ),
  { maxLength: 3 },
)

export const anyRecord: fc.Arbitrary<PortableRecord> = fc.record({
  source: fc.boolean(),
  topic: fc.constantFrom('top', 'top-1', 'orders.eu', 'a$b'),
  partition: fc.integer({ min: 0, max: 9 }),
  offset: fc.integer({ min: 0, max: 1e9 }),
  timestamp: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 4_000_000_000_000 }) }, fc.constant(null)),
  key,
  value: anyEnvelope,
  headers,
})

/** Without maps of several members, which the JVM writes in the order of hashes. */
export const anyOrderedEnvelope = anyEnvelope.filter((text) => {
  const { schema, payload } = parseJson(text ?? '{"schema":{}}') as { schema: JsonValue; payload?: JsonValue }
  return schema !== null || payload === undefined || hasOneOrder(payload)
})

function hasOneOrder(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.every(hasOneOrder)
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return true
  const members = Object.values(value)
  return members.length < 2 && members.every(hasOneOrder)
}
