/** What a value is, in a word or two for messages: never its content. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Uint8Array) return 'bytes'
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return 'integer'
  if (typeof value !== 'object') return typeof value
  const name = value.constructor?.name
  return name === undefined || name === 'Object' ? 'object' : name
}
