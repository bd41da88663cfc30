/** JSON values to Connect values, by a schema. Numbers are never rounded or cut: what does not fit is an error. */
import {
  DataError,
  Decimal,
  JsonNumber,
  type JsonValue,
  logical,
  type MapSchema,
  type PrimitiveSchema,
  type Schema,
  Struct,
  type StructSchema,
} from '@penstock/core'
import { errorInField } from '../field-errors.ts'
import { dateOfDays, dateOfMs, scaleOf, timeOfMs } from '../logical-values.ts'
import { isObject } from './json-documents.ts'
import { isUnionSchema } from './names.ts'

/** `undefined` is a member that is missing: that is taken for null, whatever the schema says. */
export function readValue(schema: Schema, json: JsonValue | undefined): unknown {
  if (json === undefined) return schema.default ?? null
  if (json === null) {
    if (schema.default !== undefined && schema.default !== null) return schema.default
    if (schema.optional) return null
    throw new DataError('json_schema.null', `Invalid null value for required ${schema.type} field`)
  }
  switch (schema.type) {
    case 'ARRAY':
      if (!Array.isArray(json)) throw mismatch(schema, json)
      return json.map((item) => readValue(schema.valueSchema, item))
    case 'MAP':
      return mapOf(schema, json)
    case 'STRUCT':
      return isUnionSchema(schema) ? unionOf(schema, json) : structOf(schema, json)
    case 'BOOLEAN':
      if (typeof json !== 'boolean') throw mismatch(schema, json)
      return json
    case 'STRING':
      return textOf(schema, json)
    case 'BYTES':
      return schema.name === logical.decimal ? decimalOf(schema, json) : bytesOf(schema, json)
    case 'FLOAT32':
      return Math.fround(floatOf(schema, json))
    case 'FLOAT64':
      return floatOf(schema, json)
    case 'INT64': {
      const long = wholeOf(schema, json, 64)
      return schema.name === logical.timestamp ? dateOfMs(Number(long)) : long
    }
    case 'INT32': {
      const int = Number(wholeOf(schema, json, 32))
      if (schema.name === logical.date) return dateOfDays(int)
      return schema.name === logical.time ? timeOfMs(int) : int
    }
    case 'INT16':
      return Number(wholeOf(schema, json, 16))
    case 'INT8':
      return Number(wholeOf(schema, json, 8))
  }
}

function structOf(schema: StructSchema, json: JsonValue): Struct {
  if (!isObject(json)) throw mismatch(schema, json)
  const values = new Map<string, unknown>()
  for (const field of schema.fields) {
    try {
      const member = Object.hasOwn(json, field.name) ? json[field.name] : undefined
      values.set(field.name, readValue(field.schema, member))
    } catch (error) {
      throw errorInField(field.name, error)
    }
  }
  return new Struct(schema, values)
}

function mapOf(schema: MapSchema, json: JsonValue): Map<unknown, unknown> {
  const { keySchema, valueSchema } = schema
  if (keySchema.type === 'STRING' && !keySchema.optional) {
    if (!isObject(json)) throw mismatch(schema, json)
    return new Map(Object.entries(json).map(([name, value]) => [name, readValue(valueSchema, value)]))
  }
  if (!Array.isArray(json)) throw mismatch(schema, json)
  return new Map(
    json.map((entry) => {
      if (!isObject(entry)) throw mismatch(schema, entry, ': its entries must be objects of key and value')
      return [readValue(keySchema, entry.key ?? null), readValue(valueSchema, entry.value ?? null)]
    }),
  )
}

/** The first branch of the value's type, or the struct that has most of its members. */
function unionOf(schema: StructSchema, json: JsonValue): Struct {
  const simple = schema.fields.find((field) => isOfType(field.schema, json))
  if (simple !== undefined) return new Struct(schema, { [simple.name]: readValue(simple.schema, json) })
  let best: { readonly name: string; readonly schema: Schema } | undefined
  let mostMatches = 0
  for (const field of schema.fields) {
    const matches = sharedNames(field.schema, json)
    if (matches > mostMatches) {
      best = field
      mostMatches = matches
    }
  }
  if (best === undefined) throw mismatch(schema, json, ': none of the branches of the union fits')
  return new Struct(schema, { [best.name]: readValue(best.schema, json) })
}

