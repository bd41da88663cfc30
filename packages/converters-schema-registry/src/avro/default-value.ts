/** Defaults: the JSON of an Avro schema to Connect values. */
import { DataError, Decimal, JsonNumber, type JsonValue, logical, type Schema, Struct } from '@penstock/core'
import { dateOfDays, dateOfMs, scaleOf, timeOfMs } from '../logical-values.ts'
import type { AvroType } from './avro-type.ts'

/**
 * Unions take the default of their first branch, as Avro has it. Throws DataError for a default that does not fit.
 */
export function defaultToConnect(type: AvroType, schema: Schema, json: JsonValue): unknown {
  if (json === null) return null
  if (type.kind === 'union') return unionDefault(type.types, schema, json)
  switch (schema.type) {
    case 'BOOLEAN':
      return expect(typeof json === 'boolean', json)
    case 'STRING':
      return expect(typeof json === 'string', json)
    case 'BYTES': {
      const bytes = Buffer.from(expect(typeof json === 'string', json) as string, 'latin1')
      return schema.name === logical.decimal ? Decimal.fromBytes(bytes, scaleOf(schema)) : bytes
    }
    case 'FLOAT32':
      return Math.fround(numberOf(json))
    case 'FLOAT64':
      return numberOf(json)
    case 'INT64': {
      const long = wholeOf(json)
      return schema.name === logical.timestamp ? dateOfMs(Number(long)) : long
    }
    case 'INT8':
    case 'INT16':
    case 'INT32': {
      const int = Number(wholeOf(json))
      if (schema.name === logical.date) return dateOfDays(int)
      return schema.name === logical.time ? timeOfMs(int) : int
    }
    case 'ARRAY': {
      if (type.kind !== 'array' || !Array.isArray(json)) throw misfitting(json)
      return json.map((item) => defaultToConnect(type.items, schema.valueSchema, item))
    }
    case 'MAP':
      return mapDefault(type, schema.keySchema, schema.valueSchema, json)
    case 'STRUCT': {
      if (type.kind !== 'record' || !isObject(json)) throw misfitting(json)
      const values = type.fields.map((field, index): [string, unknown] => {
        const member = json[field.name] ?? field.default ?? null
        return [field.name, defaultToConnect(field.type, (schema.fields[index] as { schema: Schema }).schema, member)]
      })
      return new Struct(schema, new Map(values))
    }
  }
}

function unionDefault(types: readonly AvroType[], schema: Schema, json: JsonValue): unknown {
  const first = types[0] as AvroType
  if (first.kind === 'null') throw misfitting(json)
  if (schema.type !== 'STRUCT' || types.length < 3) return defaultToConnect(first, schema, json)
  const [field] = schema.fields
  if (field === undefined) throw misfitting(json)
  return new Struct(schema, { [field.name]: defaultToConnect(first, field.schema, json) })
}

function mapDefault(type: AvroType, keySchema: Schema, valueSchema: Schema, json: JsonValue): unknown {
  if (type.kind === 'map' && isObject(json)) {
    return new Map(Object.entries(json).map(([name, item]) => [name, defaultToConnect(type.values, valueSchema, item)]))
  }
  // Keys other than strings: what Avro has are records, what older converters wrote are pairs.
  if (type.kind !== 'array' || type.items.kind !== 'record' || !Array.isArray(json)) throw misfitting(json)
  const [keyField, valueField] = type.items.fields
  if (keyField === undefined || valueField === undefined) throw misfitting(json)
  return new Map(
    json.map((entry) => {
      const pair = isObject(entry) ? [entry.key, entry.value] : entry
      if (!Array.isArray(pair) || pair.length !== 2) throw misfitting(json)
      return [
        defaultToConnect(keyField.type, keySchema, (pair[0] ?? null) as JsonValue),
        defaultToConnect(valueField.type, valueSchema, (pair[1] ?? null) as JsonValue),
      ]
    }),
  )
}

function wholeOf(json: JsonValue): bigint {
  if (typeof json === 'bigint') return BigInt.asIntN(64, json)
  if (typeof json === 'number' && Number.isInteger(json)) return BigInt(json)
  throw misfitting(json)
}

function numberOf(json: JsonValue): number {
  if (typeof json === 'number' || typeof json === 'bigint') return Number(json)
  if (json instanceof JsonNumber) return json.toNumber()
  if (json === 'NaN' || json === 'Infinity' || json === '-Infinity') return Number(json)
  throw misfitting(json)
}

function expect(holds: boolean, json: JsonValue): JsonValue {
  if (holds) return json
  throw misfitting(json)
}

function isObject(json: JsonValue | undefined): json is { [name: string]: JsonValue } {
  return typeof json === 'object' && json !== null && Object.getPrototypeOf(json) === Object.prototype
}

function misfitting(json: JsonValue): DataError {
  return new DataError('avro.default', `the default ${String(json)} does not fit its type`)
}
