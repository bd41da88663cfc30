/** Protobuf's encoding, collected in pieces. */
import { wire } from './proto-reader.ts'

export class ProtoWriter {
  readonly #pieces: Buffer[] = []

  finish(): Buffer {
    return this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces)
  }

  tag(field: number, wireType: number): void {
    this.varint(BigInt(field * 8 + wireType))
  }

  /** Negative numbers take ten bytes, as Protobuf's do. */
  varint(value: bigint): void {
    const bytes: number[] = []
    let raw = BigInt.asUintN(64, value)
    while (raw >= 0x80n) {
      bytes.push(Number(raw & 0x7fn) | 0x80)
      raw >>= 7n
    }
    bytes.push(Number(raw))
    this.#pieces.push(Buffer.from(bytes))
  }

  fixed32(value: number): void {
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeInt32LE(value | 0)
    this.#pieces.push(bytes)
  }

  fixed64(value: bigint): void {
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value))
    this.#pieces.push(bytes)
  }

  float(value: number): void {
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeFloatLE(value)
    this.#pieces.push(bytes)
  }

  double(value: number): void {
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeDoubleLE(value)
    this.#pieces.push(bytes)
  }

  /** With their length. */
  bytes(value: Uint8Array): void {
    this.varint(BigInt(value.length))
    this.#pieces.push(Buffer.from(value.buffer, value.byteOffset, value.length))
  }

  message(field: number, write: (writer: ProtoWriter) => void): void {
    const inner = new ProtoWriter()
    write(inner)
    this.tag(field, wire.bytes)
    this.bytes(inner.finish())
  }
}
