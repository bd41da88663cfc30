/** Places in a record that a configuration names: `customer.id`, `key`, `key.region`, `header.tenant`, `/a/b`. */
import { Decimal, JsonNumber, messageOf, type SinkRecord, Struct } from '@penstock/core'

export interface Reference {
  /** As the user wrote it. */
  readonly text: string
  readonly from: 'key' | 'value' | 'header'
  /** Steps into the key or value; for a header its name alone. */
  readonly path: readonly string[]
}

/**
 * Reads a reference. Without a prefix it means a field of the value; `value.` before it does so too, for fields named
 * like a prefix. One that begins with a slash is a JSON Pointer into the value. Throws Error with the reason.
 */
export function parseReference(text: string): Reference {
  if (text.startsWith('/')) return { text, from: 'value', path: pointerSteps(text) }
  if (text === 'key') return { text, from: 'key', path: [] }
  const [first = '', ...rest] = text.split('.')
  if (first === 'header' && rest.length > 0) return { text, from: 'header', path: filled([rest.join('.')], text) }
  if ((first === 'key' || first === 'value') && rest.length > 0) return { text, from: first, path: filled(rest, text) }
  return { text, from: 'value', path: filled([first, ...rest], text) }
}

/** Reads the path of a field of the value, without prefixes. Throws Error with the reason. */
export function parseValuePath(text: string): Reference {
  return { ...parseReference(text.startsWith('/') ? text : `value.${text}`), text }
}

/** What is wrong with a reference, for the check of a key. */
export function referenceProblem(text: string): string | undefined {
  try {
    parseReference(text)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

function filled(steps: readonly string[], text: string): readonly string[] {
  if (steps.includes('')) {
    throw new Error(
      `"${text}" has an empty step; write the path of a field as customer.id, key.region or header.tenant`,
    )
  }
  return steps
}

function pointerSteps(text: string): readonly string[] {
  if (/~(?![01])/.test(text)) throw new Error(`"${text}" is no JSON Pointer: a ~ in a name is written ~0, a / as ~1`)
  return text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** What is at that place; null where there is nothing. Of headers of one name the last one counts. */
export function valueAt(reference: Reference, record: SinkRecord): unknown {
  switch (reference.from) {
    case 'header': {
      const value = record.headers.findLast(({ name }) => name === reference.path[0])?.value ?? null
      // What has no type of its own is text.
      return value instanceof Uint8Array ? Buffer.from(value).toString() : value
    }
    case 'key':
      return walk(record.key.value, reference.path)
    case 'value':
      return walk(record.value.value, reference.path)
  }
}

function walk(value: unknown, path: readonly string[]): unknown {
  let current = value
  for (const step of path) {
    if (current instanceof Struct) current = current.has(step) ? current.get(step) : null
    else if (current instanceof Map) current = current.get(step)
    else if (typeof current === 'object' && current !== null && Object.hasOwn(current, step)) {
      current = (current as Record<string, unknown>)[step]
    } else return null
  }
  return current ?? null
}

/** The text of a value that can name something; undefined for objects and lists. */
export function scalarText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value
    case 'boolean':
    case 'bigint':
    case 'number':
      return String(value)
    default:
      if (value instanceof JsonNumber || value instanceof Decimal) return value.toString()
      if (value instanceof Date) return value.toISOString()
      if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url')
      return undefined
  }
}
