import { JsonNumber, logical, type Schema } from '@penstock/core'
import type { TimestampCodec, UnixPrecision } from '../timestamp-types.ts'

/** When something happened. The text is ISO 8601 with a zone, and keeps what is finer than a millisecond. */
export interface EventTime {
  readonly ms: number
  readonly text: string
}

/**
 * Reads times: texts of ISO 8601, or of the pattern where one is given, numbers that count since 1970, and logical types.
 * Without a zone UTC is meant. Null for anything else, years beyond 0 to 9999 among them, which Elasticsearch refuses.
 */
export function eventTimeReader(
  codec: TimestampCodec,
  hasPattern: boolean,
  precision: UnixPrecision,
): (schema: Schema | null, value: unknown) => EventTime | null {
  return (schema, value) => {
    if (value instanceof Date) return schema?.name === logical.time ? null : ofMs(value.getTime())
    if (typeof value === 'string') return hasPattern ? ofPattern(codec, value) : ofIso(value)
    if (typeof value === 'bigint') return ofMs(Number(value) * msPer[precision])
    if (typeof value === 'number' || value instanceof JsonNumber) return ofMs(Number(value) * msPer[precision])
    return null
  }
}

export function ofMs(ms: number): EventTime | null {
  // A fraction of seconds times 1000 may fall just short of the millisecond that is meant.
  const whole = Number.isInteger(ms) ? ms : Math.floor(ms + 1e-3)
  return whole >= first && whole <= last ? { ms: whole, text: new Date(whole).toISOString() } : null
}

const first = Date.parse('0000-01-01T00:00:00.000Z')
const last = Date.parse('9999-12-31T23:59:59.999Z')
const msPer: Readonly<Record<UnixPrecision, number>> = {
  seconds: 1000,
  milliseconds: 1,
  microseconds: 1e-3,
  nanoseconds: 1e-6,
}

function ofPattern(codec: TimestampCodec, text: string): EventTime | null {
  try {
    return ofMs(Number(codec.toMs('string', text)))
  } catch {
    return null // the text is none of the pattern; the caller decides what becomes of the record
  }
}

const iso =
  /^(\d{4}-\d\d-\d\d)(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?)(?:(Z)|([+-]\d\d)(?::?(\d\d))?)?)?$/i

function ofIso(text: string): EventTime | null {
  const match = iso.exec(text)
  if (match === null) return null
  const [, day, time = '00:00', , hours, minutes = '00'] = match as unknown as readonly [string, string, ...string[]]
  // Date.parse takes 31 February for a day of March.
  const midnight = Date.parse(`${day}T00:00Z`)
  if (!(midnight >= first) || !new Date(midnight).toISOString().startsWith(day)) return null
  const normal = `${day}T${time.replace(',', '.')}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`
  const ms = Date.parse(normal)
  return Number.isNaN(ms) ? null : { ms, text: normal }
}
