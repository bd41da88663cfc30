/** How each of Protobuf's scalar types is read and written. Numbers of 64 bits, and unsigned ones, are bigint. */
import type { ProtoScalar } from './proto-model.ts'
import { type ProtoReader, wire } from './proto-reader.ts'
import type { ProtoWriter } from './proto-writer.ts'

export interface ScalarCodec {
  readonly wireType: number
  /** What a field that is not there has. */
  readonly zero: unknown
  read(reader: ProtoReader): unknown
  /** The value has been checked. */
  write(writer: ProtoWriter, value: never): void
}

const signed = (raw: bigint): bigint => BigInt.asIntN(64, raw)
const fromZigzag = (raw: bigint): bigint => (raw >> 1n) ^ -(raw & 1n)
const toZigzag = (value: bigint): bigint => (value << 1n) ^ (value >> 63n)

export const scalars: Readonly<Record<ProtoScalar, ScalarCodec>> = {
  double: {
    ...{ wireType: wire.fixed64, zero: 0 },
    read: (reader) => reader.double(),
    write: (writer, value: number) => writer.double(value),
  },
  float: {
    ...{ wireType: wire.fixed32, zero: 0 },
    read: (reader) => reader.float(),
    write: (writer, value: number) => writer.float(value),
  },
  int32: {
    ...{ wireType: wire.varint, zero: 0 },
    read: (reader) => reader.int32(),
    write: (writer, value: number) => writer.varint(BigInt(value)),
  },
  sint32: {
    ...{ wireType: wire.varint, zero: 0 },
    read: (reader) => Number(BigInt.asIntN(32, fromZigzag(BigInt.asUintN(32, reader.varint())))),
    write: (writer, value: number) => writer.varint(toZigzag(BigInt(value))),
  },
  sfixed32: {
    ...{ wireType: wire.fixed32, zero: 0 },
    read: (reader) => reader.fixed32() | 0,
    write: (writer, value: number) => writer.fixed32(value),
  },
  uint32: {
    ...{ wireType: wire.varint, zero: 0n },
    read: (reader) => BigInt.asUintN(32, reader.varint()),
    write: (writer, value: bigint) => writer.varint(BigInt.asUintN(32, value)),
  },
  fixed32: {
    ...{ wireType: wire.fixed32, zero: 0n },
    read: (reader) => BigInt(reader.fixed32()),
    write: (writer, value: bigint) => writer.fixed32(Number(BigInt.asIntN(32, value))),
  },
  int64: {
    ...{ wireType: wire.varint, zero: 0n },
    read: (reader) => signed(reader.varint()),
    write: (writer, value: bigint) => writer.varint(value),
  },
  // Connect has no unsigned type: numbers beyond 2^63 turn negative, as in Java, and back when they are written.
  uint64: {
    ...{ wireType: wire.varint, zero: 0n },
    read: (reader) => signed(reader.varint()),
    write: (writer, value: bigint) => writer.varint(value),
  },
  sint64: {
    ...{ wireType: wire.varint, zero: 0n },
    read: (reader) => signed(fromZigzag(reader.varint())),
    write: (writer, value: bigint) => writer.varint(toZigzag(value)),
  },
  fixed64: {
    ...{ wireType: wire.fixed64, zero: 0n },
    read: (reader) => signed(reader.fixed64()),
    write: (writer, value: bigint) => writer.fixed64(value),
  },
  sfixed64: {
    ...{ wireType: wire.fixed64, zero: 0n },
    read: (reader) => signed(reader.fixed64()),
    write: (writer, value: bigint) => writer.fixed64(value),
  },
  bool: {
    ...{ wireType: wire.varint, zero: false },
    read: (reader) => reader.varint() !== 0n,
    write: (writer, value: boolean) => writer.varint(value ? 1n : 0n),
  },
  string: {
    ...{ wireType: wire.bytes, zero: '' },
    read: (reader) => reader.bytes().toString(),
    write: (writer, value: string) => writer.string(value),
  },
  bytes: {
    ...{ wireType: wire.bytes, zero: Buffer.alloc(0) },
    read: (reader) => reader.bytes(),
    write: (writer, value: Uint8Array) => writer.bytes(value),
  },
}
