/** Connect values to Avro's bytes: by the schema derived from theirs, or by another that is registered. */
import { DataError, type Schema, Struct, type StructSchema } from '@penstock/core'
import { withinField } from '../field-errors.ts'
import { misfit } from '../logical-values.ts'
import { scrubbed } from '../scrubbed-name.ts'
import { structCheck } from '../struct-check.ts'
import type { AvroOptions } from './avro-options.ts'
import type { AvroRecord, AvroType, AvroUnion } from './avro-type.ts'
import type { BinaryWriter } from './binary-writer.ts'
import { defaultToConnect } from './default-value.ts'
import { hasTextKeys } from './derive-schema.ts'
import { isUnionSchema, memberName } from './names.ts'
import { scalarEncoder } from './scalar-encoder.ts'
import { mapEntryOf, toConnectSchema } from './to-connect-schema.ts'

export type Encode = (writer: BinaryWriter, value: unknown) => void

export interface EncodeOptions extends AvroOptions {
  /** Whether a part of the schema that can't be written fails at once, and not only when there is a value for it. */
  readonly strict: boolean
}

/** Throws DataError where values of the Connect schema don't fit the type. */
export function encoderOf(type: AvroType, schema: Schema, options: EncodeOptions): Encode {
  try {
    return type.kind === 'union' ? unionEncoder(type, schema, options) : requiredEncoder(type, schema, options)
  } catch (error) {
    if (options.strict || !(error instanceof DataError)) throw error
    return () => {
      throw error
    }
  }
}

/** For a type that has no null. */
function requiredEncoder(type: Exclude<AvroType, AvroUnion>, schema: Schema, options: EncodeOptions): Encode {
  const ownDefault = schema.default ?? null
  if (schema.optional && ownDefault === null && options.strict) {
    throw incompatible(`${type.kind} takes no null, and the record's schema is optional`)
  }
  const encode = valueEncoder(type, schema, options)
  return (writer, value) => {
    const given = value ?? ownDefault
    if (given === null) throw nullRequired(schema)
    encode(writer, given)
  }
}

function valueEncoder(type: Exclude<AvroType, AvroUnion>, schema: Schema, options: EncodeOptions): Encode {
  switch (schema.type) {
    case 'ARRAY':
      return arrayEncoder(type, schema.valueSchema, options)
    case 'MAP': {
      if (type.kind === 'map' && hasTextKeys(schema, options))
        return mapEncoder(type.values, schema.valueSchema, options)
      const entry = type.kind === 'array' ? mapEntryOf(type) : null
      if (entry === null || type.kind !== 'array') throw unlike(type, schema)
      return entriesEncoder(type.items as AvroRecord, schema.keySchema, schema.valueSchema, options)
    }
    case 'STRUCT':
      if (type.kind !== 'record') throw unlike(type, schema)
      return recordEncoder(type, schema, options)
    default: {
      const encode = scalarEncoder(type, schema)
      if (encode === null) throw unlike(type, schema)
      return encode
    }
  }
}

function arrayEncoder(type: AvroType, itemSchema: Schema, options: EncodeOptions): Encode {
  if (type.kind !== 'array') throw incompatible(`an ARRAY can't be written as ${type.kind}`)
  const encode = encoderOf(type.items, itemSchema, options)
  return (writer, value) => {
    if (!Array.isArray(value)) throw misfit(value, 'ARRAY')
    if (value.length > 0) writer.long(BigInt(value.length))
    for (const item of value) encode(writer, item)
    writer.int(0)
  }
}

function mapEncoder(type: AvroType, valueSchema: Schema, options: EncodeOptions): Encode {
  const encode = encoderOf(type, valueSchema, options)
  return (writer, value) => {
    const map = mapOf(value)
    if (map.size > 0) writer.long(BigInt(map.size))
    for (const [key, item] of map) {
      if (typeof key !== 'string') throw misfit(key, 'a key of a map, STRING')
      writer.string(key)
      encode(writer, item)
    }
    writer.int(0)
  }
}

function entriesEncoder(type: AvroRecord, keySchema: Schema, valueSchema: Schema, options: EncodeOptions): Encode {
  const parts = type.fields.map((field) => {
    const isKey = field.name === 'key'
    return { isKey, encode: encoderOf(field.type, isKey ? keySchema : valueSchema, options) }
  })
  return (writer, value) => {
    const map = mapOf(value)
    if (map.size > 0) writer.long(BigInt(map.size))
    for (const [key, item] of map) for (const { isKey, encode } of parts) encode(writer, isKey ? key : item)
    writer.int(0)
  }
}

/** Maps that a transformation made are plain objects, perhaps. */
function mapOf(value: unknown): ReadonlyMap<unknown, unknown> {
  if (value instanceof Map) return value
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return new Map(Object.entries(value))
  }
  throw misfit(value, 'MAP')
}