function isOfType(schema: Schema, json: JsonValue): boolean {
  switch (schema.type) {
    case 'BOOLEAN':
      return typeof json === 'boolean'
    case 'STRING':
      return typeof json === 'string'
    case 'BYTES':
      return schema.name === logical.decimal && isNumber(json) ? true : typeof json === 'string' && isBase64(json)
    case 'FLOAT32':
    case 'FLOAT64':
      return isNumber(json)
    case 'ARRAY':
      return Array.isArray(json)
    case 'MAP':
      return Array.isArray(json) || isObject(json)
    case 'STRUCT':
      return false
    default:
      return isNumber(json) && wholeOrNull(json) !== null
  }
}

function sharedNames(schema: Schema, json: JsonValue): number {
  if (schema.type !== 'STRUCT' || !isObject(json)) return 0
  let shared = 0
  for (const field of schema.fields) {
    const member = Object.hasOwn(json, field.name) ? json[field.name] : undefined
    if (member !== undefined) shared += 1 + sharedNames(field.schema, member)
  }
  return shared
}

function textOf(schema: Schema, json: JsonValue): string {
  if (typeof json === 'string') return json
  // Enums may list numbers and booleans; Connect's are texts.
  if (schema.parameters !== null && (isNumber(json) || typeof json === 'boolean')) return String(json)
  throw mismatch(schema, json)
}

function bytesOf(schema: Schema, json: JsonValue): Buffer {
  if (typeof json !== 'string') throw mismatch(schema, json)
  if (!isBase64(json)) throw mismatch(schema, json, ' that is not base64')
  return Buffer.from(json, 'base64')
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}

/** A number's scale is made the schema's where that loses nothing, as `12.3` for a scale of 2. */
function decimalOf(schema: PrimitiveSchema, json: JsonValue): Decimal {
  const scale = scaleOf(schema)
  if (!isNumber(json)) return Decimal.fromBytes(bytesOf(schema, json), scale)
  const { unscaled, scale: given } = Decimal.parse(String(json))
  if (given <= scale) return new Decimal(unscaled * 10n ** BigInt(scale - given), scale)
  const divisor = 10n ** BigInt(given - scale)
  if (unscaled % divisor !== 0n) throw mismatch(schema, json, `: it has more than ${scale} digits after the point`)
  return new Decimal(unscaled / divisor, scale)
}

function floatOf(schema: Schema, json: JsonValue): number {
  if (json === 'NaN' || json === 'Infinity' || json === '-Infinity') return Number(json)
  if (!isNumber(json)) throw mismatch(schema, json)
  return Number(json)
}

function wholeOf(schema: Schema, json: JsonValue, bits: number): bigint {
  const whole = isNumber(json) ? wholeOrNull(json) : null
  if (whole === null) throw mismatch(schema, json)
  if (BigInt.asIntN(bits, whole) !== whole) throw mismatch(schema, json, `: ${whole} is out of range`)
  return whole
}

/** The number as an integer, `1.0` and `1e3` too; null where it has a fraction. */
function wholeOrNull(json: number | bigint | JsonNumber): bigint | null {
  if (typeof json === 'bigint') return json
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : null
  const { unscaled, scale } = Decimal.parse(json.source)
  // A number beyond this fits no integer; its digits are not worth the memory.
  if (scale < -30) return null
  if (scale <= 0) return unscaled * 10n ** BigInt(-scale)
  const divisor = 10n ** BigInt(scale)
  return unscaled % divisor === 0n ? unscaled / divisor : null
}

function isNumber(json: JsonValue): json is number | bigint | JsonNumber {
  return typeof json === 'number' || typeof json === 'bigint' || json instanceof JsonNumber
}

function mismatch(schema: Schema, json: JsonValue, more = ''): DataError {
  const kind = Array.isArray(json) ? 'array' : isNumber(json) ? 'number' : json === null ? 'null' : typeof json
  return new DataError('json_schema.mismatch', `${schema.name ?? schema.type} can't be read from a JSON ${kind}${more}`)
}
