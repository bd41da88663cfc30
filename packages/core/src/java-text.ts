/** Numbers as Java prints them, so that texts we write equal those of a JVM worker. @module */
import { Decimal } from './decimal.ts'
import { JsonNumber } from './json.ts'
import type { Schema } from './schema.ts'
import { Struct } from './struct.ts'

/** `1.5`, `1.0`, `1.0E10`. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-3 && size < 1e7)) {
    const text = Object.is(value, -0) ? '-0' : String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent.replace('+', '')}`
}

/** Like {@link doubleText} with no more digits than a 32 bit float needs: `0.1`, not `0.10000000149011612`. */
export function floatText(value: number): string {
  return doubleText(shortestFloat(value))
}

/** A decimal of so few digits comes back from a float, and six digits of the float then give it, unless it is tiny. */
const sureDigits = 6
const tiny = 1e-37

/** The double with the fewest digits that is this 32 bit float: 0.1, and not 0.10000000149011612. */
export function shortestFloat(value: number): number {
  const float = Math.fround(value)
  if (!Number.isFinite(float)) return float
  for (let digits = Math.abs(float) < tiny ? 1 : sureDigits; digits < 9; digits++) {
    const shorter = Number(float.toPrecision(digits))
    if (Object.is(Math.fround(shorter), float)) return shorter
  }
  return float
}

/** As Java's BigDecimal prints it: `12.30`, `1.2E-9`, `1E+2`. */
export function decimalText(decimal: Decimal): string {
  const { unscaled, scale } = decimal
  const digits = String(unscaled < 0n ? -unscaled : unscaled)
  const exponent = digits.length - 1 - scale
  if (scale >= 0 && exponent >= -6) return decimal.toString()
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  return `${unscaled < 0n ? '-' : ''}${digits[0]}${fraction}${exponent === 0 ? '' : `E${exponent < 0 ? '' : '+'}${exponent}`}`
}

/**
 * A value as Java's `toString` prints it: `{a=1}`, `[1, 2]`, `Struct{i8=1}`, `1.0E10`. Bytes become base64 and dates
 * ISO 8601, since Java's own texts for them are of no use.
 */
export function javaText(schema: Schema | null, value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number') {
    if (schema?.type === 'FLOAT32') return floatText(value)
    return schema?.type === 'FLOAT64' || !Number.isSafeInteger(value) ? doubleText(value) : String(value)
  }
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) {
    const items = schema?.type === 'ARRAY' ? schema.valueSchema : null
    return `[${value.map((item) => javaText(items, item)).join(', ')}]`
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Decimal) return decimalText(value)
  if (value instanceof JsonNumber) return value.toString()
  if (value instanceof Struct) {
    const members = value.schema.fields.flatMap((field) => {
      const member = value.getWithoutDefault(field.name)
      return member === null ? [] : [`${field.name}=${javaText(field.schema, member)}`]
    })
    return `Struct{${members.join(',')}}`
  }
  const [keys, values] = schema?.type === 'MAP' ? [schema.keySchema, schema.valueSchema] : [null, null]
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value)
  return `{${[...entries].map(([key, item]) => `${javaText(keys, key)}=${javaText(values, item)}`).join(', ')}}`
}
