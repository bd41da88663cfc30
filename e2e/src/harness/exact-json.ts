type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown
const { parse, stringify } = JSON as unknown as {
  parse(text: string, reviver?: Reviver): unknown
  stringify(value: unknown): string
}
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }

/** Parses JSON so that `exactText` of any part of it has every number spelled as it was: none is rounded. */
export function parseExactly(text: string): unknown {
  return parse(text, (_key, value, { source }) => (typeof value === 'number' && source ? rawJSON(source) : value))
}

/** The JSON text of what `parseExactly` gave, without whitespace, object keys in their order. */
export function exactText(parsed: unknown): string {
  return stringify(parsed)
}

/** The same text for JSON that differs only in whitespace, escapes or the order of keys. */
export function comparableText(text: string): string {
  return stringify(sortKeys(parseExactly(text)))
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null || isRaw(value)) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]))
}

const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean }

function isRaw(value: object): boolean {
  return isRawJSON(value)
}
