/** Gives parsed JSON a schema, for records that have one. @module */
import {
  JsonNumber,
  type JsonValue,
  LruCache,
  schema as make,
  type Schema,
  type SchemaAndValue,
  Struct,
  type StructSchema,
  stringifyJson,
} from '@penstock/core'
import { schemaCacheSize } from './common-keys.ts'
import { isMap } from './fields.ts'

/** Gives values of one shape the very same schema, so that what follows can keep what it makes of it. */
export function schemaInference(): (value: JsonValue) => SchemaAndValue {
  const schemas = new LruCache<string, Schema>(schemaCacheSize * 4)
  return (value) => {
    const inferred = inferSchema(value) ?? text
    const schema = schemas.through(JSON.stringify(inferred), () => inferred)
    return { schema, value: toInferred(schema, value) }
  }
}

/**
 * The schema that fits a value; null for null, which says nothing. All is optional. Numbers are INT64, or FLOAT64 where
 * one is a fraction; items of an array that have nothing in common become their JSON text.
 */
export function inferSchema(value: JsonValue): Schema | null {
  if (value === null) return null
  if (typeof value === 'string') return text
  if (typeof value === 'boolean') return make.boolean({ optional: true })
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? integer : floating
  if (typeof value === 'number') return Number.isSafeInteger(value) ? integer : floating
  if (value instanceof JsonNumber) return floating
  if (Array.isArray(value)) {
    const items = value.map(inferSchema).reduce(common, null)
    return make.array(items ?? text, { optional: true })
  }
  const fields = Object.entries(value).map(([name, member]) => [name, inferSchema(member) ?? text] as const)
  return make.struct(fields, { optional: true })
}

const text = make.string({ optional: true })
const integer = make.int64({ optional: true })
const floating = make.float64({ optional: true })

/** The schema that can hold what either of two can. */
function common(a: Schema | null, b: Schema | null): Schema | null {
  if (a === null || b === null) return a ?? b
  if (a.type === 'STRUCT' && b.type === 'STRUCT') return commonStruct(a, b)
  if (a.type === 'ARRAY' && b.type === 'ARRAY') {
    return make.array(common(a.valueSchema, b.valueSchema) ?? text, { optional: true })
  }
  if (a.type === b.type) return a
  return isNumeric(a) && isNumeric(b) ? floating : text
}

function commonStruct(a: StructSchema, b: StructSchema): StructSchema {
  const fields = new Map(a.fields.map((field) => [field.name, field.schema]))
  for (const { name, schema } of b.fields) fields.set(name, common(fields.get(name) ?? null, schema) ?? text)
  return make.struct([...fields], { optional: true })
}

function isNumeric({ type }: Schema): boolean {
  return type === 'INT64' || type === 'FLOAT64'
}

/** The value as one of a schema that {@link inferSchema} has found for it. */
export function toInferred(schema: Schema, value: JsonValue): unknown {
  if (value === null) return null
  switch (schema.type) {
    case 'INT64':
      return BigInt(value as number | bigint)
    case 'FLOAT64':
      return Number(String(value))
    case 'ARRAY':
      return (value as JsonValue[]).map((item) => toInferred(schema.valueSchema, item))
    case 'STRUCT': {
      const values = new Map<string, unknown>()
      const object = isMap(value) ? (value as Record<string, JsonValue>) : {}
      for (const field of schema.fields) {
        const member = Object.hasOwn(object, field.name) ? object[field.name] : null
        values.set(field.name, toInferred(field.schema, member ?? null))
      }
      return new Struct(schema, values)
    }
    case 'STRING':
      return typeof value === 'string' ? value : stringifyJson(value)
    default:
      return value
  }
}
