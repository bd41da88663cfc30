import { Decimal } from './decimal.ts'

/**
 * Connect's schema model: a schema says what an in-memory value is.
 *
 * | type | value |
 * | --- | --- |
 * | INT8 INT16 INT32 | `number` |
 * | INT64 | `bigint` |
 * | FLOAT32 FLOAT64 | `number` |
 * | BOOLEAN, STRING | `boolean`, `string` |
 * | BYTES | `Uint8Array`, for Decimal {@link Decimal} |
 * | ARRAY, MAP, STRUCT | `unknown[]`, `Map`, {@link Struct} |
 *
 * The logical types Date, Time (INT32) and Timestamp (INT64) hold a JavaScript `Date`.
 * Without a schema a value is what JSON gives: see `JsonValue`, with plain objects for maps.
 */
export type PrimitiveType =
  | 'INT8'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'FLOAT32'
  | 'FLOAT64'
  | 'BOOLEAN'
  | 'STRING'
  | 'BYTES'
export type SchemaType = PrimitiveType | 'ARRAY' | 'MAP' | 'STRUCT'

interface SchemaAttributes {
  readonly optional: boolean
  /** Undefined when there is no default. */
  readonly default?: unknown
  readonly name: string | null
  readonly version: number | null
  readonly doc: string | null
  readonly parameters: Readonly<Record<string, string>> | null
}

export interface PrimitiveSchema extends SchemaAttributes {
  readonly type: PrimitiveType
}
export interface ArraySchema extends SchemaAttributes {
  readonly type: 'ARRAY'
  readonly valueSchema: Schema
}
export interface MapSchema extends SchemaAttributes {
  readonly type: 'MAP'
  readonly keySchema: Schema
  readonly valueSchema: Schema
}
export interface StructSchema extends SchemaAttributes {
  readonly type: 'STRUCT'
  readonly fields: readonly Field[]
}
export type Schema = PrimitiveSchema | ArraySchema | MapSchema | StructSchema

export interface Field {
  readonly name: string
  readonly schema: Schema
}

/** What may be said of a schema beside its type; all optional. */
export type SchemaOptions = Partial<SchemaAttributes>

function attributes(options: SchemaOptions): SchemaAttributes {
  return { optional: false, name: null, version: null, doc: null, parameters: null, ...options }
}

/** Builders of schemas: `schema.int64({ optional: true })`, `schema.struct([['id', schema.string()]])`. */
export const schema = {
  primitive: (type: PrimitiveType, options: SchemaOptions = {}): PrimitiveSchema => ({ type, ...attributes(options) }),
  int8: (options: SchemaOptions = {}): PrimitiveSchema => ({ type: 'INT8', ...attributes(options) }),
  int16: (options: SchemaOptions = {}): PrimitiveSchema => ({ type: 'INT16', ...attributes(options) }),
  int32: (options: SchemaOptions = {}): PrimitiveSchema => ({ type: 'INT32', ...attributes(options) }),
  int64: (options: SchemaOptions = {}): PrimitiveSchema => ({ type: 'INT64', ...attributes(options) }),
  float32: (options: SchemaOptions = {}): PrimitiveSchema => ({ type: 'FLOAT32', ...attributes(options) }),
  float64: (options: SchemaOptions = {}): PrimitiveSchema => ({ type: 'FLOAT64', ...attributes(options) }),
  boolean: (options: SchemaOptions = {}): PrimitiveSchema => ({ type: 'BOOLEAN', ...attributes(options) }),
  string: (options: SchemaOptions = {}): PrimitiveSchema => ({ type: 'STRING', ...attributes(options) }),
  bytes: (options: SchemaOptions = {}): PrimitiveSchema => ({ type: 'BYTES', ...attributes(options) }),
  array: (valueSchema: Schema, options: SchemaOptions = {}): ArraySchema => ({
    type: 'ARRAY',
    valueSchema,
    ...attributes(options),
  }),
  map: (keySchema: Schema, valueSchema: Schema, options: SchemaOptions = {}): MapSchema => ({
    type: 'MAP',
    keySchema,
    valueSchema,
    ...attributes(options),
  }),
  struct: (fields: readonly (readonly [string, Schema])[], options: SchemaOptions = {}): StructSchema => ({
    type: 'STRUCT',
    fields: fields.map(([name, fieldSchema]) => ({ name, schema: fieldSchema })),
    ...attributes(options),
  }),
  decimal: (scale: number, options: SchemaOptions = {}): PrimitiveSchema => ({
    type: 'BYTES',
    ...attributes({ name: logical.decimal, version: 1, parameters: { scale: String(scale) }, ...options }),
  }),
  date: (options: SchemaOptions = {}): PrimitiveSchema => ({
    type: 'INT32',
    ...attributes({ name: logical.date, version: 1, ...options }),
  }),
  time: (options: SchemaOptions = {}): PrimitiveSchema => ({
    type: 'INT32',
    ...attributes({ name: logical.time, version: 1, ...options }),
  }),
  timestamp: (options: SchemaOptions = {}): PrimitiveSchema => ({
    type: 'INT64',
    ...attributes({ name: logical.timestamp, version: 1, ...options }),
  }),
} as const

/** Names of the logical types, as they stand in the schema's `name`. */
export const logical = {
  decimal: 'org.apache.kafka.connect.data.Decimal',
  date: 'org.apache.kafka.connect.data.Date',
  time: 'org.apache.kafka.connect.data.Time',
  timestamp: 'org.apache.kafka.connect.data.Timestamp',
} as const

/** A value with its schema; schemaless when `schema` is null. */
export interface SchemaAndValue {
  readonly schema: Schema | null
  readonly value: unknown
}

export const nothing: SchemaAndValue = Object.freeze({ schema: null, value: null })

/** True when two schemas say the same, defaults and parameters included. */
export function schemasEqual(a: Schema | null, b: Schema | null): boolean {
  if (a === b) return true
  if (a === null || b === null || a.type !== b.type) return false
  if (a.optional !== b.optional || a.name !== b.name || a.version !== b.version || a.doc !== b.doc) return false
  if (!sameParameters(a.parameters, b.parameters) || !sameDefault(a.default, b.default)) return false
  switch (a.type) {
    case 'ARRAY':
      return schemasEqual(a.valueSchema, (b as ArraySchema).valueSchema)
    case 'MAP':
      return (
        schemasEqual(a.keySchema, (b as MapSchema).keySchema) &&
        schemasEqual(a.valueSchema, (b as MapSchema).valueSchema)
      )
    case 'STRUCT': {
      const others = (b as StructSchema).fields
      return (
        a.fields.length === others.length &&
        a.fields.every((field, i) => field.name === others[i]?.name && schemasEqual(field.schema, others[i].schema))
      )
    }
    default:
      return true
  }
}

function sameParameters(a: SchemaAttributes['parameters'], b: SchemaAttributes['parameters']): boolean {
  const left = Object.entries(a ?? {})
  return left.length === Object.keys(b ?? {}).length && left.every(([key, value]) => b?.[key] === value)
}

function sameDefault(a: unknown, b: unknown): boolean {
  if (Object.is(a ?? null, b ?? null)) return true
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
  if (a instanceof Decimal && b instanceof Decimal) return a.unscaled === b.unscaled && a.scale === b.scale
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0
  if (a instanceof Map && b instanceof Map) return sameDefault([...a].flat(), [...b].flat())
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => sameDefault(item, b[i]))
  return false
}
