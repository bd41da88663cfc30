/** Protobuf's encoding, read from bytes that are never trusted: no read goes past their end. */
import { DataError } from '@penstock/core'

export const wire = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const

const maxGroupDepth = 100

export class ProtoReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** The number of a field and how its value is encoded, as one number: `field * 8 + wire type`. */
  tag(): number {
    const tag = Number(this.varint())
    if (tag < 8 || tag > 0xffffffff) throw malformed(`${tag} is not the tag of a field`)
    return tag
  }

  /** Unsigned, 64 bits. */
  varint(): bigint {
    let small = 0
    let factor = 1
    for (let length = 0; length < 7; length++) {
      const byte = this.#byte()
      small += (byte & 0x7f) * factor
      if (byte < 0x80) return BigInt(small)
      factor *= 128
    }
    let raw = BigInt(small)
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      raw |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, raw)
    }
    throw malformed('a number takes more than ten bytes')
  }

  /** The low 32 bits of a varint, signed. */
  int32(): number {
    const first = this.#bytes[this.#at]
    if (first !== undefined && first < 0x80) {
      this.#at++
      return first
    }
    return Number(BigInt.asIntN(32, this.varint()))
  }

  fixed32(): number {
    return this.#take(4).readUInt32LE(0)
  }

  fixed64(): bigint {
    return this.#take(8).readBigUInt64LE(0)
  }

  float(): number {
    return this.#take(4).readFloatLE(0)
  }

  double(): number {
    return this.#take(8).readDoubleLE(0)
  }

  /** A view, no copy. */
  bytes(): Buffer {
    const length = this.varint()
    if (length > BigInt(this.#bytes.length - this.#at)) throw malformed(`a length of ${length} goes beyond their end`)
    return this.#take(Number(length))
  }

  /** What is left, without a copy. */
  rest(): Buffer {
    return this.#take(this.#bytes.length - this.#at)
  }

  /** Passes over the value of a field that nobody knows. */
  skip(tag: number, depth = 0): void {
    switch (tag % 8) {
      case wire.varint:
        this.varint()
        return
      case wire.fixed64:
        this.#take(8)
        return
      case wire.bytes:
        this.bytes()
        return
      case wire.fixed32:
        this.#take(4)
        return
      case wire.groupStart:
        if (depth > maxGroupDepth) throw malformed('groups are nested too deep')
        for (let inner = this.tag(); inner % 8 !== wire.groupEnd; inner = this.tag()) this.skip(inner, depth + 1)
        return
      default:
        throw malformed(`there is no wire type ${tag % 8}`)
    }
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw malformed('they end early')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }

  #byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw malformed('they end early')
    this.#at++
    return byte
  }
}

export function malformed(how: string): DataError {
  return new DataError('protobuf.malformed', `the bytes are not of the Protobuf schema they name: ${how}`)
}
