/** The messages that stand for Connect's logical types. */
import { DataError, Decimal, logical, type Schema } from '@penstock/core'
import { dateOfMs, daysOf, decimalOf, timeOf, timeOfMs, timestampOf } from '../logical-values.ts'
import { logicalMessage, parameter } from './names.ts'
import { malformed, type ProtoReader, wire } from './proto-reader.ts'
import type { ProtoWriter } from './proto-writer.ts'

const msPerHour = 3_600_000

/** Reads a message by its full name; undefined for one that is not of a logical type. */
export function logicalReader(messageName: string): ((reader: ProtoReader) => unknown) | undefined {
  switch (messageName) {
    case logicalMessage.decimal:
      return readDecimal
    case logicalMessage.date:
      return readDate
    case logicalMessage.time:
      return readTime
    case logicalMessage.timestamp:
      return readTimestamp
    default:
      return undefined
  }
}

/** Writes a value of the schema as a message; undefined where the message is not of the schema's logical type. */
export function logicalWriter(
  messageName: string,
  schema: Schema,
): ((writer: ProtoWriter, value: unknown) => void) | undefined {
  if (messageName === logicalMessage.decimal && schema.name === logical.decimal) {
    return (writer, value) => writeDecimal(writer, schema, value)
  }
  if (messageName === logicalMessage.date && schema.name === logical.date) return writeDate
  if (messageName === logicalMessage.time && schema.name === logical.time) return writeTime
  if (messageName === logicalMessage.timestamp && schema.name === logical.timestamp) return writeTimestamp
  return undefined
}

function readDecimal(reader: ProtoReader): Decimal {
  const { numbers, bytes } = readFields(reader)
  return Decimal.fromBytes(bytes, Number(numbers.get(3) ?? 0n))
}

function readDate(reader: ProtoReader): Date {
  const { numbers } = readFields(reader)
  const [year, month, day] = [1, 2, 3].map((field) => Number(numbers.get(field) ?? 0n)) as [number, number, number]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    throw new DataError('protobuf.date', `there is no date ${year}-${month}-${day}`)
  }
  return date
}

function readTime(reader: ProtoReader): Date {
  const { numbers } = readFields(reader)
  const part = (field: number): number => Number(numbers.get(field) ?? 0n)
  return timeOfMs(part(1) * msPerHour + part(2) * 60_000 + part(3) * 1000 + Math.floor(part(4) / 1e6))
}

function readTimestamp(reader: ProtoReader): Date {
  const { numbers } = readFields(reader)
  return dateOfMs(Number(numbers.get(1) ?? 0n) * 1000 + Math.floor(Number(numbers.get(2) ?? 0n) / 1e6))
}

/** The numbers of a flat message by their field, and its bytes, of which there is one field at most. */
function readFields(reader: ProtoReader): { numbers: Map<number, bigint>; bytes: Buffer } {
  const numbers = new Map<number, bigint>()
  let bytes = Buffer.alloc(0)
  while (!reader.done) {
    const tag = reader.tag()
    const field = Math.floor(tag / 8)
    if (tag % 8 === wire.varint) numbers.set(field, BigInt.asIntN(64, reader.varint()))
    else if (tag % 8 === wire.bytes && field === 1) bytes = reader.bytes() as typeof bytes
    else reader.skip(tag)
  }
  for (const [field, number] of numbers) {
    if (BigInt.asIntN(53, number) !== number) throw malformed(`${number} in field ${field} of a date or decimal`)
  }
  return { numbers, bytes }
}

function writeDecimal(writer: ProtoWriter, schema: Schema, value: unknown): void {
  const decimal = decimalOf(schema, value)
  writer.tag(1, wire.bytes)
  writer.bytes(decimal.toBytes())
  const digits = (decimal.unscaled < 0n ? -decimal.unscaled : decimal.unscaled).toString().length
  writeNumber(writer, 2, Number(schema.parameters?.[parameter.precision] ?? digits))
  writeNumber(writer, 3, decimal.scale)
}

function writeDate(writer: ProtoWriter, value: unknown): void {
  daysOf(value)
  const date = value as Date
  writeNumber(writer, 1, date.getUTCFullYear())
  writeNumber(writer, 2, date.getUTCMonth() + 1)
  writeNumber(writer, 3, date.getUTCDate())
}

function writeTime(writer: ProtoWriter, value: unknown): void {
  const ms = timeOf(value)
  writeNumber(writer, 1, Math.floor(ms / msPerHour))
  writeNumber(writer, 2, Math.floor(ms / 60_000) % 60)
  writeNumber(writer, 3, Math.floor(ms / 1000) % 60)
  writeNumber(writer, 4, (ms % 1000) * 1e6)
}

function writeTimestamp(writer: ProtoWriter, value: unknown): void {
  const ms = Number(timestampOf(value))
  const seconds = Math.floor(ms / 1000)
  writeNumber(writer, 1, seconds)
  writeNumber(writer, 2, (ms - seconds * 1000) * 1e6)
}

/** Zero is what a field has that is not there. */
function writeNumber(writer: ProtoWriter, field: number, value: number): void {
  if (value === 0) return
  writer.tag(field, wire.varint)
  writer.varint(BigInt(value))
}
