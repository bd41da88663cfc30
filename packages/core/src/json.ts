/**
 * JSON that gives numbers back as they came: integers beyond 2^53 become `bigint`, any other number that a double
 * would change becomes a {@link JsonNumber} holding its source text.
 *
 * Plain `JSON.parse` is several times faster than parsing with source text, so it is used whenever a scan finds no
 * number that could lose anything.
 */

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

// All that a double can change: more than 15 digits (with the point among them or not), an exponent, a fraction with a
// trailing zero, a fraction so small that it would come out with an exponent, minus zero. A match inside a string costs
// only the slower parse.
const riskyNumber = /\d{16}|\d[\d.]{16}|\d\.\d*0(?!\d)|\d[eE]|0\.0{6}|-0(?![.\d])/

/** Parses JSON text without rounding any number. Throws SyntaxError. */
export function parseJson(text: string): JsonValue {
  if (!riskyNumber.test(text)) return JSON.parse(text) as JsonValue
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

/** Writes a value as JSON; `bigint` and {@link JsonNumber} keep every digit, bytes become base64. */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(value, replaceExact) ?? 'null'
}

function replaceExact(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return rawJSON(value.toString())
  if (typeof value === 'object' && value !== null) {
    if (isBufferJson(value)) return Buffer.from(value.data).toString('base64')
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
    if (value instanceof Map) return Object.fromEntries(value)
  }
  return value
}

// Buffer has a toJSON, which runs before the replacer sees it.
function isBufferJson(value: object): value is { type: 'Buffer'; data: number[] } {
  return (value as { type?: unknown }).type === 'Buffer' && Array.isArray((value as { data?: unknown }).data)
}
