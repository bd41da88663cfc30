import { ProtocolError } from './protocol-error.ts'

// A byte order mark is part of a name like any other character.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads big-endian fields in Kafka's classic encoding from front to back. Lengths are compared with the bytes that are
 * left before anything is read or allocated, so no message can make it read or allocate beyond its own size.
 */
export class ByteReader {
  readonly #bytes: Buffer
  /** Where these bytes begin in the message that errors speak of: a nested message is part of a larger one. */
  readonly #start: number
  #position = 0

  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#start = start
  }

  /** Position in the outermost message. */
  get offset(): number {
    return this.#start + this.#position
  }

  /** True when no byte is left. */
  get atEnd(): boolean {
    return this.#position === this.#bytes.length
  }

  int16(field: string): number {
    return this.#bytes.readInt16BE(this.#advance(2, field))
  }

  int32(field: string): number {
    return this.#bytes.readInt32BE(this.#advance(4, field))
  }

  int64(field: string): bigint {
    return this.#bytes.readBigInt64BE(this.#advance(8, field))
  }

  /** int16 length and UTF-8. */
  string(field: string): string {
    const start = this.offset
    const length = this.int16(field)
    if (length < 0) throw malformed(`${field} has the negative length ${length}`, start)
    const from = this.#advance(length, field)
    try {
      return utf8.decode(this.#bytes.subarray(from, from + length))
    } catch {
      throw malformed(`${field} is not valid UTF-8`, start)
    }
  }

  /** int32 length and bytes, -1 for null. Returns a reader of just these bytes. */
  nullableBytes(field: string): ByteReader | null {
    const start = this.offset
    const length = this.int32(field)
    if (length === -1) return null
    if (length < 0) throw malformed(`${field} has the negative length ${length}`, start)
    const from = this.#advance(length, field)
    return new ByteReader(this.#bytes.subarray(from, from + length), this.#start + from)
  }

  /** int32 count of elements that take at least `minimumSize` bytes each; 0 for null. */
  arrayLength(field: string, minimumSize: number): number {
    const start = this.offset
    const count = this.int32(field)
    if (count === -1) return 0
    if (count < 0) throw malformed(`${field} has the negative count ${count}`, start)
    const left = this.#bytes.length - this.#position
    if (count * minimumSize > left) {
      throw truncated(`${field} announces ${count} elements, but only ${left} bytes are left`, start)
    }
    return count
  }

  #advance(size: number, field: string): number {
    const from = this.#position
    if (size > this.#bytes.length - from) {
      throw truncated(`${field} takes ${size} bytes, but only ${this.#bytes.length - from} are left`, this.offset)
    }
    this.#position = from + size
    return from
  }
}

/** An error about a value that no writer of the protocol produces. */
export function malformed(problem: string, offset: number): ProtocolError {
  return new ProtocolError('group.malformed_message', `malformed group message at byte ${offset}: ${problem}`, offset)
}

function truncated(problem: string, offset: number): ProtocolError {
  return new ProtocolError('group.truncated_message', `truncated group message at byte ${offset}: ${problem}`, offset)
}
