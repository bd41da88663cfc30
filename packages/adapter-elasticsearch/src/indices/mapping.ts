/** The Elasticsearch mapping of a schema. */
import { DataError, Decimal, logical, type Schema } from '@penstock/core'

export type Mapping = { readonly [name: string]: unknown }

/** The mapping for documents of a schema. Throws DataError when there is none, or it is no struct or map. */
export function toMapping(schema: Schema | null, compactMaps: boolean, where: string): Mapping {
  if (schema === null) {
    throw new DataError(
      'elasticsearch.no_schema',
      `cannot infer a mapping without a schema: record ${where} has none; set schema.ignore=true to let Elasticsearch map the fields`,
    )
  }
  if (schema.type !== 'STRUCT' && schema.type !== 'MAP') {
    throw new DataError(
      'elasticsearch.not_an_object',
      `the value of record ${where} is ${schema.type}, not an object; a document must be an object (the HoistField transformation makes one)`,
    )
  }
  // What is at the root must have no type; the fields of a map are known only when they come.
  return schema.type === 'STRUCT' ? typeMapping(schema, compactMaps) : {}
}

/** The mapping without `@timestamp`, which is the data stream's own. */
export function withoutTimestamp(mapping: Mapping): Mapping {
  const { '@timestamp': _, ...fields } = (mapping.properties ?? {}) as Record<string, Mapping>
  return mapping.properties === undefined ? mapping : { ...mapping, properties: fields }
}

function typeMapping(schema: Schema, compactMaps: boolean): Mapping {
  switch (schema.type) {
    case 'STRUCT':
      return {
        properties: properties(schema.fields.map((field) => [field.name, typeMapping(field.schema, compactMaps)])),
      }
    case 'ARRAY':
      return typeMapping(schema.valueSchema, compactMaps)
    case 'MAP':
      // The keys of a compact map are field names, known only when they come.
      if (compactMaps && schema.keySchema.type === 'STRING') return { type: 'object' }
      return {
        properties: {
          key: typeMapping(schema.keySchema, compactMaps),
          value: typeMapping(schema.valueSchema, compactMaps),
        },
      }
    default:
      return withDefault(primitiveMapping(schema), schema)
  }
}

function properties(entries: readonly (readonly [string, Mapping])[]): Mapping {
  const object: Record<string, Mapping> = Object.create(null)
  for (const [name, mapping] of entries) object[name] = mapping
  return object
}

const typeNames = {
  INT8: 'byte',
  INT16: 'short',
  INT32: 'integer',
  INT64: 'long',
  FLOAT32: 'float',
  FLOAT64: 'double',
  BOOLEAN: 'boolean',
  BYTES: 'binary',
} as const

/**
 * Documents hold milliseconds. Elasticsearch's own format tries years first, so that 1234, a second past midnight,
 * would be the year 1234. Dates as text are understood in queries, and shown, as they would be without a format.
 */
const dateFormat = 'strict_date_time||epoch_millis||strict_date_optional_time'

function primitiveMapping(schema: Schema): Mapping {
  switch (schema.name) {
    case logical.decimal:
      return { type: 'double' }
    case logical.date:
    case logical.time:
    case logical.timestamp:
      return { type: 'date', format: dateFormat }
    default:
  }
  if (schema.type === 'STRING') return { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } }
  return { type: typeNames[schema.type as keyof typeof typeNames] }
}

/** Text and binary fields take no null_value. */
function withDefault(mapping: Mapping, schema: Schema): Mapping {
  const value = schema.default
  if (value === undefined || value === null || mapping.type === 'text' || mapping.type === 'binary') return mapping
  if (value instanceof Date) return { ...mapping, null_value: value.getTime() }
  if (value instanceof Decimal) return { ...mapping, null_value: value.toNumber() }
  return { ...mapping, null_value: value }
}
