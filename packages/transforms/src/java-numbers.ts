/**
 * Numbers as Java's narrowing conversions and parsers treat them. Without a schema, a `number` that is a safe integer and a
 * `bigint` are Java's Long; any other `number` and a JsonNumber are Double.
 * @module
 */
import { Decimal, doubleText, floatText, JsonNumber, type Schema } from '@penstock/core'

export type AnyNumber = number | bigint | JsonNumber | Decimal

export function isNumber(value: unknown): value is AnyNumber {
  return (
    typeof value === 'number' || typeof value === 'bigint' || value instanceof JsonNumber || value instanceof Decimal
  )
}

/** Whether a number is a floating point one, by its schema or else by its look. */
export function isFloating(schema: Schema | null, value: AnyNumber): boolean {
  if (value instanceof JsonNumber) return true
  if (typeof value !== 'number') return false
  return schema === null ? !Number.isSafeInteger(value) : schema.type === 'FLOAT32' || schema.type === 'FLOAT64'
}

export type IntegerBits = 8 | 16 | 32 | 64

/** Keeps the low bits. A floating point number is cut off first, to the nearest of 32 bits if it is for fewer. */
export function toInteger(schema: Schema | null, value: AnyNumber, bits: IntegerBits): bigint {
  if (isFloating(schema, value)) return BigInt.asIntN(bits, saturated(toDouble(value), bits === 64 ? 64 : 32))
  return BigInt.asIntN(bits, value instanceof Decimal ? wholePart(value) : BigInt(value as number | bigint))
}

function saturated(value: number, bits: 32 | 64): bigint {
  if (Number.isNaN(value)) return 0n
  const limit = 2n ** BigInt(bits - 1)
  const whole = BigInt(Number.isFinite(value) ? Math.trunc(value) : value > 0 ? limit : -limit)
  return whole >= limit ? limit - 1n : whole < -limit ? -limit : whole
}

function wholePart({ unscaled, scale }: Decimal): bigint {
  return scale > 0 ? unscaled / 10n ** BigInt(scale) : unscaled * 10n ** BigInt(-scale)
}

export function toDouble(value: AnyNumber): number {
  return typeof value === 'object' ? value.toNumber() : Number(value)
}

/** What a schemaless map holds for a Long. */
export function plainInteger(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

/** What a schemaless map holds for a Double or Float: whole ones keep their ".0", which tells them from a Long. */
export function plainFloat(value: number, single = false): number | JsonNumber {
  const text = single ? floatText(value) : doubleText(value)
  return Number.isInteger(value) ? new JsonNumber(text) : Number(text)
}

/** Java's parseByte, parseShort, parseInt and parseLong: digits alone, within the range; else undefined. */
export function parseInteger(text: string, bits: IntegerBits): bigint | undefined {
  if (!/^[+-]?\d{1,100}$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return BigInt.asIntN(bits, value) === value ? value : undefined
}

const decimalFloat = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const hexFloat = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/

/** Java's parseFloat and parseDouble: spaces around and a type suffix are allowed; undefined for what is no number. */
export function parseFloating(text: string): number | undefined {
  const number = trimControls(text).replace(/(?<=[\d.])[fFdD]$/, '')
  const named = /^([+-]?)(NaN|Infinity)$/.exec(number)
  if (named) return named[2] === 'NaN' ? Number.NaN : named[1] === '-' ? -Infinity : Infinity
  if (decimalFloat.test(number)) return Number(number)
  const hex = hexFloat.exec(number)
  if (!hex || `${hex[2]}${hex[3]}` === '') return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = hex
  const mantissa = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length)
  return sign === '-' ? -mantissa : mantissa
}

/** Java's `trim`: everything up to the space goes, unlike in JavaScript. */
function trimControls(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && text.charCodeAt(start) <= 0x20) start++
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--
  return text.slice(start, end)
}

/** Java's `new BigDecimal(text)`; undefined for what it refuses. */
export function parseDecimal(text: string): Decimal | undefined {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/.test(text) || text.length > 1000) return undefined
  return Decimal.parse(text.replace(/^([+-]?)\./, '$10.'))
}
