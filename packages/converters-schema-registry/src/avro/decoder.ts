/** Avro's bytes to Connect values, by the schema they were written with. */
import { assertNever, DataError, Decimal, logical, type Schema, Struct, type StructSchema } from '@penstock/core'
import { dateOfDays, dateOfMs, scaleOf, timeOfMs } from '../logical-values.ts'
import type { AvroOptions } from './avro-options.ts'
import type { AvroArray, AvroEnum, AvroMap, AvroRecord, AvroType, AvroUnion } from './avro-type.ts'
import type { BinaryReader } from './binary-reader.ts'
import { memberName } from './names.ts'
import { mapEntryOf, optionalBranch } from './to-connect-schema.ts'

export type Decode = (reader: BinaryReader) => unknown

/** `schema` is what `toConnectSchema` made of the type. */
export function decoderOf(type: AvroType, schema: Schema, options: AvroOptions): Decode {
  switch (type.kind) {
    case 'null':
      return () => null
    case 'boolean':
      return (reader) => reader.boolean()
    case 'int':
      return intDecoder(schema)
    case 'long':
      return schema.name === logical.timestamp ? (reader) => dateOfMs(Number(reader.long())) : (reader) => reader.long()
    case 'float':
      return (reader) => reader.float()
    case 'double':
      return (reader) => reader.double()
    case 'bytes':
      return decimalOr(schema, (reader) => reader.bytes())
    case 'fixed':
      return decimalOr(schema, (reader) => reader.fixed(type.size))
    case 'string':
      return (reader) => reader.string()
    case 'enum':
      return enumDecoder(type)
    case 'array':
      return arrayDecoder(type, schema, options)
    case 'map':
      return mapDecoder(type, schema, options)
    case 'record':
      return recordDecoder(type, schema, options)
    case 'union':
      return unionDecoder(type, schema, options)
    default:
      return assertNever(type)
  }
}

function intDecoder(schema: Schema): Decode {
  if (schema.name === logical.date) return (reader) => dateOfDays(reader.int())
  if (schema.name === logical.time) return (reader) => timeOfMs(reader.int())
  // As Java narrows them.
  if (schema.type === 'INT8') return (reader) => (reader.int() << 24) >> 24
  if (schema.type === 'INT16') return (reader) => (reader.int() << 16) >> 16
  return (reader) => reader.int()
}

function decimalOr(schema: Schema, read: (reader: BinaryReader) => Buffer): Decode {
  if (schema.name !== logical.decimal) return read
  const scale = scaleOf(schema)
  return (reader) => Decimal.fromBytes(read(reader), scale)
}

function enumDecoder({ name, symbols }: AvroEnum): Decode {
  return (reader) => {
    const index = reader.int()
    const symbol = symbols[index]
    if (symbol === undefined) throw new DataError('avro.malformed', `the enum ${name} has no symbol number ${index}`)
    return symbol
  }
}

function arrayDecoder(type: AvroArray, schema: Schema, options: AvroOptions): Decode {
  const entry = mapEntryOf(type)
  const takesBytes = !canBeEmpty(type.items)
  if (entry !== null && schema.type === 'MAP' && type.items.kind === 'record') {
    const keyFirst = type.items.fields[0] === entry.key
    const key = decoderOf(entry.key.type, schema.keySchema, options)
    const value = decoderOf(entry.value.type, schema.valueSchema, options)
    return (reader) => {
      const map = new Map<unknown, unknown>()
      forEachItem(reader, takesBytes, () => {
        const first = keyFirst ? key(reader) : value(reader)
        const second = keyFirst ? value(reader) : key(reader)
        if (keyFirst) map.set(first, second)
        else map.set(second, first)
      })
      return map
    }
  }
  const item = decoderOf(type.items, (schema as { valueSchema: Schema }).valueSchema, options)
  return (reader) => {
    const items: unknown[] = []
    forEachItem(reader, takesBytes, () => items.push(item(reader)))
    return items
  }
}

function mapDecoder(type: AvroMap, schema: Schema, options: AvroOptions): Decode {
  const value = decoderOf(type.values, (schema as { valueSchema: Schema }).valueSchema, options)
  return (reader) => {
    const map = new Map<string, unknown>()
    forEachItem(reader, true, () => map.set(reader.string(), value(reader)))
    return map
  }
}

/** Arrays and maps come in blocks. */
function forEachItem(reader: BinaryReader, takesBytes: boolean, read: () => void): void {
  let soFar = 0
  for (let count = reader.blockCount(takesBytes, soFar); count > 0; count = reader.blockCount(takesBytes, soFar)) {
    for (let item = 0; item < count; item++) read()
    soFar += count
  }
}

function recordDecoder(type: AvroRecord, schema: Schema, options: AvroOptions): Decode {
  const struct = schema as StructSchema
  const fields = type.fields.map((field, index) => {
    const decode = decoderOf(field.type, (struct.fields[index] as { schema: Schema }).schema, options)
    return [field.name, decode] as const
  })
  return (reader) => {
    const values = new Map<string, unknown>()
    for (const [name, decode] of fields) values.set(name, decode(reader))
    return new Struct(struct, values)
  }
}

function unionDecoder(type: AvroUnion, schema: Schema, options: AvroOptions): Decode {
  const single = type.types.length === 1 && options.flattenSingletons ? type.types[0] : optionalBranch(type)
  const branches = type.types.map((member, index): Decode => {
    if (member.kind === 'null') return () => null
    if (single) return decoderOf(member, schema, options)
    const struct = schema as StructSchema
    const name = memberName(member, index, options)
    const field = struct.fields.find((candidate) => candidate.name === name) as { schema: Schema }
    const decode = decoderOf(member, field.schema, options)
    return (reader) => new Struct(struct, { [name]: decode(reader) })
  })
  return (reader) => {
    const index = reader.int()
    const decode = branches[index]
    if (decode === undefined) throw new DataError('avro.malformed', `a union has no branch number ${index}`)
    return decode(reader)
  }
}

/** Whether a value of the type may take no bytes at all. */
function canBeEmpty(type: AvroType): boolean {
  if (type.kind === 'record') return type.fields.every((field) => canBeEmpty(field.type))
  return type.kind === 'null' || (type.kind === 'fixed' && type.size === 0)
}
