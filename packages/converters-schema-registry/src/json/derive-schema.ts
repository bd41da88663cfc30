/** The JSON Schema that values of a Connect schema are registered with. */
import { type JsonValue, logical, parseJson, type Schema } from '@penstock/core'
import type { JsonSchemaOptions } from './json-options.ts'
import { enumParameter, generalizedEnum, isUnionSchema, keyword, namespace, nullSymbol } from './names.ts'
import { valueWriter } from './value-writer.ts'

type Json = { [name: string]: unknown }

export function deriveJsonSchema(schema: Schema, options: JsonSchemaOptions, index: number | null = null): Json {
  const place = index === null ? {} : { [keyword.index]: index }
  if (isUnionSchema(schema) && schema.type === 'STRUCT') {
    const branches = schema.fields.map((field, position) =>
      required(field.schema, options, { [keyword.index]: position }),
    )
    return { oneOf: schema.optional ? [{ type: 'null' }, ...branches] : branches, ...place }
  }
  if (!schema.optional) return required(schema, options, place)
  // The place of an optional field stands in the branch as well, for older readers.
  return { oneOf: [{ type: 'null' }, required(schema, options, schema.type === 'STRUCT' ? {} : place)], ...place }
}

function required(schema: Schema, options: JsonSchemaOptions, place: Json): Json {
  const parameters = Object.entries(schema.parameters ?? {}).filter(([name]) => !name.startsWith(namespace))
  return {
    ...typeOf(schema, options),
    ...(schema.name === null ? {} : { title: schema.name }),
    ...(schema.doc === null ? {} : { description: schema.doc }),
    ...(schema.default === undefined || schema.default === null ? {} : { default: defaultOf(schema, options) }),
    ...(schema.version === null ? {} : { [keyword.version]: schema.version }),
    ...(parameters.length === 0 ? {} : { [keyword.parameters]: Object.fromEntries(parameters) }),
    ...place,
  }
}

function typeOf(schema: Schema, options: JsonSchemaOptions): Json {
  const connectType = { [keyword.type]: schema.type.toLowerCase() }
  switch (schema.type) {
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
      return { type: 'integer', ...connectType }
    case 'FLOAT32':
    case 'FLOAT64':
      return { type: 'number', ...connectType }
    case 'BOOLEAN':
      return { type: 'boolean' }
    case 'STRING':
      return enumOf(schema, options) ?? { type: 'string' }
    case 'BYTES': {
      const isNumber = schema.name === logical.decimal && options.decimals === 'NUMERIC'
      return { type: isNumber ? 'number' : 'string', ...connectType }
    }
    case 'ARRAY':
      return { type: 'array', items: deriveJsonSchema(schema.valueSchema, options) }
    case 'MAP': {
      const { keySchema, valueSchema } = schema
      if (keySchema.type === 'STRING' && !keySchema.optional) {
        return { type: 'object', additionalProperties: deriveJsonSchema(valueSchema, options), ...connectType }
      }
      const key = deriveJsonSchema(keySchema, options, 0)
      const value = deriveJsonSchema(valueSchema, options, 1)
      return { type: 'array', items: { type: 'object', properties: { key, value } }, ...connectType }
    }
    case 'STRUCT': {
      const properties = schema.fields.map((field, index) => [
        field.name,
        deriveJsonSchema(field.schema, options, index),
      ])
      return {
        type: 'object',
        properties: Object.fromEntries(properties),
        ...(options.additionalProperties ? {} : { additionalProperties: false }),
      }
    }
  }
}

function enumOf({ parameters }: Schema, { generalizedSums }: JsonSchemaOptions): Json | null {
  const kind = generalizedSums ? generalizedEnum : enumParameter
  if (parameters?.[kind] === undefined) return null
  const symbols = Object.keys(parameters).filter((name) => name.startsWith(`${kind}.`))
  const values = symbols.map((name) => name.slice(kind.length + 1))
  return { enum: values.map((symbol) => (symbol === nullSymbol ? null : symbol)) }
}

function defaultOf(schema: Schema, options: JsonSchemaOptions): JsonValue {
  return parseJson(valueWriter({ ...schema, optional: true }, options)(schema.default) ?? 'null')
}
