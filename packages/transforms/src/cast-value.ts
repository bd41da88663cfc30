/** Casts one value as Connect's Cast does. @module */
import {
  assertNever,
  DataError,
  Decimal,
  doubleText,
  floatText,
  headerText,
  type JsonNumber,
  logical,
  type Schema,
  type SchemaType,
  Struct,
} from '@penstock/core'
import { isMap, javaClassOf } from './fields.ts'
import {
  type AnyNumber,
  type IntegerBits,
  isFloating,
  isNumber,
  parseFloating,
  parseInteger,
  plainFloat,
  plainInteger,
  toDouble,
  toInteger,
} from './java-numbers.ts'

export const castTypes = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string'] as const
export type CastType = (typeof castTypes)[number]

const inputTypes: readonly SchemaType[] = [
  ...(['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64', 'BOOLEAN', 'STRING', 'BYTES'] as const),
]

/** Null stays null. Throws DataError for a value that the type can't hold or that nothing can be cast from. */
export function castValue(schema: Schema | null, value: unknown, type: CastType): unknown {
  if (value === null || value === undefined) return null
  const input = schema?.type ?? inferredType(value)
  if (!inputTypes.includes(input)) {
    throw new DataError(
      'cast.input_type',
      `Cast transformation does not support casting from ${input}; supported types are [${inputTypes.join(', ')}]`,
    )
  }
  switch (type) {
    case 'string':
      return castToString(schema, value)
    case 'boolean':
      return castToBoolean(schema, encoded(schema, value))
    case 'float32':
    case 'float64':
      return castToFloat(schema, encoded(schema, value), type === 'float32')
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return castToInteger(schema, encoded(schema, value), Number(type.slice(3)) as IntegerBits)
    default:
      return assertNever(type)
  }
}

function inferredType(value: unknown): SchemaType {
  if (typeof value === 'string') return 'STRING'
  if (typeof value === 'boolean') return 'BOOLEAN'
  if (Array.isArray(value)) return 'ARRAY'
  if (value instanceof Struct) return 'STRUCT'
  if (value instanceof Uint8Array) return 'BYTES'
  if (value instanceof Map || isMap(value)) return 'MAP'
  if (isNumber(value) && !(value instanceof Decimal)) return isFloating(null, value) ? 'FLOAT64' : 'INT64'
  throw new DataError(
    'cast.input_type',
    `Cast transformation was passed a value of type class ${javaClassOf(value)} which is not supported by Connect's data API`,
  )
}

const dayMs = 86_400_000

/** The number behind a date. */
function encoded(schema: Schema | null, value: unknown): unknown {
  if (!(value instanceof Date)) return value
  const ms = value.getTime()
  return schema?.name === logical.date ? BigInt(Math.floor(ms / dayMs)) : BigInt(ms)
}

function castToInteger(schema: Schema | null, value: unknown, bits: IntegerBits): number | bigint {
  const whole = wholeOf(schema, value, bits)
  if (schema === null) return plainInteger(whole)
  return bits === 64 ? whole : Number(whole)
}

function wholeOf(schema: Schema | null, value: unknown, bits: IntegerBits): bigint {
  if (isNumber(value)) return toInteger(schema, value, bits)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'string') return parseInteger(value, bits) ?? outOfRange(value)
  return unexpected(value)
}

function castToFloat(schema: Schema | null, value: unknown, single: boolean): number | JsonNumber {
  const double = doubleOf(value)
  if (schema === null) return plainFloat(single ? Math.fround(double) : double, single)
  return single ? Math.fround(double) : double
}

function doubleOf(value: unknown): number {
  if (isNumber(value)) return toDouble(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string') return parseFloating(value) ?? outOfRange(value)
  return unexpected(value)
}

/** Fractions are cut off first: 0.5 is false. */
function castToBoolean(schema: Schema | null, value: unknown): boolean {
  if (isNumber(value)) return toInteger(schema, value, 64) !== 0n
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return value.toLowerCase() === 'true'
  return unexpected(value)
}

function castToString(schema: Schema | null, value: unknown): string {
  if (isNumber(value)) return numberText(schema, value)
  return value instanceof Date || value instanceof Uint8Array ? headerText(schema, value) : String(value)
}

function numberText(schema: Schema | null, value: AnyNumber): string {
  if (value instanceof Decimal) return headerText(schema, value)
  if (!isFloating(schema, value)) return String(value)
  return schema?.type === 'FLOAT32' ? floatText(toDouble(value)) : doubleText(toDouble(value))
}

function outOfRange(value: string): never {
  throw new DataError('cast.out_of_range', `Value (${value}) was out of range for requested data type`)
}

function unexpected(value: unknown): never {
  throw new DataError('cast.input_type', `Unexpected type in Cast transformation: class ${javaClassOf(value)}`)
}
