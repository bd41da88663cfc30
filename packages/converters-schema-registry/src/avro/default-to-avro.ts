/** Defaults: Connect values to the JSON of an Avro schema. */
import { type Field, JsonNumber, logical, type Schema, Struct, shortestFloat } from '@penstock/core'
import { daysOf, decimalOf, misfit, timeOf, timestampOf } from '../logical-values.ts'
import { scrubbed } from '../scrubbed-name.ts'
import type { AvroOptions } from './avro-options.ts'
import { isUnionSchema } from './names.ts'

/** Throws DataError for a default that is not of its schema. */
export function defaultToAvro(schema: Schema, value: unknown, options: AvroOptions): unknown {
  if (value === null || value === undefined) return null
  switch (schema.name) {
    case logical.decimal:
      return decimalOf(schema, value).toBytes().toString('latin1')
    case logical.date:
      return daysOf(value)
    case logical.time:
      return timeOf(value)
    case logical.timestamp:
      return timestampOf(value)
  }
  switch (schema.type) {
    case 'BYTES':
      if (!(value instanceof Uint8Array)) throw misfit(value, 'BYTES')
      return Buffer.from(value).toString('latin1')
    case 'FLOAT32':
    case 'FLOAT64':
      if (typeof value !== 'number') throw misfit(value, schema.type)
      return floatDefault(schema.type === 'FLOAT32' ? shortestFloat(value) : value)
    case 'ARRAY':
      if (!Array.isArray(value)) throw misfit(value, 'ARRAY')
      return value.map((item) => defaultToAvro(schema.valueSchema, item, options))
    case 'MAP': {
      if (!(value instanceof Map)) throw misfit(value, 'MAP')
      const entries = [...value].map(([key, item]) => ({
        key: defaultToAvro(schema.keySchema, key, options),
        value: defaultToAvro(schema.valueSchema, item, options),
      }))
      const textKeys = schema.keySchema.type === 'STRING' && (!schema.keySchema.optional || options.optionalMapKeys)
      return textKeys ? Object.fromEntries(entries.map((entry) => [entry.key, entry.value])) : entries
    }
    case 'STRUCT': {
      if (!(value instanceof Struct)) throw misfit(value, 'STRUCT')
      const member = (field: Field): unknown => defaultToAvro(field.schema, value.get(field.name), options)
      if (isUnionSchema(schema)) return schema.fields[0] === undefined ? null : member(schema.fields[0])
      const name = (field: Field): string => (options.scrubNames ? scrubbed(field.name) : field.name)
      return Object.fromEntries(schema.fields.map((field) => [name(field), member(field)]))
    }
    default:
      return value
  }
}

/** As Java writes it, so that the same schema gets the same id from both. */
function floatDefault(value: number): unknown {
  if (!Number.isFinite(value)) return String(value)
  return Number.isInteger(value) && Math.abs(value) < 1e7 ? new JsonNumber(value.toFixed(1)) : value
}
