/**
 * Makes whatever code passes to a logger fit for a line: plain, bounded, without secrets. Objects of clients may hold
 * anything (sockets, cycles, getters that throw), so everything here is cut off somewhere and nothing throws.
 */
import { hiddenSecret } from '@penstock/core'
import { looksSecret } from '../config/secrets.ts'

/** What is left of a value: plain JSON. */
export type LogValue = string | number | boolean | null | LogValue[] | { [key: string]: LogValue }

export interface LogError {
  readonly type: string
  readonly message: string
  readonly code?: string
  /** The stack, then those of its causes, each behind `Caused by: `. */
  readonly stack_trace: string
}

const maxDepth = 6
const maxEntries = 100
const maxCauses = 8
const maxTextLength = 16_384
const maxStackLength = 65_536
const secretHeaders = /^((proxy-)?authorization|(set-)?cookie)$/i
const urlCredentials = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"']*@/gi

/** True for the name of a field whose value must not be seen. */
export function isSecretName(name: string): boolean {
  // `api_key` and `x-api-key` are the same to a reader as the `api.key` of a configuration
  return looksSecret(name.replace(/[-_]/g, '.')) || looksSecret(name) || secretHeaders.test(name)
}

/** A text that may be logged: no longer than a few pages, without user and password in URLs. */
export function safeText(text: string, maxLength = maxTextLength): string {
  const short =
    text.length <= maxLength ? text : `${text.slice(0, maxLength)}… (${text.length - maxLength} more characters)`
  return short.includes('://') ? short.replace(urlCredentials, `$1${hiddenSecret}@`) : short
}

/** The value of a field; undefined when there is nothing to say. */
export function toLogValue(name: string, value: unknown): LogValue | undefined {
  if (value === undefined) return undefined
  return isSecretName(name) && value !== null && typeof value !== 'boolean' ? hiddenSecret : plain(value, 0)
}

/** An error as its parts, whatever was thrown. */
export function toLogError(error: unknown): LogError {
  if (!isErrorLike(error)) {
    const value = plain(error ?? String(error), 0)
    const message = typeof value === 'string' ? value : JSON.stringify(value)
    return { type: error === null ? 'null' : typeof error, message, stack_trace: message }
  }
  const code = read(error, 'code')
  return {
    type: textOf(read(error, 'name'), 'Error'),
    message: safeText(textOf(read(error, 'message'), '')),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    stack_trace: safeText(stackOf(error), maxStackLength),
  }
}

function stackOf(error: object): string {
  const stacks: string[] = []
  const seen = new Set<unknown>()
  let next: unknown = error
  while (next !== undefined && next !== null && !seen.has(next) && stacks.length < maxCauses) {
    seen.add(next)
    stacks.push(ownStackOf(next))
    next = typeof next === 'object' ? read(next, 'cause') : undefined
  }
  return stacks.join('\nCaused by: ')
}

function ownStackOf(error: unknown): string {
  if (!isErrorLike(error)) return JSON.stringify(plain(error, 0))
  const headline = `${textOf(read(error, 'name'), 'Error')}: ${textOf(read(error, 'message'), '')}`
  const own = textOf(read(error, 'stack'), headline)
  const several = read(error, 'errors')
  if (!Array.isArray(several)) return own
  // Of an AggregateError the parts say more than the whole, whose message is often empty.
  const parts = several
    .slice(0, maxCauses)
    .map((part) => `  - ${textOf(isErrorLike(part) ? read(part, 'message') : part, '')}`)
  return [own, ...parts].join('\n')
}

function plain(value: unknown, depth: number): LogValue {
  switch (typeof value) {
    case 'string':
      return safeText(value)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
      return value
    case 'bigint':
    case 'undefined':
      return String(value)
    case 'symbol':
      return value.toString()
    case 'function':
      return `[function ${value.name}]`
    case 'object':
      return value === null ? null : plainObject(value, depth)
  }
}

function plainObject(value: object, depth: number): LogValue {
  try {
    if (isErrorLike(value)) {
      const { stack_trace: _, ...short } = toLogError(value)
      return short
    }
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
    // A plugin's Password may be of another copy of core, so it is known by its shape.
    if (typeof (value as { reveal?: unknown }).reveal === 'function') return hiddenSecret
    if (depth >= maxDepth) return Array.isArray(value) ? '[array]' : '[object]'
    if (value instanceof Map)
      return plainEntries(
        [...value].slice(0, maxEntries + 1).map(([k, v]) => [textOf(k, '?'), v]),
        depth,
      )
    if (Array.isArray(value) || value instanceof Set) return plainList([...value], depth)
    const toJSON = (value as { toJSON?: unknown }).toJSON
    if (typeof toJSON === 'function') {
      const json: unknown = toJSON.call(value)
      // Raw JSON (exact numbers) is an object that only JSON.stringify can read.
      if (typeof json !== 'object' || json === null) return plain(json, depth + 1)
      return isRawJson(json) ? String(value) : plain(json, depth + 1)
    }
    return plainEntries(Object.entries(value), depth)
  } catch (error) {
    return `[unreadable: ${textOf(isErrorLike(error) ? read(error, 'message') : error, '?')}]`
  }
}

function plainList(items: readonly unknown[], depth: number): LogValue[] {
  const shown = items.slice(0, maxEntries).map((item) => plain(item, depth + 1))
  return items.length <= maxEntries ? shown : [...shown, `… (${items.length - maxEntries} more)`]
}

function plainEntries(entries: readonly (readonly [string, unknown])[], depth: number): { [key: string]: LogValue } {
  const result: { [key: string]: LogValue } = Object.create(null)
  // `{ name: 'connection.password', value: '…' }`, the shape of headers and of configuration answers
  const label = entries.find(([key, value]) => (key === 'name' || key === 'key') && typeof value === 'string')?.[1]
  const labelsSecret = typeof label === 'string' && isSecretName(label)
  for (const [key, value] of entries.slice(0, maxEntries)) {
    if (value === undefined) continue
    const secret = isSecretName(key) || (labelsSecret && key === 'value')
    result[key] = secret && value !== null && typeof value !== 'boolean' ? hiddenSecret : plain(value, depth + 1)
  }
  if (entries.length > maxEntries) result['…'] = `${entries.length - maxEntries} more`
  return result
}

/** Errors of other realms and other copies of a class count too. */
function isErrorLike(value: unknown): value is Error {
  return (
    value instanceof Error ||
    (typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Error]')
  )
}

function isRawJson(value: unknown): boolean {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value)
}

function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}

function textOf(value: unknown, fallback: string): string {
  try {
    return value === undefined || value === null ? fallback : String(value)
  } catch {
    return fallback
  }
}
