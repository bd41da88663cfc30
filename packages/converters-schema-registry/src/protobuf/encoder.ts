/** Connect values to Protobuf's bytes: by the schema derived from theirs, or by another that is registered. */
import { DataError, type PrimitiveSchema, type Schema, type StructSchema } from '@penstock/core'
import { withinField } from '../field-errors.ts'
import { misfit } from '../logical-values.ts'
import { scrubbed } from '../scrubbed-name.ts'
import { structCheck } from '../struct-check.ts'
import { logicalWriter } from './logical-messages.ts'
import { isUnionSchema, isWrapper, parameter, wrapperTypes } from './names.ts'
import { mapEntryOf, type ProtoEnum, type ProtoField, type ProtoMessage } from './proto-model.ts'
import { wire } from './proto-reader.ts'
import { ProtoWriter } from './proto-writer.ts'
import type { ProtobufOptions } from './protobuf-options.ts'
import { scalarChecker } from './scalar-values.ts'
import { scalars } from './scalars.ts'

export interface EncodeOptions extends ProtobufOptions {
  /** Whether a part of the schema that can't be written fails at once, and not only when there is a value for it. */
  readonly strict: boolean
}

/** Writes a value that is not null. */
export type Encode = (writer: ProtoWriter, value: unknown) => void

/** Throws DataError where values of the Connect schema don't fit the message. */
export function encoderOf(message: ProtoMessage, schema: Schema, options: EncodeOptions): Encode {
  if (schema.type === 'STRUCT') return structEncoder(message, schema, options)
  const wrapped = wrapperEncoder(message, schema)
  if (wrapped === null) throw incompatible(`a value of type ${schema.type} can't be written as ${message.name}`)
  return wrapped
}

function structEncoder(message: ProtoMessage, schema: StructSchema, options: EncodeOptions): Encode {
  const isOfSchema = structCheck(schema)
  const parts = schema.fields.map((field) => {
    const encode = attempted(options, () =>
      withinField(field.name, () => fieldEncoder(message, field.name, field.schema, options)),
    )
    return { name: field.name, encode }
  })
  return (writer, value) => {
    if (!isOfSchema(value)) throw misfit(value, 'STRUCT', ' of another schema')
    for (const { name, encode } of parts) {
      const member = options.ignoreDefaults ? value.getWithoutDefault(name) : value.get(name)
      if (member !== null) withinField(name, () => encode(writer, member))
    }
  }
}

function attempted(options: EncodeOptions, make: () => Encode): Encode {
  try {
    return make()
  } catch (error) {
    if (options.strict || !(error instanceof DataError)) throw error
    return () => {
      throw error
    }
  }
}

function fieldEncoder(message: ProtoMessage, name: string, schema: Schema, options: EncodeOptions): Encode {
  if (schema.type === 'STRUCT' && isUnionSchema(schema)) return oneofEncoder(message, schema, options)
  const field = fieldNamed(message, name, options)
  const entry = mapEntryOf(field)
  if (schema.type === 'MAP') {
    if (entry === null) throw unlike(schema, field)
    return mapEncoder(field, schema.keySchema, schema.valueSchema, options)
  }
  if (schema.type === 'ARRAY') {
    if (!field.repeated || entry !== null) throw unlike(schema, field)
    return repeatedEncoder(field, schema.valueSchema, options)
  }
  if (field.repeated) throw unlike(schema, field)
  return valueEncoder(field, schema, options, field.presence || field.oneof !== null)
}

function fieldNamed(message: ProtoMessage, name: string, options: EncodeOptions): ProtoField {
  const own = options.scrubNames ? scrubbed(name) : name
  const field = message.fields.find((candidate) => candidate.name === own)
  if (field === undefined) throw incompatible(`${message.name} has no field ${own}`)
  return field
}

function oneofEncoder(message: ProtoMessage, schema: StructSchema, options: EncodeOptions): Encode {
  const isOfSchema = structCheck(schema)
  const members = schema.fields.map(({ name, schema: of }) => {
    const encode = attempted(options, () => valueEncoder(fieldNamed(message, name, options), of, options, true))
    return { name, encode }
  })
  return (writer, value) => {
    if (!isOfSchema(value)) throw misfit(value, 'STRUCT', ' of another schema')
    for (const { name, encode } of members) {
      const member = value.getWithoutDefault(name)
      if (member === null) continue
      withinField(name, () => encode(writer, member))
      return
    }
  }
}

function repeatedEncoder(field: ProtoField, schema: Schema, options: EncodeOptions): Encode {
  const { type } = field
  const check = typeof type === 'string' ? scalarChecker(type, schema as PrimitiveSchema) : null
  if (typeof type === 'string' && field.packed && scalars[type].wireType !== wire.bytes) {
    if (check === null) throw unlike(schema, field)
    const { write } = scalars[type]
    return (writer, value) => {
      const items = itemsOf(value)
      if (items.length === 0) return
      writer.message(field.number, (inner) => {
        for (const item of items) write(inner, check(item) as never)
      })
    }
  }
  const encode = valueEncoder(field, schema, options, true)
  return (writer, value) => {
    for (const item of itemsOf(value)) encode(writer, item)
  }
}

function itemsOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw misfit(value, 'ARRAY')
  if (value.includes(null)) throw new DataError('protobuf.null', 'a list holds a null, which Protobuf has no place for')
  return value
}

function mapEncoder(field: ProtoField, keySchema: Schema, valueSchema: Schema, options: EncodeOptions): Encode {
  const entry = mapEntryOf(field) as { key: ProtoField; value: ProtoField }
  const key = valueEncoder(entry.key, keySchema, options, true)
  const item = valueEncoder(entry.value, valueSchema, options, true)
  return (writer, value) => {
    for (const [ownKey, ownValue] of entriesOf(value)) {
      if (ownKey === null || ownValue === null) {
        throw new DataError('protobuf.null', 'a map holds a null, which Protobuf has no place for')
      }
      writer.message(field.number, (inner) => {
        key(inner, ownKey)
        item(inner, ownValue)
      })
    }
  }
}

/** Maps that a transformation made are plain objects, perhaps. */
function entriesOf(value: unknown): Iterable<readonly [unknown, unknown]> {
  if (value instanceof Map) return value
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.entries(value)
  }
  throw misfit(value, 'MAP')
}

/** `always` writes what equals the default too. */
function valueEncoder(field: ProtoField, schema: Schema, options: EncodeOptions, always: boolean): Encode {
  const { type, number } = field
  if (typeof type === 'string') {
    const check = scalarChecker(type, schema as PrimitiveSchema)
    if (check === null) throw unlike(schema, field)
    const { wireType, write, zero } = scalars[type]
    return (writer, value) => {
      const checked = check(value)
      if (!always && isZero(checked, zero)) return
      writer.tag(number, wireType)
      write(writer, checked as never)
    }
  }
  if (type.kind === 'enum') {
    const numberOf = enumNumbers(type, schema, options)
    if (numberOf === null) throw unlike(schema, field)
    return (writer, value) => {
      const symbol = numberOf(value)
      if (!always && symbol === 0) return
      writer.tag(number, wire.varint)
      writer.varint(BigInt(symbol))
    }
  }
  const encode = messageEncoder(type, schema, options)
  return (writer, value) => writer.message(number, (inner) => encode(inner, value))
}

function messageEncoder(type: ProtoMessage, schema: Schema, options: EncodeOptions): Encode {
  const encode =
    logicalWriter(type.name, schema) ??
    (schema.type === 'STRUCT' ? structEncoder(type, schema, options) : wrapperEncoder(type, schema))
  if (encode === null) throw incompatible(`${schema.name ?? schema.type} can't be written as ${type.name}`)
  return encode
}

/** Null where the message wraps no values of the schema. */
function wrapperEncoder(message: ProtoMessage, schema: Schema): Encode | null {
  if (!isWrapper(message.name)) return null
  const type = wrapperTypes[message.name]
  const check = scalarChecker(type, schema as PrimitiveSchema)
  if (check === null) return null
  const { wireType, write, zero } = scalars[type]
  return (writer, value) => {
    const checked = check(value)
    if (isZero(checked, zero)) return
    writer.tag(1, wireType)
    write(writer, checked as never)
  }
}

/** -0 is another number than 0, and written. */
function isZero(value: unknown, zero: unknown): boolean {
  return value instanceof Uint8Array ? value.length === 0 : Object.is(value, zero)
}

function enumNumbers(
  { name, values }: ProtoEnum,
  schema: Schema,
  options: EncodeOptions,
): ((value: unknown) => number) | null {
  if (schema.type === 'INT32') {
    return (value) => {
      if (typeof value === 'number' && Number.isInteger(value)) return value
      throw misfit(value, 'INT32')
    }
  }
  if (schema.type !== 'STRING') return null
  const kind = options.generalizedSums ? parameter.generalizedEnum : parameter.enum
  const numbers = new Map(values.map((value) => [value.name, value.number]))
  return (value) => {
    if (typeof value !== 'string') throw misfit(value, 'STRING')
    const symbol = options.scrubNames ? scrubbed(value) : value
    const unknown = /^UNKNOWN_ENUM_VALUE_\w+_(-?\d+)$/.exec(value)?.[1]
    const number = numbers.get(symbol) ?? schema.parameters?.[`${kind}.${value}`] ?? unknown
    if (number !== undefined) return Number(number)
    throw new DataError('protobuf.misfit', `"${value.slice(0, 40)}" is none of the symbols of ${name}`)
  }
}

function unlike(schema: Schema, field: ProtoField): DataError {
  const type = typeof field.type === 'string' ? field.type : field.type.name
  return incompatible(`${schema.name ?? schema.type} can't be written as ${field.repeated ? 'repeated ' : ''}${type}`)
}

function incompatible(how: string): DataError {
  return new DataError('protobuf.incompatible', `the record does not fit the registered schema: ${how}`)
}

export function encoded(encode: Encode, value: unknown): Buffer {
  const writer = new ProtoWriter()
  encode(writer, value)
  return writer.finish()
}
