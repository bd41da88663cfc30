/**
 * Payloads of JsonConverter's envelope to Connect values. Numbers are coerced the way Kafka Connect does: out of range
 * integers wrap, a string where a number should be counts as 0. Other mismatches are errors.
 */
import {
  type ArraySchema,
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
import type { JsonOptions } from './json-options.ts'
import { deeper } from './json-text.ts'

const msPerDay = 86_400_000
const maxDateMs = 8.64e15

/** Reads a payload with its schema. */
export function payloadToConnect(
  schema: Schema,
  json: JsonValue | undefined,
  options: JsonOptions,
  depth = 0,
): unknown {
  if (json === null || json === undefined) {
    if (schema.default !== undefined && options.replaceNullWithDefault) return schema.default
    if (schema.optional) return null
    throw new DataError('json.null', `Invalid null value for required ${schema.type} field`)
  }
  switch (schema.type) {
    case 'ARRAY':
      if (!Array.isArray(json)) throw mismatch(schema, json)
      return itemsOf(schema, json, options, deeper(depth))
    case 'MAP':
      return mapOf(schema, json, options, deeper(depth))
    case 'STRUCT':
      if (!isObject(json)) throw mismatch(schema, json)
      return structOf(schema, json, options, deeper(depth))
    default:
      return schema.name === null ? primitiveOf(schema, json) : logicalOf(schema, json)
  }
}

function itemsOf(schema: ArraySchema, json: readonly JsonValue[], options: JsonOptions, depth: number): unknown[] {
  return json.map((item) => payloadToConnect(schema.valueSchema, item, options, depth))
}

/** String keys are written as an object; pairs are read for them too. */
function mapOf(schema: MapSchema, json: JsonValue, options: JsonOptions, depth: number): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>()
  if (Array.isArray(json)) {
    for (const pair of json) {
      if (!Array.isArray(pair) || pair.length !== 2) throw mismatch(schema, pair, ': its entries must be [key, value]')
      const key = payloadToConnect(schema.keySchema, pair[0], options, depth)
      map.set(key, payloadToConnect(schema.valueSchema, pair[1], options, depth))
    }
    return map
  }
  if (!isObject(json)) throw mismatch(schema, json)
  if (schema.keySchema.type !== 'STRING') throw mismatch(schema, json, ': keys other than strings come as pairs')
  for (const [key, value] of Object.entries(json)) {
    map.set(key, payloadToConnect(schema.valueSchema, value, options, depth))
  }
  return map
}

function structOf(
  schema: StructSchema,
  json: { [key: string]: JsonValue },
  options: JsonOptions,
  depth: number,
): Struct {
  const values = new Map<string, unknown>()
  for (const field of schema.fields) {
    try {
      const member = Object.hasOwn(json, field.name) ? json[field.name] : null
      values.set(field.name, payloadToConnect(field.schema, member, options, depth))
    } catch (cause) {
      if (!(cause instanceof DataError)) throw cause
      throw new DataError(cause.code, `${cause.message} (field "${field.name}")`, { cause })
    }
  }
  return new Struct(schema, values)
}

function primitiveOf(schema: PrimitiveSchema, json: JsonValue): unknown {
  switch (schema.type) {
    case 'INT8':
      return narrow(json, 8)
    case 'INT16':
      return narrow(json, 16)
    case 'INT32':
      return narrow(json, 32)
    case 'INT64':
      return BigInt.asIntN(64, BigInt(integerOf(json)))
    case 'FLOAT32':
      return Math.fround(floatOf(json))
    case 'FLOAT64':
      return floatOf(json)
    case 'BOOLEAN':
      if (typeof json !== 'boolean') throw mismatch(schema, json)
      return json
    case 'STRING':
      if (typeof json !== 'string') throw mismatch(schema, json)
      return json
    case 'BYTES':
      return bytesOf(schema, json)
  }
}

function logicalOf(schema: PrimitiveSchema, json: JsonValue): unknown {
  switch (schema.name) {
    case logical.decimal:
      return decimalOf(schema, json)
    case logical.date:
      return dateOf(schema, int32Of(schema, json) * msPerDay)
    case logical.time: {
      const ms = int32Of(schema, json)
      if (ms < 0 || ms > msPerDay) throw mismatch(schema, json, `: it must lie between 0 and ${msPerDay}`)
      return new Date(ms)
    }
    case logical.timestamp: {
      if (typeof json !== 'bigint' && !Number.isInteger(json)) throw mismatch(schema, json)
      return dateOf(schema, Number(json as number | bigint))
    }
    default:
      return primitiveOf(schema, json)
  }
}

function int32Of(schema: Schema, json: JsonValue): number {
  if (typeof json !== 'number' || (json | 0) !== json) throw mismatch(schema, json)
  return json
}

function dateOf(schema: Schema, ms: number): Date {
  if (Math.abs(ms) > maxDateMs) throw new DataError('json.mismatch', `${schema.name} of ${ms} ms is out of range`)
  return new Date(ms)
}

/** The number's scale is made the schema's where that loses nothing, as `12.3` for a scale of 2. */
function decimalOf(schema: PrimitiveSchema, json: JsonValue): Decimal {
  const scale = Number(schema.parameters?.scale)
  if (!Number.isInteger(scale)) throw new DataError('json.schema', 'Invalid Decimal schema: scale parameter not found.')
  if (typeof json === 'string') return Decimal.fromBytes(bytesOf(schema, json), scale)
  if (!isNumber(json)) throw mismatch(schema, json)
  const decimal = Decimal.parse(String(json))
  const shift = scale - decimal.scale
  if (shift >= 0) return new Decimal(decimal.unscaled * 10n ** BigInt(shift), scale)
  const divisor = 10n ** BigInt(-shift)
  return decimal.unscaled % divisor === 0n ? new Decimal(decimal.unscaled / divisor, scale) : decimal
}

function bytesOf(schema: Schema, json: JsonValue): Buffer {
  if (typeof json !== 'string') throw mismatch(schema, json)
  if (json.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(json)) throw mismatch(schema, json, ' that is not base64')
  return Buffer.from(json, 'base64')
}

function narrow(json: JsonValue, bits: number): number {
  const integer = integerOf(json)
  if (typeof integer === 'number') {
    const limit = 2 ** (bits - 1)
    if (integer >= -limit && integer < limit) return integer
  }
  return Number(BigInt.asIntN(bits, BigInt(integer)))
}

/** The integral part of a number, 0 of anything else. */
function integerOf(json: JsonValue): number | bigint {
  if (typeof json === 'number') return Math.trunc(json) + 0
  if (typeof json === 'bigint') return json
  if (!(json instanceof JsonNumber)) return 0
  const { unscaled, scale } = Decimal.parse(json.source)
  return scale <= 0 ? unscaled * 10n ** BigInt(-scale) : unscaled / 10n ** BigInt(scale)
}

function floatOf(json: JsonValue): number {
  if (json === 'NaN' || json === 'Infinity' || json === '-Infinity') return Number(json)
  return isNumber(json) ? Number(json) : 0
}

function isNumber(json: JsonValue): json is number | bigint | JsonNumber {
  return typeof json === 'number' || typeof json === 'bigint' || json instanceof JsonNumber
}

function isObject(json: JsonValue): json is { [key: string]: JsonValue } {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof JsonNumber)
}

function mismatch(schema: Schema, json: JsonValue, more = ''): DataError {
  const kind = Array.isArray(json) ? 'array' : isNumber(json) ? 'number' : typeof json
  return new DataError('json.mismatch', `${schema.name ?? schema.type} can't be read from a JSON ${kind}${more}`)
}
