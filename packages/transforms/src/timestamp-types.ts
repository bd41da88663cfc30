/** The representations of a timestamp that TimestampConverter knows, and the way between them. @module */
import { assertNever, DataError, JsonNumber, logical, schema as make, type Schema } from '@penstock/core'
import { formatterOf } from './date-format.ts'
import { parserOf } from './date-parse.ts'
import { parseDatePattern } from './date-pattern.ts'
import { javaClassOf } from './fields.ts'

export const timestampTypes = ['string', 'unix', 'Date', 'Time', 'Timestamp'] as const
export type TimestampType = (typeof timestampTypes)[number]

export const unixPrecisions = ['nanoseconds', 'microseconds', 'milliseconds', 'seconds'] as const
export type UnixPrecision = (typeof unixPrecisions)[number]

/** Reads and writes timestamps of every type; between them they are epoch milliseconds. */
export interface TimestampCodec {
  /** Throws DataError for a value that is not of the type. */
  toMs(type: TimestampType, value: unknown): bigint
  fromMs(type: TimestampType, ms: bigint): unknown
}

/** `format` is a pattern of SimpleDateFormat; null allows no strings. Throws Error for a pattern that Java refuses. */
export function timestampCodec(format: string | null, precision: UnixPrecision, now: number): TimestampCodec {
  const pattern = format === null ? null : parseDatePattern(format)
  const parse = pattern === null ? null : parserOf(pattern, now)
  const print = pattern === null ? null : formatterOf(pattern)
  return {
    toMs(type, value) {
      if (type === 'unix') return unixToMs(value, precision)
      if (type !== 'string')
        return value instanceof Date ? BigInt(value.getTime()) : wrongClass(type, 'java.util.Date', value)
      if (typeof value !== 'string') return wrongClass('string timestamp', 'String', value)
      if (parse === null) {
        throw new DataError(
          'timestamp_converter.no_format',
          'the timestamp is a string: format must say how to read it',
        )
      }
      const ms = parse(value)
      if (ms !== undefined && Number.isFinite(ms)) return BigInt(ms)
      throw new DataError(
        'timestamp_converter.unreadable',
        `Could not parse timestamp: value (${value}) does not match pattern (${format})`,
      )
    },
    fromMs(type, ms) {
      switch (type) {
        case 'string':
          return (print as (ms: number) => string)(dateOf(ms).getTime())
        case 'unix':
          return msToUnix(ms, precision)
        case 'Date':
          return dateOf(ms - modulo(ms, dayMs))
        case 'Time':
          return dateOf(modulo(ms, dayMs))
        case 'Timestamp':
          return dateOf(ms)
        default:
          return assertNever(type)
      }
    },
  }
}

/** The type that a schema says. Throws DataError for one that holds no timestamps. */
export function typeOfSchema(schema: Schema): TimestampType {
  switch (schema.name) {
    case logical.timestamp:
      return 'Timestamp'
    case logical.date:
      return 'Date'
    case logical.time:
      return 'Time'
  }
  if (schema.type === 'STRING') return 'string'
  if (schema.type === 'INT64') return 'unix'
  throw new DataError(
    'timestamp_converter.schema',
    `Schema ${schema.name === null ? '' : `${schema.name}:`}${schema.type} does not correspond to a known timestamp type format`,
  )
}

/** The type that a value without a schema shows. */
export function typeOfValue(value: unknown): TimestampType {
  if (value instanceof Date) return 'Timestamp'
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return 'unix'
  if (typeof value === 'string') return 'string'
  throw new DataError(
    'timestamp_converter.type',
    `TimestampConverter does not support class ${javaClassOf(value)} objects as timestamps`,
  )
}

export function schemaOfType(type: TimestampType, optional: boolean): Schema {
  switch (type) {
    case 'string':
      return make.string({ optional })
    case 'unix':
      return make.int64({ optional })
    case 'Date':
      return make.date({ optional })
    case 'Time':
      return make.time({ optional })
    case 'Timestamp':
      return make.timestamp({ optional })
    default:
      return assertNever(type)
  }
}

const dayMs = 86_400_000n
const perMs: Readonly<Partial<Record<UnixPrecision, bigint>>> = { microseconds: 1000n, nanoseconds: 1_000_000n }

/** What is finer than a millisecond is cut off. */
function unixToMs(value: unknown, precision: UnixPrecision): bigint {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return wrongClass('Unix timestamp', 'Long', value)
  const unix = BigInt(value as number | bigint)
  return precision === 'seconds' ? clamped(unix * 1000n) : unix / (perMs[precision] ?? 1n)
}

function msToUnix(ms: bigint, precision: UnixPrecision): bigint {
  return precision === 'seconds' ? ms / 1000n : clamped(ms * (perMs[precision] ?? 1n))
}

const longLimit = 2n ** 63n

function clamped(value: bigint): bigint {
  return value >= longLimit ? longLimit - 1n : value < -longLimit ? -longLimit : value
}

function modulo(value: bigint, by: bigint): bigint {
  return ((value % by) + by) % by
}

function dateOf(ms: bigint): Date {
  const date = new Date(Number(ms))
  if (!Number.isNaN(date.getTime())) return date
  throw new DataError(
    'timestamp_converter.out_of_range',
    `the timestamp ${ms} ms lies more than 270,000 years off; is unix.precision what the numbers are in?`,
  )
}

function wrongClass(what: string, expected: string, value: unknown): never {
  const found = value instanceof JsonNumber ? 'java.lang.Double' : javaClassOf(value)
  throw new DataError('timestamp_converter.type', `Expected ${what} to be a ${expected}, but found class ${found}`)
}
