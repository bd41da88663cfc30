import { ConfigError, Decimal, messageOf, Struct, stringifyJson } from '@penstock/core'
import { parseFieldPath } from './field-path.ts'
import { isMap, member } from './fields.ts'

/** The path that a key of a configuration gives; dots lead into nested fields. Throws ConfigError. */
export function pathOfKey(name: string, path: string): readonly string[] {
  try {
    return parseFieldPath(path, 'V2')
  } catch (error) {
    throw new ConfigError([
      { key: name, message: `Invalid value ${path} for configuration ${name}: ${messageOf(error)}` },
    ])
  }
}

/** What a path leads to in maps and structs; null where there is nothing. */
export function valueAtPath(value: unknown, path: readonly string[]): unknown {
  let current: unknown = value
  for (const step of path) {
    if (current instanceof Struct) current = current.has(step) ? current.get(step) : null
    else if (current instanceof Map) current = current.get(step)
    else current = isMap(current) ? member(current, step) : null
  }
  return current ?? null
}

/**
 * A text that is the same for equal values: strings as they are, bytes as hexadecimal digits, dates as ISO 8601, all
 * else as JSON.
 */
export function identityText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Decimal) return value.toString()
  return stringifyJson(plain(value))
}

/** Structs keep their values private, and their fields always in one order; the names of maps come in any. */
function plain(value: unknown): unknown {
  if (value instanceof Struct) {
    return value.schema.fields.map(({ name }) => [name, plain(value.getWithoutDefault(name))])
  }
  if (value instanceof Decimal) return value.toString()
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) return [...value].map(([name, item]) => [plain(name), plain(item)]).sort(byText)
  return isMap(value)
    ? Object.entries(value)
        .map(([name, item]) => [name, plain(item)])
        .sort(byText)
    : value
}

function byText([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1
}
