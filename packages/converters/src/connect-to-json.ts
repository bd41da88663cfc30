/** Connect values to the JSON text of a payload. @module */
import {
  DataError,
  Decimal,
  doubleText,
  floatText,
  logical,
  type MapSchema,
  type PrimitiveSchema,
  type Schema,
  Struct,
  type StructSchema,
  schemasEqual,
  stringifyJson,
} from '@penstock/core'
import type { JsonOptions } from './json-options.ts'
import { asBuffer, deeper } from './json-text.ts'
import { kindOf } from './value-kind.ts'

const msPerDay = 86_400_000
const integerBits: Partial<Record<Schema['type'], number>> = { INT8: 8, INT16: 16, INT32: 32, INT64: 64 }

/** Writes a value. Throws DataError where it doesn't fit its schema. */
export function payloadToJson(schema: Schema | null, value: unknown, options: JsonOptions, depth = 0): string {
  if (schema === null) return schemalessToJson(value, options, depth)
  if (value === null || value === undefined) {
    if (schema.default !== undefined && schema.default !== null && options.replaceNullWithDefault) {
      return payloadToJson(schema, schema.default, options, depth)
    }
    if (schema.optional) return 'null'
    throw new DataError('json.null', 'Conversion error: null value for field that is required and has no default value')
  }
  switch (schema.type) {
    case 'ARRAY': {
      if (!Array.isArray(value)) throw mismatch(schema, value)
      const inner = deeper(depth)
      return `[${value.map((item) => payloadToJson(schema.valueSchema, item, options, inner)).join(',')}]`
    }
    case 'MAP':
      return mapToJson(schema, value, options, deeper(depth))
    case 'STRUCT':
      return structToJson(schema, value, options, deeper(depth))
    default:
      return schema.name === null ? primitiveToJson(schema, value) : logicalToJson(schema, value, options)
  }
}

function structToJson(schema: StructSchema, value: unknown, options: JsonOptions, depth: number): string {
  if (!(value instanceof Struct)) throw mismatch(schema, value)
  if (!schemasEqual(value.schema, schema)) throw new DataError('json.mismatch', 'Mismatching schema.')
  let text = ''
  for (const field of schema.fields) {
    const member = payloadToJson(field.schema, value.getWithoutDefault(field.name), options, depth)
    text += `${text === '' ? '' : ','}${JSON.stringify(field.name)}:${member}`
  }
  return `{${text}}`
}

function mapToJson(schema: MapSchema, value: unknown, options: JsonOptions, depth: number): string {
  const entries = value instanceof Map ? [...value] : isPlain(value) ? Object.entries(value) : undefined
  if (entries === undefined) throw mismatch(schema, value)
  const valueText = (item: unknown): string => payloadToJson(schema.valueSchema, item, options, depth)
  if (schema.keySchema.type === 'STRING') {
    return `{${entries.map(([key, item]) => `${payloadToJson(schema.keySchema, key, options, depth)}:${valueText(item)}`).join(',')}}`
  }
  return `[${entries.map(([key, item]) => `[${payloadToJson(schema.keySchema, key, options, depth)},${valueText(item)}]`).join(',')}]`
}

function primitiveToJson(schema: PrimitiveSchema, value: unknown): string {
  switch (schema.type) {
    case 'FLOAT32':
    case 'FLOAT64': {
      if (typeof value !== 'number') throw mismatch(schema, value)
      if (!Number.isFinite(value)) return `"${value}"`
      return schema.type === 'FLOAT32' ? floatText(value) : doubleText(value)
    }
    case 'BOOLEAN':
      if (typeof value !== 'boolean') throw mismatch(schema, value)
      return String(value)
    case 'STRING':
      if (typeof value !== 'string') throw mismatch(schema, value)
      return JSON.stringify(value)
    case 'BYTES':
      if (!(value instanceof Uint8Array)) throw mismatch(schema, value)
      return `"${asBuffer(value).toString('base64')}"`
    default:
      return integerToJson(schema, value)
  }
}

function integerToJson(schema: PrimitiveSchema, value: unknown): string {
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value) ? BigInt(value as bigint | number) : undefined
  if (whole === undefined || BigInt.asIntN(integerBits[schema.type] ?? 64, whole) !== whole)
    throw mismatch(schema, value)
  return String(whole)
}

function logicalToJson(schema: PrimitiveSchema, value: unknown, options: JsonOptions): string {
  switch (schema.name) {
    case logical.decimal: {
      if (!(value instanceof Decimal)) throw mismatch(schema, value)
      if (value.scale !== Number(schema.parameters?.scale)) {
        throw new DataError(
          'json.mismatch',
          `a Decimal of scale ${value.scale} does not fit a schema of scale ${schema.parameters?.scale}`,
        )
      }
      return options.decimals === 'NUMERIC' ? value.toString() : `"${value.toBytes().toString('base64')}"`
    }
    case logical.date: {
      const days = msOf(schema, value) / msPerDay
      if (!Number.isInteger(days)) throw mismatch(schema, value, ' with a time of day')
      return String(days)
    }
    case logical.time: {
      const ms = msOf(schema, value)
      if (ms < 0 || ms > msPerDay) throw mismatch(schema, value, ' on a day other than 1970-01-01')
      return String(ms)
    }
    case logical.timestamp:
      return String(msOf(schema, value))
    default:
      return primitiveToJson(schema, value)
  }
}

function msOf(schema: Schema, value: unknown): number {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw mismatch(schema, value)
  return value.getTime()
}

/** Schemaless values are JSON already, but a transformation may have put a Struct or a Map among them. */
function schemalessToJson(value: unknown, options: JsonOptions, depth: number): string {
  if (!isRich(value, depth)) return stringifyJson(value)
  if (value instanceof Decimal) return value.toString()
  if (value instanceof Struct) return payloadToJson(value.schema, value, options, depth)
  const inner = deeper(depth)
  const member = (item: unknown): string => schemalessToJson(item, options, inner)
  if (Array.isArray(value)) return `[${value.map(member).join(',')}]`
  if (value instanceof Map && ![...value.keys()].every((key) => typeof key === 'string')) {
    return `[${[...value].map(([key, item]) => `[${member(key)},${member(item)}]`).join(',')}]`
  }
  const entries: [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value as object)
  const members = entries.filter(([, item]) => item !== undefined)
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${member(item)}`).join(',')}}`
}

/** Something that plain JSON writing would not do right, at any depth. */
function isRich(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof Struct || value instanceof Map || value instanceof Decimal) return true
  const items: unknown[] = Array.isArray(value) ? value : isPlain(value) ? Object.values(value) : []
  const inner = deeper(depth)
  return items.some((item) => isRich(item, inner))
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function mismatch(schema: Schema, value: unknown, more = ''): DataError {
  return new DataError('json.mismatch', `Invalid type for ${schema.name ?? schema.type}: ${kindOf(value)}${more}`)
}
