/** Values of Connect's primitive and logical types to Avro's, wider numbers included. */
import { assertNever, DataError, logical, type PrimitiveSchema } from '@penstock/core'
import { daysOf, decimalOf, misfit, timeOf, timestampOf } from '../logical-values.ts'
import type { AvroFixed, AvroType } from './avro-type.ts'
import type { BinaryWriter } from './binary-writer.ts'

type Encode = (writer: BinaryWriter, value: unknown) => void

/** Null where values of the schema can't be written as the type. */
export function scalarEncoder(type: AvroType, schema: PrimitiveSchema): Encode | null {
  switch (schema.type) {
    case 'BOOLEAN':
      return type.kind === 'boolean' ? (writer, value) => writer.boolean(booleanOf(value)) : null
    case 'INT8':
      return intEncoder(type, (value) => intOf(value, 'INT8', 0x80))
    case 'INT16':
      return intEncoder(type, (value) => intOf(value, 'INT16', 0x8000))
    case 'INT32':
      return intEncoder(type, int32Reader(schema))
    case 'INT64':
      return longEncoder(type, schema)
    case 'FLOAT32':
    case 'FLOAT64':
      if (type.kind === 'double') return (writer, value) => writer.double(numberOf(value, schema.type))
      return type.kind === 'float' && schema.type === 'FLOAT32'
        ? (writer, value) => writer.float(numberOf(value, schema.type))
        : null
    case 'STRING':
      return stringEncoder(type)
    case 'BYTES':
      return bytesEncoder(type, schema)
    default:
      return assertNever(schema.type)
  }
}

function int32Reader(schema: PrimitiveSchema): (value: unknown) => number {
  if (schema.name === logical.date) return daysOf
  if (schema.name === logical.time) return timeOf
  return (value) => intOf(value, 'INT32', 0x80000000)
}

function intEncoder(type: AvroType, intOfValue: (value: unknown) => number): Encode | null {
  switch (type.kind) {
    case 'int':
      return (writer, value) => writer.int(intOfValue(value))
    case 'long':
      return (writer, value) => writer.long(BigInt(intOfValue(value)))
    case 'float':
      return (writer, value) => writer.float(intOfValue(value))
    case 'double':
      return (writer, value) => writer.double(intOfValue(value))
    default:
      return null
  }
}

function longEncoder(type: AvroType, schema: PrimitiveSchema): Encode | null {
  const read = schema.name === logical.timestamp ? timestampOf : longOf
  switch (type.kind) {
    case 'long':
      return (writer, value) => writer.long(read(value))
    case 'float':
      return (writer, value) => writer.float(Number(read(value)))
    case 'double':
      return (writer, value) => writer.double(Number(read(value)))
    default:
      return null
  }
}

function stringEncoder(type: AvroType): Encode | null {
  if (type.kind === 'string') return (writer, value) => writer.string(textOf(value))
  if (type.kind === 'bytes') return (writer, value) => writer.bytes(Buffer.from(textOf(value)))
  if (type.kind !== 'enum') return null
  return (writer, value) => {
    const index = type.symbols.indexOf(textOf(value))
    if (index < 0) {
      const shown = textOf(value).slice(0, 40)
      throw new DataError(
        'avro.misfit',
        `"${shown}" is none of the symbols of ${type.name}: ${type.symbols.join(', ')}`,
      )
    }
    writer.int(index)
  }
}

function bytesEncoder(type: AvroType, schema: PrimitiveSchema): Encode | null {
  const read = (value: unknown): Uint8Array => {
    if (schema.name === logical.decimal) return decimalOf(schema, value).toBytes()
    if (value instanceof Uint8Array) return value
    throw misfit(value, 'BYTES')
  }
  if (type.kind === 'bytes') return (writer, value) => writer.bytes(read(value))
  if (type.kind !== 'fixed') return null
  return schema.name === logical.decimal
    ? (writer, value) => writer.fixed(padded(read(value), type))
    : (writer, value) => writer.fixed(ofSize(read(value), type))
}

function ofSize(bytes: Uint8Array, { name, size }: AvroFixed): Uint8Array {
  if (bytes.length === size) return bytes
  throw new DataError('avro.misfit', `${bytes.length} bytes don't fit ${name} of ${size} bytes`)
}

/** Two's complement in as many bytes as the type has. */
function padded(bytes: Uint8Array, type: AvroFixed): Uint8Array {
  if (bytes.length > type.size) return ofSize(bytes, type)
  const filled = Buffer.alloc(type.size, (bytes[0] ?? 0) & 0x80 ? 0xff : 0)
  filled.set(bytes, type.size - bytes.length)
  return filled
}

function intOf(value: unknown, type: string, limit: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit) return value
  throw misfit(value, type, typeof value === 'number' ? ` ${value}` : '')
}

function longOf(value: unknown): bigint {
  const long = Number.isSafeInteger(value) ? BigInt(value as number) : value
  if (typeof long === 'bigint' && BigInt.asIntN(64, long) === long) return long
  throw misfit(value, 'INT64')
}

function booleanOf(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw misfit(value, 'BOOLEAN')
}

function numberOf(value: unknown, type: string): number {
  if (typeof value === 'number') return value
  throw misfit(value, type)
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  throw misfit(value, 'STRING')
}
