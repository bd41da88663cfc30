/** Reading and rebuilding maps and structs. Names such as `__proto__` are fields like any other. @module */
import {
  DataError,
  JsonNumber,
  schema as make,
  type Schema,
  type SchemaOptions,
  Struct,
  type StructSchema,
} from '@penstock/core'

/** A schemaless map: what JSON objects become. */
export type Fields = Record<string, unknown>

/** Throws DataError for anything but a schemaless map. `purpose` says what it was needed for. */
export function requireMap(value: unknown, purpose: string): Fields {
  if (isMap(value)) return value
  throw new DataError(
    'transform.not_a_map',
    `Only Map objects supported in absence of schema for [${purpose}], found: ${javaClassOf(value)}`,
  )
}

export function requireStruct(value: unknown, purpose: string): Struct {
  if (value instanceof Struct) return value
  throw new DataError(
    'transform.not_a_struct',
    `Only Struct objects supported for [${purpose}], found: ${javaClassOf(value)}`,
  )
}

export function isMap(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A member of a map, undefined when it has none of that name. */
export function member(map: Fields, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined
}

/** Sets a member of a map that isn't shared yet. */
export function setMember(map: Fields, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true })
  else map[name] = value
}

/** A struct's field, with or without its default in place of null. */
export function fieldOf(struct: Struct, name: string, replaceNullWithDefault: boolean): unknown {
  return replaceNullWithDefault ? struct.get(name) : struct.getWithoutDefault(name)
}

/** What a rebuilt struct schema keeps of the original. Its being optional and its default are lost, as in Connect. */
export function kept({ name, version, doc, parameters }: StructSchema): SchemaOptions {
  return { name, version, doc, parameters }
}

/** A struct schema of these fields. Throws DataError where two have one name, as Connect does. */
export function structSchema(
  fields: readonly (readonly [string, Schema])[],
  options: SchemaOptions = {},
): StructSchema {
  const names = new Set<string>()
  for (const [name] of fields) {
    if (names.has(name)) {
      throw new DataError(
        'transform.duplicate_field',
        `Cannot create field because of field name duplication ${name}; rename one of the two before`,
      )
    }
    names.add(name)
  }
  return make.struct(fields, options)
}

/** The fields of a schema, for {@link structSchema}. Throws DataError for a schema without fields. */
export function fieldsOf(schema: Schema): readonly (readonly [string, Schema])[] {
  return asStruct(schema).fields.map((field) => [field.name, field.schema])
}

/** Throws DataError, with Connect's text, for a schema without fields. */
export function asStruct(schema: Schema): StructSchema {
  if (schema.type === 'STRUCT') return schema
  throw new DataError('transform.not_a_struct', `Cannot list fields on non-struct type: the schema is ${schema.type}`)
}

/** The Java class a value would have, for messages that equal Kafka Connect's. */
export function javaClassOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'java.util.ArrayList'
  if (value instanceof Struct) return 'org.apache.kafka.connect.data.Struct'
  if (value instanceof Uint8Array) return '[B'
  if (value instanceof Date) return 'java.util.Date'
  switch (typeof value) {
    case 'string':
      return 'java.lang.String'
    case 'boolean':
      return 'java.lang.Boolean'
    case 'bigint':
      return 'java.lang.Long'
    case 'number':
      return Number.isSafeInteger(value) ? 'java.lang.Long' : 'java.lang.Double'
    default:
      return value instanceof JsonNumber ? 'java.lang.Double' : 'java.util.HashMap'
  }
}
