import { Decimal } from './decimal.ts'
import { decimalText, doubleText, floatText } from './java-text.ts'
import { JsonNumber } from './json.ts'
import type { Schema } from './schema.ts'
import { Struct } from './struct.ts'

const msPerDay = 86_400_000

/** A header's value as SimpleHeaderConverter writes it: JSON-like, with bare strings at the top. */
export function headerText(schema: Schema | null, value: unknown, embedded = false): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return embedded ? quoted(value) : value
  if (typeof value === 'number') {
    if (schema?.type === 'FLOAT32') return floatText(value)
    return schema?.type === 'FLOAT64' || !Number.isSafeInteger(value) ? doubleText(value) : String(value)
  }
  if (typeof value !== 'object') return String(value)
  if (value instanceof Uint8Array) {
    const base64 = Buffer.from(value).toString('base64')
    return embedded ? `"${base64}"` : base64
  }
  if (value instanceof Decimal) return decimalText(value)
  if (value instanceof JsonNumber) return value.toString()
  if (value instanceof Date) return dateText(value)
  if (Array.isArray(value)) {
    const items = schema?.type === 'ARRAY' ? schema.valueSchema : null
    return `[${value.map((item) => headerText(items, item, true)).join(',')}]`
  }
  if (value instanceof Struct) {
    const members = value.schema.fields.map(
      (field) => `${quoted(field.name)}:${headerText(field.schema, value.get(field.name), true)}`,
    )
    return `{${members.join(',')}}`
  }
  const [keys, values] = schema?.type === 'MAP' ? [schema.keySchema, schema.valueSchema] : [null, null]
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value)
  return `{${[...entries].map(([key, item]) => `${headerText(keys, key, true)}:${headerText(values, item, true)}`).join(',')}}`
}

/** The form depends on the value alone, so that reading finds the same logical type. */
function dateText(date: Date): string {
  const ms = date.getTime()
  const iso = date.toISOString()
  if (ms >= 0 && ms < msPerDay) return iso.slice(11)
  return ms % msPerDay === 0 ? iso.slice(0, -14) : iso
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
