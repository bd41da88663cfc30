/** A record's value as the JSON text of a document. */
import {
  DataError,
  Decimal,
  doubleText,
  JsonNumber,
  type Schema,
  type SchemaAndValue,
  Struct,
  shortestFloat,
  stringifyJson,
} from '@penstock/core'

export interface DocumentSettings {
  /** Write values as the schema’s types ask; false: as the JSON converter would write them without schemas. */
  readonly useSchema: boolean
  readonly compactMaps: boolean
  /** Fields that `@timestamp` is taken from, none for the record's timestamp; null: documents need none. */
  readonly timestampFields: readonly string[] | null
}

/** The document of a record whose value is not null. Throws DataError for anything that is not an object. */
export function toDocument(
  { schema, value }: SchemaAndValue,
  record: { readonly timestamp: number | null; toString(): string },
  settings: DocumentSettings,
): string {
  const where = record.toString()
  const json = unlessTooDeep(where, () => valueToJson({ schema, value }, settings))
  const isObject = typeof json === 'object' && json !== null && !noObjects.some((kind) => json instanceof kind)
  if (!isObject) {
    throw new DataError(
      'elasticsearch.not_an_object',
      `the value of record ${where} is ${schema === null ? describe(value) : schema.type}, not an object; a document must be an object (the HoistField transformation makes one)`,
    )
  }
  const fields = settings.timestampFields
  const document = fields === null ? json : withTimestamp(json, record, where, fields)
  return unlessTooDeep(where, () => stringifyJson(document))
}

/** What JSON writes otherwise than as an object. */
const noObjects = [Array, JsonNumber, Uint8Array, Date, Decimal] as const

/** Where data streams want a time in each document. */
export const timestampField = '@timestamp'

/** The document with its time. */
function withTimestamp(
  document: object,
  { timestamp }: { readonly timestamp: number | null },
  where: string,
  fields: readonly string[],
): object {
  const members = document instanceof Map ? Object.fromEntries(document) : (document as Record<string, unknown>)
  const own = Object.hasOwn(members, timestampField) ? members[timestampField] : null
  const field = fields.find((name) => Object.hasOwn(members, name) && members[name] != null)
  const time = field === undefined ? (fields.length === 0 ? timestamp : null) : asText(members[field])
  if (time !== null) return { ...members, [timestampField]: time }
  if (own !== null && own !== undefined) return document
  throw new DataError(
    'elasticsearch.no_timestamp',
    fields.length === 0
      ? `record ${where} has no timestamp, and its value no ${timestampField}, which documents of a data stream need; name a field by data.stream.timestamp.field`
      : `the value of record ${where} has none of the fields ${fields.join(', ')} of data.stream.timestamp.field, and no ${timestampField}`,
  )
}

/** A number as its text, which Elasticsearch reads as milliseconds. */
function asText(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof JsonNumber ? String(value) : value
}

function unlessTooDeep<Result>(where: string, write: () => Result): Result {
  try {
    return write()
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new DataError(
      'elasticsearch.too_deep',
      `the value of record ${where} is nested too deeply or too long; leave parts of it out with a transformation`,
      {
        cause,
      },
    )
  }
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}

/** A value, with a schema or without, as what JSON can say. */
export function valueToJson({ schema, value }: SchemaAndValue, settings: DocumentSettings): unknown {
  return schema === null ? (value ?? null) : toJson(schema, value, settings)
}

/** Turns a value of a schema into what JSON can say; exact numbers stay exact. */
function toJson(schema: Schema, value: unknown, settings: DocumentSettings): unknown {
  if (value === null || value === undefined) {
    if (schema.default !== undefined && schema.default !== null)
      return toJson({ ...schema, default: undefined }, schema.default, settings)
    if (schema.optional) return null
    throw new DataError(
      'elasticsearch.null_in_required',
      `null used for a required field without default${schema.name ? ` of type ${schema.name}` : ''}`,
    )
  }
  switch (schema.type) {
    case 'STRUCT': {
      if (!(value instanceof Struct))
        throw new DataError('elasticsearch.not_a_struct', 'a STRUCT schema with a value that is no struct')
      // No prototype: a field may be called __proto__.
      const object: Record<string, unknown> = Object.create(null)
      for (const field of schema.fields) object[field.name] = toJson(field.schema, value.get(field.name), settings)
      return object
    }
    case 'ARRAY':
      return (value as unknown[]).map((item) => toJson(schema.valueSchema, item, settings))
    case 'MAP':
      return mapToJson(schema.keySchema, schema.valueSchema, value, settings)
    default:
      return primitiveToJson(schema, value)
  }
}

function mapToJson(keySchema: Schema, valueSchema: Schema, value: unknown, settings: DocumentSettings): unknown {
  const entries = value instanceof Map ? [...value] : Object.entries(value as object)
  const converted = entries.map(
    ([key, item]) => [toJson(keySchema, key, settings), toJson(valueSchema, item, settings)] as const,
  )
  if (keySchema.type === 'STRING' && (settings.compactMaps || !settings.useSchema)) {
    const object: Record<string, unknown> = Object.create(null)
    for (const [key, item] of converted) object[String(key)] = item
    return object
  }
  return settings.useSchema ? converted.map(([key, item]) => ({ key, value: item })) : converted
}

function primitiveToJson(schema: Schema, value: unknown): unknown {
  if (value instanceof Decimal) return new JsonNumber(value.toString())
  // Whoever maps a day as a date, the sink or a template: Elasticsearch reads numbers as milliseconds.
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'number' && Number.isFinite(value)) {
    if (schema.type === 'FLOAT64') return wholeAsFloat(value)
    // Without the digits that only 64 bits have: 0.1, not 0.10000000149011612.
    if (schema.type === 'FLOAT32') return wholeAsFloat(shortestFloat(value))
  }
  return value
}

/** 1 as 1.0: a field that Elasticsearch maps by its first number must not become an integer for all that follow. */
function wholeAsFloat(value: number): unknown {
  return Number.isInteger(value) ? new JsonNumber(doubleText(value)) : value
}
