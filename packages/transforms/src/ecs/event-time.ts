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
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?)(?:Z|([+-](?:[01]\d|2[0-3]))(?::?([0-5]\d))?)?)?$/i

/** As it is in most documents: nothing to change, in a month of at least 29 days. */
const canonical = /^\d{4}-(?:0[13-9]|1[0-2])-(?:0[1-9]|[12]\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/

function ofIso(text: string): EventTime | null {
  if (canonical.test(text)) return new IsoTime(text)
  const match = iso.exec(text)
  if (match === null) return null
  const [, year = '', month = '', day = '', time = '00:00', hours, minutes = '00'] = match
  // Date.parse takes 31 February for a day of March.
  if (Number(day) > 28 && Number(day) > daysOf(Number(year), Number(month))) return null
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`
  return new IsoTime(`${year}-${month}-${day}T${time.replace(',', '.')}${zone}`)
}

/** Documents without a schema never ask for the milliseconds. */
class IsoTime implements EventTime {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  get ms(): number {
    return Date.parse(this.text)
  }
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}
