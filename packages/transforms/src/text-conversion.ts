/** Turns a piece of text that a pattern has found into a typed value. @module */
import { type PrimitiveSchema, schema } from '@penstock/core'

export const conversions = ['int64', 'float64', 'boolean', 'timestamp'] as const
export type ConversionName = (typeof conversions)[number]

/** A type that text can be read as. */
export interface Conversion {
  readonly schema: PrimitiveSchema
  /** The value for a field of `schema`; undefined when the text says no such value. */
  typed(text: string): unknown
  /** The same for a schemaless map. */
  plain(typed: unknown): unknown
}

const asIs = (typed: unknown): unknown => typed

export const conversionByName: Readonly<Record<ConversionName | 'string', Conversion>> = {
  string: { schema: schema.string({ optional: true }), typed: asIs, plain: asIs },
  int64: {
    schema: schema.int64({ optional: true }),
    typed: (text) => {
      if (!/^[+-]?\d{1,19}$/.test(text)) return undefined
      const value = BigInt(text.replace('+', ''))
      return BigInt.asIntN(64, value) === value ? value : undefined
    },
    plain: (typed) => (Number.isSafeInteger(Number(typed)) ? Number(typed) : typed),
  },
  float64: {
    schema: schema.float64({ optional: true }),
    typed: (text) => (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : undefined),
    plain: asIs,
  },
  boolean: {
    schema: schema.boolean({ optional: true }),
    typed: (text) => booleans.get(text.toLowerCase()),
    plain: asIs,
  },
  timestamp: {
    schema: schema.timestamp({ optional: true }),
    typed: (text) => {
      const ms = epochMs(text)
      return ms === undefined ? undefined : new Date(ms)
    },
    plain: (typed) => (typed as Date).getTime(),
  },
}

const booleans = new Map([
  ['true', true],
  ['false', false],
])
const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?$/
const accessLog = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})$/
const monthNames = 'JanFebMarAprMayJunJulAugSepOctNovDec'

/** Reads ISO 8601 (UTC without a zone), the times of web servers' access logs, and epoch seconds or milliseconds. */
function epochMs(text: string): number | undefined {
  if (/^\d{10}$/.test(text)) return Number(text) * 1000
  if (/^\d{13}$/.test(text)) return Number(text)
  const date = iso.exec(text)
  if (date) {
    const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone] = date
    return utc([year, month, day, hour, minute, second], Number(fraction.slice(0, 3).padEnd(3, '0')), zone)
  }
  const logged = accessLog.exec(text)
  if (!logged) return undefined
  const [, day, name = '', year, hour, minute, second, zone] = logged
  const month = String(monthNames.indexOf(name) / 3 + 1).padStart(2, '0')
  return utc([year, month, day, hour, minute, second], 0, zone)
}

function utc(parts: readonly (string | undefined)[], ms: number, zone: string | undefined): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number)
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms))
  // Only dates that exist: the engine would take the 31st of April for the 1st of May.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59)
    return undefined
  return date.getTime() - offsetMs(zone)
}

function offsetMs(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const digits = zone.replace(':', '')
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3) || 0)
  return (digits.startsWith('-') ? -minutes : minutes) * 60_000
}
