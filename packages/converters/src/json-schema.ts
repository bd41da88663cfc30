/** The `schema` object of JsonConverter's envelope, both ways. @module */
import {
  DataError,
  type JsonValue,
  schema as make,
  type PrimitiveType,
  type Schema,
  type SchemaOptions,
} from '@penstock/core'
import { payloadToJson } from './connect-to-json.ts'
import type { JsonOptions } from './json-options.ts'
import { deeper } from './json-text.ts'
import { payloadToConnect } from './json-to-connect.ts'

const jsonNames = {
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FLOAT32: 'float',
  FLOAT64: 'double',
  BOOLEAN: 'boolean',
  STRING: 'string',
  BYTES: 'bytes',
  ARRAY: 'array',
  MAP: 'map',
  STRUCT: 'struct',
} as const
const primitiveByJsonName = new Map(
  Object.entries(jsonNames).flatMap(([type, name]) =>
    type === 'ARRAY' || type === 'MAP' || type === 'STRUCT' ? [] : [[name as string, type as PrimitiveType] as const],
  ),
)

/** Writes a schema with its keys in the order Kafka Connect writes them. */
export function schemaToJson(schema: Schema, options: JsonOptions, field?: string): string {
  const members = [`"type":"${jsonNames[schema.type]}"`]
  switch (schema.type) {
    case 'ARRAY':
      members.push(`"items":${schemaToJson(schema.valueSchema, options)}`)
      break
    case 'MAP':
      members.push(`"keys":${schemaToJson(schema.keySchema, options)}`)
      members.push(`"values":${schemaToJson(schema.valueSchema, options)}`)
      break
    case 'STRUCT':
      members.push(`"fields":[${schema.fields.map((f) => schemaToJson(f.schema, options, f.name)).join(',')}]`)
      break
    default:
  }
  members.push(`"optional":${schema.optional}`)
  if (schema.name !== null) members.push(`"name":${JSON.stringify(schema.name)}`)
  if (schema.version !== null) members.push(`"version":${schema.version}`)
  if (schema.doc !== null) members.push(`"doc":${JSON.stringify(schema.doc)}`)
  if (schema.parameters !== null) members.push(`"parameters":${JSON.stringify(schema.parameters)}`)
  if (schema.default !== undefined && schema.default !== null) {
    members.push(`"default":${payloadToJson(schema, schema.default, options)}`)
  }
  if (field !== undefined) members.push(`"field":${JSON.stringify(field)}`)
  return `{${members.join(',')}}`
}

/** Reads a schema. Throws DataError for one that is not of the envelope's form. */
export function schemaFromJson(json: JsonValue, options: JsonOptions, path = 'schema', depth = 0): Schema {
  if (!isObject(json)) throw bad(path, 'must be an object')
  const type = own(json, 'type')
  if (typeof type !== 'string') throw bad(path, 'must have a "type"')
  const attributes: Writable<SchemaOptions> = {
    optional: booleanOf(own(json, 'optional'), `${path}.optional`),
    name: textOf(own(json, 'name'), `${path}.name`),
    version: integerOf(own(json, 'version'), `${path}.version`),
    doc: textOf(own(json, 'doc'), `${path}.doc`),
    parameters: parametersOf(own(json, 'parameters'), `${path}.parameters`),
  }
  const schema = withAttributes(json, type, attributes, options, path, deeper(depth))
  const standard = own(json, 'default')
  if (standard === undefined || standard === null) return schema
  // The default is a payload of this very schema, which it is therefore read with.
  const value = payloadToConnect(schema, standard, options)
  return { ...schema, default: value }
}

function withAttributes(
  json: JsonObject,
  type: string,
  attributes: SchemaOptions,
  options: JsonOptions,
  path: string,
  depth: number,
): Schema {
  const primitive = primitiveByJsonName.get(type)
  if (primitive !== undefined) return make.primitive(primitive, attributes)
  const nested = (name: string): Schema => {
    const member = own(json, name)
    if (member === undefined || member === null) throw bad(path, `of type ${type} must have "${name}"`)
    return schemaFromJson(member, options, `${path}.${name}`, depth)
  }
  switch (type) {
    case 'array':
      return make.array(nested('items'), attributes)
    case 'map':
      return make.map(nested('keys'), nested('values'), attributes)
    case 'struct': {
      const fields = own(json, 'fields')
      if (!Array.isArray(fields)) throw bad(path, 'of type struct must have a list of "fields"')
      const seen = new Set<string>()
      return make.struct(
        fields.map((field, i) => {
          const name = isObject(field) ? own(field, 'field') : undefined
          if (typeof name !== 'string') throw bad(`${path}.fields[${i}]`, 'must have its name as "field"')
          if (seen.has(name)) throw bad(path, `has two fields named "${name}"`)
          seen.add(name)
          return [name, schemaFromJson(field, options, `${path}.fields[${i}]`, depth)]
        }),
        attributes,
      )
    }
    default:
      throw bad(path, `has the unknown type "${type.slice(0, 40)}"`)
  }
}

type JsonObject = { [key: string]: JsonValue }
type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

function isObject(json: JsonValue | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && Object.getPrototypeOf(json) === Object.prototype
}

function own(json: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(json, name) ? json[name] : undefined
}

function booleanOf(json: JsonValue | undefined, path: string): boolean {
  if (json === undefined || json === null) return false
  if (typeof json !== 'boolean') throw bad(path, 'must be true or false')
  return json
}

function textOf(json: JsonValue | undefined, path: string): string | null {
  if (json === undefined || json === null) return null
  if (typeof json !== 'string') throw bad(path, 'must be a string')
  return json
}

function integerOf(json: JsonValue | undefined, path: string): number | null {
  if (json === undefined || json === null) return null
  if (typeof json !== 'number' || !Number.isInteger(json)) throw bad(path, 'must be an integer')
  return json
}

function parametersOf(json: JsonValue | undefined, path: string): Record<string, string> | null {
  if (json === undefined || json === null) return null
  if (!isObject(json)) throw bad(path, 'must be an object of strings')
  for (const value of Object.values(json)) {
    if (typeof value !== 'string') throw bad(path, 'must be an object of strings')
  }
  return json as Record<string, string>
}

function bad(path: string, problem: string): DataError {
  return new DataError('json.schema', `the envelope's ${path} ${problem}`)
}
