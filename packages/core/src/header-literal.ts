/** Reads the texts of SimpleHeaderConverter and InsertHeader, taking the type from their look. @module */
import { Decimal } from './decimal.ts'
import { nothing, type PrimitiveType, type Schema, type SchemaAndValue, schema, schemasEqual } from './schema.ts'

/** The value that a header's text stands for; a text that looks like nothing else is a string. */
export function parseHeader(text: string): SchemaAndValue {
  const trimmed = text.trim()
  if (trimmed === '') return string(text)
  if (trimmed === 'null') return nothing
  if (trimmed[0] === '[' || trimmed[0] === '{') {
    const reader = new Reader(trimmed)
    const composite = reader.value()
    return composite !== undefined && reader.atEnd() ? composite : string(text)
  }
  return scalar(trimmed) ?? string(text)
}

function string(value: string): SchemaAndValue {
  return { schema: schema.string(), value }
}

function scalar(token: string): SchemaAndValue | undefined {
  if (token === 'true' || token === 'false') return { schema: schema.boolean(), value: token === 'true' }
  return number(token) ?? temporal(token)
}

const numberPattern = /^[+-]?\d+\.?\d*(?:[eE][+-]?\d{1,4})?$/

/** The narrowest type that holds the number; fractions are floats even where that rounds them, as in Connect. */
function number(token: string): SchemaAndValue | undefined {
  // Very long digits are no number anybody reads; BigInt would take quadratic time for them.
  if (token.length > 1000 || !numberPattern.test(token)) return undefined
  const decimal = Decimal.parse(token)
  const whole = wholeOf(decimal)
  if (whole !== undefined) {
    for (const [type, bits] of integerTypes) {
      if (BigInt.asIntN(bits, whole) === whole) {
        return { schema: schema.primitive(type), value: type === 'INT64' ? whole : Number(whole) }
      }
    }
  }
  if (decimal.scale !== 0) {
    const double = decimal.toNumber()
    if (Number.isFinite(Math.fround(double))) return { schema: schema.float32(), value: Math.fround(double) }
    if (Number.isFinite(double)) return { schema: schema.float64(), value: double }
  }
  return { schema: schema.decimal(decimal.scale), value: decimal }
}

const integerTypes = [
  ['INT8', 8],
  ['INT16', 16],
  ['INT32', 32],
  ['INT64', 64],
] as const

function wholeOf({ unscaled, scale }: Decimal): bigint | undefined {
  if (scale <= 0) return unscaled * 10n ** BigInt(-scale)
  const divisor = 10n ** BigInt(scale)
  return unscaled % divisor === 0n ? unscaled / divisor : undefined
}

const temporalPattern = /^(?:(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d\.\d{3})Z)?|(\d\d:\d\d:\d\d\.\d{3})Z)$/

function temporal(token: string): SchemaAndValue | undefined {
  const match = temporalPattern.exec(token)
  if (!match) return undefined
  const [, day, timeOfDay, time] = match
  const iso = `${day ?? '1970-01-01'}T${timeOfDay ?? time ?? '00:00:00.000'}Z`
  const date = new Date(iso)
  // The engine takes the 30th of February for the 1st of March.
  if (Number.isNaN(date.getTime()) || date.toISOString() !== iso) return undefined
  const type = day === undefined ? schema.time() : timeOfDay === undefined ? schema.date() : schema.timestamp()
  return { schema: type, value: date }
}

/** Reads lists and maps by recursive descent; undefined stands for "not of that form" throughout. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  atEnd(): boolean {
    this.#space()
    return this.#at === this.#text.length
  }

  value(): SchemaAndValue | undefined {
    this.#space()
    switch (this.#text[this.#at]) {
      case '[':
        return this.#list()
      case '{':
        return this.#map()
      case '"':
        return this.#quoted()
      default:
        return this.#bare()
    }
  }

  #list(): SchemaAndValue | undefined {
    const items: SchemaAndValue[] = []
    this.#at++
    if (!this.#skip(']')) {
      do {
        const item = this.value()
        if (item === undefined) return undefined
        items.push(item)
      } while (this.#skip(','))
      if (!this.#skip(']')) return undefined
    }
    const common = commonSchema(items)
    if (common === null) return { schema: null, value: items.map((item) => item.value) }
    return { schema: schema.array(common), value: items.map((item) => widened(common, item)) }
  }

  #map(): SchemaAndValue | undefined {
    const keys: SchemaAndValue[] = []
    const values: SchemaAndValue[] = []
    this.#at++
    if (!this.#skip('}')) {
      do {
        const key = this.value()
        if (key === undefined || !this.#skip(':')) return undefined
        const value = this.value()
        if (value === undefined) return undefined
        keys.push(key)
        values.push(value)
      } while (this.#skip(','))
      if (!this.#skip('}')) return undefined
    }
    const keySchema = commonSchema(keys)
    const valueSchema = commonSchema(values)
    if (keySchema === null || valueSchema === null) {
      // Schemaless, as JSON would give it; `Object.fromEntries` makes `__proto__` an ordinary member.
      return { schema: null, value: Object.fromEntries(keys.map((key, i) => [String(key.value), values[i]?.value])) }
    }
    const entries = keys.map(
      (key, i) => [widened(keySchema, key), widened(valueSchema, values[i] as SchemaAndValue)] as const,
    )
    return { schema: schema.map(keySchema, valueSchema), value: new Map(entries) }
  }

  #quoted(): SchemaAndValue | undefined {
    let value = ''
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      let char = this.#text[this.#at] as string
      if (char === '"') {
        this.#at++
        return string(value)
      }
      if (char === '\\') char = this.#text[++this.#at] ?? ''
      value += char
    }
    return undefined
  }

  #bare(): SchemaAndValue | undefined {
    // Times hold colons, which otherwise end a token.
    bareToken.lastIndex = this.#at
    const token = bareToken.exec(this.#text)?.[0]
    if (token === undefined) return undefined
    this.#at += token.length
    return scalar(token)
  }

  #skip(char: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #space(): void {
    while (this.#at < this.#text.length && (this.#text[this.#at] as string) <= ' ') this.#at++
  }
}

const bareToken = /(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d\.\d{3}Z|[^\s,:[\]{}"]+/y

const numericTypes: readonly PrimitiveType[] = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64']

/** The schema all items can be given, null when there is none. */
function commonSchema(items: readonly SchemaAndValue[]): Schema | null {
  let common: Schema | null = null
  for (const item of items) {
    if (item.schema === null) return null
    if (common === null) common = item.schema
    else if (!schemasEqual(common, item.schema)) {
      const [left, right] = [rank(common), rank(item.schema)]
      if (left < 0 || right < 0) return null
      common = schema.primitive(numericTypes[Math.max(left, right)] as PrimitiveType)
    }
  }
  return common
}

function rank(item: Schema): number {
  return item.name === null ? numericTypes.indexOf(item.type as PrimitiveType) : -1
}

function widened(common: Schema, { value }: SchemaAndValue): unknown {
  if (common.type === 'INT64' && common.name === null) return BigInt(value as number | bigint)
  return typeof value === 'bigint' ? Number(value) : value
}
