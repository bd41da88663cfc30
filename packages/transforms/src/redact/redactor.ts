import { createHash, createHmac } from 'node:crypto'
import { DataError, Decimal, JsonNumber, type Schema, Struct } from '@penstock/core'
import type { JavaRegex } from '@penstock/regex'
import { type Fields, isMap, setMember } from '../fields.ts'
import { plainFloat } from '../java-numbers.ts'
import { identityText } from '../value-at-path.ts'
import type { PathPatterns } from './path-pattern.ts'

/** What is written in the place of a text: a fixed one or a hash. */
export type Replace = (text: string) => string

/** SHA-256 in hexadecimal digits, as an HMAC where there is a salt. */
export function hashing(salt: string | null): Replace {
  if (salt === null) return (text) => createHash('sha256').update(text).digest('hex')
  return (text) => createHmac('sha256', salt).update(text).digest('hex')
}

export interface RedactorOptions {
  readonly paths: PathPatterns
  /** Searched for in strings that no path names. */
  readonly pattern: JavaRegex | null
  readonly replace: Replace
  /** Values that are no strings become the hash of their text, instead of 0, false or nothing. */
  readonly hashesAll: boolean
}

/** Walks through a value and redacts what paths name and what patterns find. Gives the same value where there is nothing. */
export class Redactor {
  readonly #options: RedactorOptions

  constructor(options: RedactorOptions) {
    this.#options = options
  }

  redact(schema: Schema | null, value: unknown): unknown {
    return this.#visit(schema, value, this.#options.paths, false)
  }

  /** `whole`: a path has named this or what holds it. */
  #visit(schema: Schema | null, value: unknown, paths: PathPatterns, whole: boolean): unknown {
    if (value === null || value === undefined) return value
    const named = whole || paths.matches
    const { pattern, replace } = this.#options
    if (typeof value === 'string')
      return named ? replace(value) : pattern === null ? value : this.#found(value, pattern)
    if (!named && paths.isEmpty && pattern === null) return value
    if (Array.isArray(value)) {
      const items = schema?.type === 'ARRAY' ? schema.valueSchema : null
      return unlessSame(
        value,
        value.map((item, i) => this.#visit(items, item, paths.below(String(i)), named)),
      )
    }
    if (value instanceof Struct) return this.#struct(value, paths, named)
    if (value instanceof Map) {
      const values = schema?.type === 'MAP' ? schema.valueSchema : null
      return new Map(
        [...value].map(([name, item]) => [name, this.#visit(values, item, paths.below(String(name)), named)]),
      )
    }
    if (isMap(value)) return this.#map(value, paths, named)
    return named ? this.#scalar(schema, value) : value
  }

  #struct(struct: Struct, paths: PathPatterns, named: boolean): Struct {
    const values = new Map<string, unknown>()
    let changed = false
    for (const { name, schema } of struct.schema.fields) {
      const before = struct.getWithoutDefault(name)
      const after = this.#visit(schema, before, paths.below(name), named)
      changed ||= after !== before
      values.set(name, after)
    }
    return changed ? new Struct(struct.schema, values) : struct
  }

  #map(map: Fields, paths: PathPatterns, named: boolean): Fields {
    const redacted: Fields = {}
    let changed = false
    for (const [name, before] of Object.entries(map)) {
      const after = this.#visit(null, before, paths.below(name), named)
      changed ||= after !== before
      setMember(redacted, name, after)
    }
    return changed ? redacted : map
  }

  #scalar(schema: Schema | null, value: unknown): unknown {
    if (this.#options.hashesAll) {
      if (schema === null) return this.#options.replace(identityText(value))
      throw new DataError(
        'redact.type',
        `a hash is a text, which a field of type ${schema.name ?? schema.type} can't hold: cast the field to string before, or use method=mask`,
      )
    }
    if (typeof value === 'boolean') return false
    if (value instanceof Decimal) return new Decimal(0n, value.scale)
    if (value instanceof Date) return new Date(0)
    if (value instanceof Uint8Array) return new Uint8Array(0)
    if (typeof value === 'bigint') return schema === null ? 0 : 0n
    if (schema === null && (value instanceof JsonNumber || !Number.isSafeInteger(value))) return plainFloat(0)
    return 0
  }

  #found(text: string, pattern: JavaRegex): string {
    let result = ''
    let copied = 0
    for (let from = 0; from <= text.length; ) {
      const match = pattern.find(text, from)
      if (match === null) break
      const found = match.groups[0] ?? ''
      // Nothing found is nothing to hide.
      if (found !== '') result += text.slice(copied, match.index) + this.#options.replace(found)
      if (found !== '') copied = match.index + found.length
      from = match.index + (found.length || ((text.codePointAt(match.index) ?? 0) > 0xffff ? 2 : 1))
    }
    return copied === 0 ? text : result + text.slice(copied)
  }
}

function unlessSame(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((item, i) => item === before[i]) ? before : after
}
