/**
 * Avro's binary encoding, read from bytes that are never trusted: no read goes past their end, and no count is believed
 * that they can't hold.
 */
import { DataError } from '@penstock/core'

const maxEmptyItems = 100_000

export class BinaryReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  boolean(): boolean {
    const byte = this.#byte()
    if (byte > 1) throw malformed(`a boolean is ${byte}`)
    return byte === 1
  }

  int(): number {
    let raw = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte()
      raw |= (byte & 0x7f) << shift
      if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1)
    }
    throw malformed('an int takes more than five bytes')
  }

  long(): bigint {
    const small = this.#smallVarint()
    if (small !== undefined) return BigInt(small % 2 === 0 ? small / 2 : -(small + 1) / 2)
    let raw = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      raw |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, (raw >> 1n) ^ -(raw & 1n))
    }
    throw malformed('a long takes more than ten bytes')
  }

  float(): number {
    return this.#take(4).readFloatLE(0)
  }

  double(): number {
    return this.#take(8).readDoubleLE(0)
  }

  /** A view, no copy. */
  bytes(): Buffer {
    return this.#take(this.#length())
  }

  string(): string {
    return this.bytes().toString()
  }

  /** A view, no copy. */
  fixed(length: number): Buffer {
    return this.#take(length)
  }

  /**
   * The number of items in the next block of an array or map; 0 ends it. Items that take no bytes at all (nulls) are
   * believed up to a limit, of which `soFar` are used up; others only as far as the bytes reach.
   */
  blockCount(itemsTakeBytes: boolean, soFar: number): number {
    let count = this.long()
    if (count < 0n) {
      count = -count
      this.long() // the block's size in bytes, for those who skip it
    }
    const limit = itemsTakeBytes ? this.#bytes.length - this.#at : maxEmptyItems - soFar
    if (count > BigInt(limit)) throw malformed(`a block of ${count} items, where ${limit} are possible`)
    return Number(count)
  }

  #length(): number {
    const length = this.long()
    if (length < 0n || length > BigInt(this.#bytes.length - this.#at)) {
      throw malformed(`a length of ${length} in ${this.#bytes.length - this.#at} bytes`)
    }
    return Number(length)
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

  /** A varint of up to seven bytes, without bigint arithmetic; undefined, and nothing read, for a longer one. */
  #smallVarint(): number | undefined {
    let raw = 0
    let factor = 1
    for (let at = this.#at; at < this.#at + 7; at++) {
      const byte = this.#bytes[at]
      if (byte === undefined) throw malformed('they end early')
      raw += (byte & 0x7f) * factor
      if (byte < 0x80) {
        this.#at = at + 1
        return raw
      }
      factor *= 128
    }
    return undefined
  }
}

function malformed(how: string): DataError {
  return new DataError('avro.malformed', `the bytes are not of the Avro schema they name: ${how}`)
}
