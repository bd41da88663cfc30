/** Protobuf's bytes to Connect values, by the message they are of. */
import { type MapSchema, type Schema, Struct, type StructSchema } from '@penstock/core'
import { logicalReader } from './logical-messages.ts'
import { isWrapper, unionFieldName, wrapperTypes } from './names.ts'
import { mapEntryOf, type ProtoEnum, type ProtoField, type ProtoMessage, type ProtoScalar } from './proto-model.ts'
import { ProtoReader, wire } from './proto-reader.ts'
import type { ProtobufOptions } from './protobuf-options.ts'
import { scalars } from './scalars.ts'

type Decode = (reader: ProtoReader) => unknown

/** One value of a field. */
interface ValueDecoder {
  readonly wireType: number
  readonly decode: Decode
  /** What a field without presence has when it is not there. */
  zero(): unknown
}

/** What becomes of a field that is met in the bytes. */
interface Slot {
  readonly tag: number
  readonly packedTag: number
  take(values: Map<string, unknown>, reader: ProtoReader, tag: number): void
}

/** `schema` is what `toConnectSchema` made of the message. */
export function decoderOf(message: ProtoMessage, schema: Schema, options: ProtobufOptions): Decode {
  if (schema.type !== 'STRUCT') {
    const wrapped = wrapperTypes[message.name as keyof typeof wrapperTypes]
    return wrapperDecoder(wrapped, schema)
  }
  return structDecoder(message, schema, options)
}

function structDecoder(message: ProtoMessage, schema: StructSchema, options: ProtobufOptions): Decode {
  const schemas = new Map(schema.fields.map((field) => [field.name, field.schema]))
  const slots = new Map<number, Slot>()
  const absent: (readonly [string, () => unknown])[] = []
  for (const field of message.fields) {
    const { oneof } = field
    const isMember = oneof !== null && !options.flattenUnions
    const unionName = isMember ? unionFieldName(oneof, options) : null
    const union = unionName === null ? null : (schemas.get(unionName) as StructSchema)
    const own = union === null ? schemas.get(field.name) : union.fields.find(({ name }) => name === field.name)?.schema
    const value = valueDecoder(field, own as Schema, options)
    if (union !== null && unionName !== null) {
      const decode: Decode = (reader) => new Struct(union, { [field.name]: value.decode(reader) })
      addSlot(slots, field, single(unionName, field, { ...value, decode }))
    } else if (oneof !== null) {
      addSlot(slots, field, flattened(field, oneof.fields, value))
    } else if (mapEntryOf(field) !== null) {
      absent.push([field.name, () => new Map()])
      addSlot(slots, field, mapSlot(field, own as MapSchema, options))
    } else if (field.repeated) {
      absent.push([field.name, () => []])
      addSlot(slots, field, repeated(field, value))
    } else {
      if (startsWithValue(field, options)) absent.push([field.name, () => value.zero()])
      addSlot(slots, field, single(field.name, field, value))
    }
  }
  return (reader) => {
    const values = new Map<string, unknown>()
    for (const [name, make] of absent) values.set(name, make())
    while (!reader.done) {
      const tag = reader.tag()
      const slot = slots.get(Math.floor(tag / 8))
      if (slot !== undefined && (tag === slot.tag || tag === slot.packedTag)) slot.take(values, reader, tag)
      else reader.skip(tag)
    }
    return new Struct(schema, values)
  }
}

/** Whether a field that is not there has its default, and not null. */
function startsWithValue(field: ProtoField, options: ProtobufOptions): boolean {
  const { type } = field
  if (typeof type === 'object' && type.kind === 'message') {
    return options.structForNulls && !isWrapper(type.name) && logicalReader(type.name) === undefined
  }
  return !field.presence || (field.saysOptional && field.default !== undefined && !options.optionalForProto2)
}

function addSlot(slots: Map<number, Slot>, field: ProtoField, slot: Slot): void {
  slots.set(field.number, slot)
}

function single(name: string, field: ProtoField, { wireType, decode }: ValueDecoder): Slot {
  const tag = field.number * 8 + wireType
  return { tag, packedTag: tag, take: (values, reader) => values.set(name, decode(reader)) }
}

/** A oneof whose members are fields of their own: the last one met counts. */
function flattened(field: ProtoField, members: readonly ProtoField[], value: ValueDecoder): Slot {
  const slot = single(field.name, field, value)
  return {
    ...slot,
    take(values, reader, tag) {
      for (const { name } of members) values.delete(name)
      slot.take(values, reader, tag)
    },
  }
}