function recordEncoder(type: AvroRecord, schema: StructSchema, options: EncodeOptions): Encode {
  const byName = new Map(
    schema.fields.map((field) => [options.scrubNames ? scrubbed(field.name) : field.name, field] as const),
  )
  const parts = type.fields.map((field): ((writer: BinaryWriter, struct: Struct) => void) => {
    const own = byName.get(field.name)
    if (own !== undefined) {
      const encode = withinField(field.name, () => encoderOf(field.type, own.schema, options))
      return (writer, struct) => {
        const value = options.ignoreDefaults ? struct.getWithoutDefault(own.name) : struct.get(own.name)
        withinField(field.name, () => encode(writer, value))
      }
    }
    if (field.default === undefined) {
      const error = incompatible(`the record has no field ${field.name}, and ${type.name} has no default for it`)
      if (options.strict) throw error
      return () => {
        throw error
      }
    }
    const fieldSchema = toConnectSchema(field.type, options)
    const value = defaultToConnect(field.type, fieldSchema, field.default)
    const encode = encoderOf(field.type, fieldSchema, { ...options, ignoreDefaults: true })
    return (writer) => encode(writer, value)
  })
  const isOfSchema = structCheck(schema)
  return (writer, value) => {
    if (!isOfSchema(value)) throw misfit(value, 'STRUCT', ' of another schema')
    for (const encode of parts) encode(writer, value)
  }
}

function unionEncoder(type: AvroUnion, schema: Schema, options: EncodeOptions): Encode {
  const nullIndex = type.types.findIndex(({ kind }) => kind === 'null')
  const writeNull = (writer: BinaryWriter): void => {
    if (nullIndex < 0) throw nullRequired(schema)
    writer.int(nullIndex)
  }
  if (schema.type === 'STRUCT' && isUnionSchema(schema)) return sumEncoder(type, schema, options, writeNull)
  if (schema.optional && nullIndex < 0 && (schema.default ?? null) === null && options.strict) {
    throw incompatible('a union takes no null, and the record’s schema is optional')
  }
  const { index, encode } = branchFor(type, schema, options)
  return (writer, value) => {
    if (value === null || value === undefined) {
      writeNull(writer)
      return
    }
    writer.int(index)
    encode(writer, value)
  }
}

/** A union in Connect: a struct of which one field is set. */
function sumEncoder(
  type: AvroUnion,
  schema: StructSchema,
  options: EncodeOptions,
  writeNull: (writer: BinaryWriter) => void,
): Encode {
  const parts = schema.fields.map((field) => {
    const required = { ...field.schema, optional: false }
    const named = type.types.findIndex((member, index) => memberName(member, index, options) === field.name)
    const member = type.types[named]
    const branch =
      member === undefined || member.kind === 'null'
        ? branchFor(type, required, options)
        : { index: named, encode: encoderOf(member, required, options) }
    return { name: field.name, ...branch }
  })
  return (writer, value) => {
    if (value === null || value === undefined) {
      writeNull(writer)
      return
    }
    if (!(value instanceof Struct)) throw misfit(value, 'STRUCT')
    for (const { name, index, encode } of parts) {
      const member = value.getWithoutDefault(name)
      if (member === null) continue
      writer.int(index)
      encode(writer, member)
      return
    }
    writeNull(writer)
  }
}

/** The branch that values of a schema are written as: one of just its type, else one that can hold them. */
function branchFor(type: AvroUnion, schema: Schema, options: EncodeOptions): { index: number; encode: Encode } {
  const required: Schema = { ...schema, optional: false }
  const order = type.types
    .map((member, index) => ({ member, index }))
    .filter(({ member }) => member.kind !== 'null')
    .sort((a, b) => Number(isExact(b.member, required)) - Number(isExact(a.member, required)))
  let last: unknown
  for (const { member, index } of order) {
    try {
      return { index, encode: encoderOf(member, required, { ...options, strict: true }) }
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      last ??= error
    }
  }
  if (last instanceof DataError && order.length === 1) throw last
  throw incompatible(`none of the branches of a union takes ${schema.name ?? schema.type}`)
}

function isExact(type: AvroType, schema: Schema): boolean {
  switch (schema.type) {
    case 'STRUCT':
      return type.kind === 'record' && (schema.name === null || type.name === schema.name)
    case 'INT64':
      return type.kind === 'long'
    case 'FLOAT32':
      return type.kind === 'float'
    case 'FLOAT64':
      return type.kind === 'double'
    case 'INT8':
    case 'INT16':
    case 'INT32':
      return type.kind === 'int'
    default:
      return type.kind === schema.type.toLowerCase()
  }
}

function unlike(type: AvroType, schema: Schema): DataError {
  return incompatible(`${schema.name ?? schema.type} can't be written as ${type.kind}`)
}

function incompatible(how: string): DataError {
  return new DataError('avro.incompatible', `the record does not fit the registered schema: ${how}`)
}

function nullRequired(schema: Schema): DataError {
  return new DataError('avro.null', `Invalid value: null used for required field, schema type: ${schema.type}`)
}
