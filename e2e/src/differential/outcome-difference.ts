import { JsonNumber, type JsonValue, parseJson, stringifyJson } from '@penstock/core'
import type { Outcome } from './connect-classes.ts'

/** What is not the same about two outcomes; undefined where nothing is. How failures are put into words is not compared. */
export function outcomeDifference(jvm: Outcome, our: Outcome): string | undefined {
  if ('error' in jvm !== 'error' in our) return `on the JVM ${JSON.stringify(jvm)}, ours ${JSON.stringify(our)}`
  if ('error' in jvm) return undefined
  if (jvm.bytes !== our.bytes) return `bytes: on the JVM ${text(jvm.bytes)}, ours ${text(our.bytes)}`
  const different = [...new Set([...Object.keys(jvm), ...Object.keys(our)])].filter(
    (part) => comparable(jvm[part]) !== comparable(our[part]),
  )
  if (different.length === 0) return undefined
  return different
    .map((part) => `${part}: on the JVM ${comparable(jvm[part])}, ours ${comparable(our[part])}`)
    .join('\n')
}

/**
 * Integers to the last digit; fractions by value, since ours stay as they were spelled; members of maps in one order,
 * since the JVM's have that of hashes.
 */
function comparable(part: unknown): string {
  return stringifyJson(sorted(withEnvelopes(part)))
}

function withEnvelopes(part: unknown): JsonValue {
  if (typeof part === 'string' && part.startsWith('{"schema":')) return parseJson(part)
  if (Array.isArray(part)) return part.map(withEnvelopes)
  return (part ?? null) as JsonValue
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted)
  if (value instanceof JsonNumber) return `fraction ${value.toNumber()}`
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return `fraction ${value}`
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  const names = Object.keys(value).sort()
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] as JsonValue)]))
}

function text(base64: unknown): string {
  return typeof base64 === 'string' ? JSON.stringify(Buffer.from(base64, 'base64').toString()) : String(base64)
}