/** Numbers come packed or one by one, whatever the schema says. */
function repeated(field: ProtoField, { wireType, decode }: ValueDecoder): Slot {
  const tag = field.number * 8 + wireType
  const packedTag = field.number * 8 + wire.bytes
  return {
    tag,
    packedTag,
    take(values, reader, met) {
      const items = values.get(field.name) as unknown[]
      if (met === tag) items.push(decode(reader))
      else for (const inner = new ProtoReader(reader.bytes()); !inner.done; ) items.push(decode(inner))
    },
  }
}

function mapSlot(field: ProtoField, schema: MapSchema, options: ProtobufOptions): Slot {
  const entry = mapEntryOf(field) as { key: ProtoField; value: ProtoField }
  const key = valueDecoder(entry.key, schema.keySchema, options)
  const value = valueDecoder(entry.value, schema.valueSchema, options)
  const tag = field.number * 8 + wire.bytes
  return {
    tag,
    packedTag: tag,
    take(values, reader) {
      const inner = new ProtoReader(reader.bytes())
      let [ownKey, ownValue]: unknown[] = []
      while (!inner.done) {
        const part = inner.tag()
        if (part === entry.key.number * 8 + key.wireType) ownKey = key.decode(inner)
        else if (part === entry.value.number * 8 + value.wireType) ownValue = value.decode(inner)
        else inner.skip(part)
      }
      const map = values.get(field.name) as Map<unknown, unknown>
      map.set(ownKey ?? key.zero(), ownValue ?? value.zero())
    },
  }
}

function valueDecoder(field: ProtoField, schema: Schema, options: ProtobufOptions): ValueDecoder {
  const { type } = field
  const item = field.repeated && schema.type === 'ARRAY' ? schema.valueSchema : schema
  if (typeof type === 'string') {
    const { wireType, zero } = scalars[type]
    const decode = scalarDecoder(type, item)
    return { wireType, decode, zero: () => field.default ?? zero }
  }
  if (type.kind === 'enum') return enumDecoder(type, item, field.default)
  if (mapEntryOf(field) !== null) return { wireType: wire.bytes, decode: (reader) => reader.bytes(), zero: () => null }
  const decode =
    logicalReader(type.name) ??
    (item.type === 'STRUCT'
      ? structDecoder(type, item, options)
      : wrapperDecoder(wrapperTypes[type.name as keyof typeof wrapperTypes], item))
  return {
    wireType: wire.bytes,
    decode: (reader) => decode(new ProtoReader(reader.bytes())),
    zero: () => decode(new ProtoReader(Buffer.alloc(0))),
  }
}

function scalarDecoder(type: ProtoScalar, schema: Schema): Decode {
  const { read } = scalars[type]
  // As Java narrows them.
  if (schema.type === 'INT8') return (reader) => ((read(reader) as number) << 24) >> 24
  if (schema.type === 'INT16') return (reader) => ((read(reader) as number) << 16) >> 16
  return read
}

function enumDecoder({ name, values }: ProtoEnum, schema: Schema, ownDefault: unknown): ValueDecoder {
  const first = typeof ownDefault === 'number' ? ownDefault : (values[0]?.number ?? 0)
  if (schema.type === 'INT32') return { wireType: wire.varint, decode: (reader) => reader.int32(), zero: () => first }
  const symbols = new Map(values.map((value) => [value.number, value.name]))
  const short = name.slice(name.lastIndexOf('.') + 1)
  // What Java calls a number that the schema has no symbol for.
  const symbolOf = (number: number): string => symbols.get(number) ?? `UNKNOWN_ENUM_VALUE_${short}_${number}`
  return { wireType: wire.varint, decode: (reader) => symbolOf(reader.int32()), zero: () => symbolOf(first) }
}

/** Reads the one field of a wrapper message. */
function wrapperDecoder(type: ProtoScalar, schema: Schema): Decode {
  const { wireType, zero } = scalars[type]
  const decode = scalarDecoder(type, schema)
  return (reader) => {
    let value = zero
    while (!reader.done) {
      const tag = reader.tag()
      if (tag === 8 + wireType) value = decode(reader)
      else reader.skip(tag)
    }
    return value
  }
}
