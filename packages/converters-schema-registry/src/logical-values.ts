/** The logical types' values from and to what they are encoded as; the same for Avro and Protobuf. */
import { DataError, Decimal, logical, type Schema } from '@penstock/core'

const msPerDay = 86_400_000
const maxDateMs = 8.64e15

export function dateOfDays(days: number): Date {
  return dateOfMs(days * msPerDay)
}

export function timeOfMs(ms: number): Date {
  if (ms < 0 || ms > msPerDay) {
    throw new DataError('schema_registry.time', `a Time of ${ms} ms does not lie between 0 and ${msPerDay}`)
  }
  return new Date(ms)
}

export function dateOfMs(ms: number): Date {
  if (Math.abs(ms) > maxDateMs) throw new DataError('schema_registry.date', `a date of ${ms} ms is out of range`)
  return new Date(ms)
}

/** Days since 1970. Throws DataError for another value than a date at midnight UTC. */
export function daysOf(value: unknown): number {
  const days = msOf(value, logical.date) / msPerDay
  if (!Number.isInteger(days)) throw misfit(value, logical.date, ', which has a time of day')
  return days
}

/** Milliseconds since midnight. */
export function timeOf(value: unknown): number {
  const ms = msOf(value, logical.time)
  if (ms < 0 || ms > msPerDay) throw misfit(value, logical.time, ', which is another day than 1970-01-01')
  return ms
}

export function timestampOf(value: unknown): bigint {
  return BigInt(msOf(value, logical.timestamp))
}

/** A decimal of the schema's scale. */
export function decimalOf(schema: Schema, value: unknown): Decimal {
  const scale = scaleOf(schema)
  if (!(value instanceof Decimal)) throw misfit(value, logical.decimal)
  if (value.scale !== scale) {
    throw new DataError(
      'schema_registry.misfit',
      `a Decimal of scale ${value.scale} does not fit a schema of scale ${scale}`,
    )
  }
  return value
}

export function scaleOf(schema: Schema): number {
  const scale = Number(schema.parameters?.scale)
  if (Number.isInteger(scale)) return scale
  throw new DataError('schema_registry.misfit', 'Invalid Decimal schema: scale parameter not found.')
}

function msOf(value: unknown, name: string): number {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw misfit(value, name)
  return value.getTime()
}

/** The error of a value that is not of its schema. */
export function misfit(value: unknown, expected: string, more = ''): DataError {
  return new DataError('schema_registry.misfit', `Invalid type for ${expected}: ${kindOf(value)}${more}`)
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value !== 'object') return typeof value
  return value.constructor?.name ?? 'object'
}
