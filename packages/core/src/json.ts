/**
 * JSON that gives numbers back as they came: integers beyond 2^53 become `bigint`, any other number that a double
 * would change becomes a {@link JsonNumber} holding its source text.
 *
 * Plain `JSON.parse` is ten times faster than parsing with a reviver that sees the source text. So a number that could
 * lose something is turned into a marked string first, parsed with the rest, and turned back.
 */
import { knownAcrossCopies } from './copies.ts'

/** A JSON number whose source text a double can't give back: `0.10`, `1e400`, `3.14159265358979323846`. */
export class JsonNumber {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }

  toString(): string {
    return this.source
  }

  toNumber(): number {
    return Number(this.source)
  }

  toJSON(): unknown {
    return rawJSON(this.source)
  }
}
knownAcrossCopies(JsonNumber, 'JsonNumber')

/** A value of schemaless JSON. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | JsonNumber
  | JsonValue[]
  | { [key: string]: JsonValue }

interface SourceTextJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown
  rawJSON(text: string): unknown
}
const sourceText = JSON as unknown as SourceTextJson
const rawJSON = (text: string): unknown => sourceText.rawJSON(text)

// Begins a string that stands for a number. Texts that hold it themselves are parsed the slow way.
const mark = '\\u0000'
const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** Parses JSON text without rounding any number. Throws SyntaxError. */
export function parseJson(text: string): JsonValue {
  const marked = markNumbers(text)
  if (marked === text) return JSON.parse(text) as JsonValue
  if (text.includes(mark)) return parseWithReviver(text)
  try {
    return unmark(JSON.parse(marked) as JsonValue)
  } catch (error) {
    // For a message about the text itself; a number as a field's name becomes well-formed by the marks.
    if (error instanceof SyntaxError) return parseWithReviver(text)
    throw error
  }
}

/** Turns the numbers a double would change into marked strings. A scan by hand costs a tenth of the parsing itself. */
function markNumbers(text: string): string {
  let marked = ''
  let copied = 0
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === quote) {
      i = closingQuote(text, i)
      if (i < 0) break
    } else if (char === minus || isDigit(char)) {
      const start = i
      while (isDigit(text.charCodeAt(i + 1))) i++
      let whole = true
      while (isNumberPart(text.charCodeAt(i + 1))) {
        i++
        whole = false
      }
      // Most numbers are short and whole.
      if (whole && i - start < 15 && (char !== minus || text.charCodeAt(start + 1) !== zero)) continue
      const token = text.slice(start, i + 1)
      if (!numberPattern.test(token) || typeof exactNumber(Number(token), token) === 'number') continue
      marked += `${text.slice(copied, start)}"${mark}${token}"`
      copied = i + 1
    }
  }
  return copied === 0 ? text : marked + text.slice(copied)
}

const quote = 0x22
const minus = 0x2d
const zero = 0x30
const backslash = 0x5c

function isDigit(char: number): boolean {
  return char >= zero && char <= 0x39
}

/** A digit, or one of `.+-eE`. */
function isNumberPart(char: number): boolean {
  return isDigit(char) || char === 0x2e || char === 0x2b || char === minus || char === 0x65 || char === 0x45
}

/** Index of the quote that ends the string begun at `start`, -1 when there is none. */
function closingQuote(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === backslash) before--
    if ((end - before) % 2 === 1) return end
  }
  return -1
}

/** Puts the numbers back, in place. */
function unmark(value: JsonValue): JsonValue {
  if (typeof value === 'string')
    return value.charCodeAt(0) === 0 ? exactNumber(Number(value.slice(1)), value.slice(1)) : value
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return value
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = unmark(value[i] as JsonValue)
    return value
  }
  for (const name of Object.keys(value)) {
    if (name.charCodeAt(0) === 0) throw new SyntaxError('a number stands where a field name should')
    const member = value[name] as JsonValue
    const unmarked = unmark(member)
    // The member exists already, so this is safe for `__proto__` too.
    if (unmarked !== member) value[name] = unmarked
  }
  return value
}

function parseWithReviver(text: string): JsonValue {
  return sourceText.parse(text, (_key, value, context) =>
    typeof value === 'number' && context.source !== undefined ? exactNumber(value, context.source) : value,
  ) as JsonValue
}

/** The number that `source` spells: a double where that prints the same, else `bigint` or {@link JsonNumber}. */
function exactNumber(value: number, source: string): number | bigint | JsonNumber {
  if (/^-?(?:0|[1-9]\d*)$/.test(source) && source !== '-0') {
    return Number.isSafeInteger(value) ? value : BigInt(source)
  }
  return String(value) === source ? value : new JsonNumber(source)
}

/**
 * Writes a value as JSON; `bigint` and {@link JsonNumber} keep every digit, bytes become base64. What is no number is
 * written as text, `"NaN"`, as Kafka Connect does: null would be another value.
 */
export function stringifyJson(value: unknown): string {
  return (isPlainJson(value) ? JSON.stringify(value) : JSON.stringify(value, replaceExact)) ?? 'null'
}

/** Whether `JSON.stringify` alone, several times faster than with a replacer, writes the value as it should. */
function isPlainJson(value: unknown): boolean {
  if (typeof value === 'bigint') return false
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return true
  if (Array.isArray(value)) return value.every(isPlainJson)
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  for (const name in value) if (!isPlainJson((value as Record<string, unknown>)[name])) return false
  return true
}

function replaceExact(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return rawJSON(value.toString())
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'object' && value !== null) {
    // As it was before its toJSON, which a Buffer has: an object may look like what that gives and be none.
    const original = (this as Record<string, unknown>)[key]
    if (original instanceof Uint8Array) return Buffer.from(original).toString('base64')
    if (value instanceof Map) return Object.fromEntries(value)
  }
  return value
}

/**
 * The same JSON with the escapes that Kafka Connect writes: characters beyond the Basic Multilingual Plane as two, hex
 * digits in upper case. Keys are found and spread over partitions by their bytes.
 */
export function withJavaEscapes(json: string): string {
  return needsEscapes.test(json) ? json.replace(escapes, javaEscape) : json
}

const needsEscapes = /[\ud800-\udfff]|\\u/
const escapes = /[\ud800-\udfff]|\\(?:u[0-9a-f]{4}|.)/g

function javaEscape(found: string): string {
  if (found.startsWith('\\')) return found.startsWith('\\u') ? `\\u${found.slice(2).toUpperCase()}` : found
  return `\\u${found.charCodeAt(0).toString(16).toUpperCase()}`
}
