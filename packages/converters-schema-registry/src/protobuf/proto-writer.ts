/** Protobuf's encoding, written into a buffer that grows. */
import { wire } from './proto-reader.ts'

export class ProtoWriter {
  #bytes = Buffer.allocUnsafe(512)
  #at = 0

  /** What was written; the writer is done with. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  tag(field: number, wireType: number): void {
    this.#unsigned(field * 8 + wireType)
  }

  /** Negative numbers take ten bytes, as Protobuf's do. */
  varint(value: bigint): void {
    if (value >= 0n && value <= 0x7fffffffn) {
      this.#unsigned(Number(value))
      return
    }
    this.#reserve(10)
    let raw = BigInt.asUintN(64, value)
    while (raw >= 0x80n) {
      this.#bytes[this.#at++] = Number(raw & 0x7fn) | 0x80
      raw >>= 7n
    }
    this.#bytes[this.#at++] = Number(raw)
  }

  fixed32(value: number): void {
    this.#reserve(4)
    this.#at = this.#bytes.writeInt32LE(value | 0, this.#at)
  }

  fixed64(value: bigint): void {
    this.#reserve(8)
    this.#at = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, value), this.#at)
  }

  float(value: number): void {
    this.#reserve(4)
    this.#at = this.#bytes.writeFloatLE(value, this.#at)
  }

  double(value: number): void {
    this.#reserve(8)
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  /** With their length. */
  bytes(value: Uint8Array): void {
    this.#unsigned(value.length)
    this.#reserve(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  /** With its length. */
  string(value: string): void {
    const length = Buffer.byteLength(value)
    this.#unsigned(length)
    this.#reserve(length)
    this.#bytes.write(value, this.#at)
    this.#at += length
  }

  message(field: number, write: (writer: ProtoWriter) => void): void {
    this.tag(field, wire.bytes)
    // Most messages are short: their length takes one byte. Of others the content moves on when it is known.
    this.#reserve(1)
    const start = ++this.#at
    write(this)
    const length = this.#at - start
    const more = lengthOfVarint(length) - 1
    if (more > 0) {
      this.#reserve(more)
      this.#bytes.copyWithin(start + more, start, this.#at)
    }
    this.#at = start - 1
    this.#put(length)
    this.#at += length
  }

  /** Below 2^32. */
  #unsigned(value: number): void {
    this.#reserve(5)
    this.#put(value)
  }

  /** Into place that is reserved already. */
  #put(value: number): void {
    let raw = value
    while (raw >= 0x80) {
      this.#bytes[this.#at++] = (raw & 0x7f) | 0x80
      raw >>>= 7
    }
    this.#bytes[this.#at++] = raw
  }

  #reserve(length: number): void {
    const needed = this.#at + length
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}

function lengthOfVarint(value: number): number {
  let length = 1
  for (let raw = value; raw >= 0x80; raw >>>= 7) length++
  return length
}
