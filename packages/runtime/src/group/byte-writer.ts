import { ProtocolError } from './protocol-error.ts'

const maxStringBytes = 0x7fff

/** Writes big-endian fields in Kafka's classic encoding, one after the other. Refuses values a field cannot hold. */
export class ByteWriter {
  readonly #chunks: Buffer[] = []
  #length = 0

  int16(field: string, value: number): this {
    this.#requireInteger(field, value, 0x7fff)
    const chunk = Buffer.allocUnsafe(2)
    chunk.writeInt16BE(value)
    return this.#push(chunk)
  }

  int32(field: string, value: number): this {
    this.#requireInteger(field, value, 0x7fffffff)
    const chunk = Buffer.allocUnsafe(4)
    chunk.writeInt32BE(value)
    return this.#push(chunk)
  }

  int64(field: string, value: bigint): this {
    if (BigInt.asIntN(64, value) !== value) throw this.#unencodable(`${field} ${value} is not an int64`)
    const chunk = Buffer.allocUnsafe(8)
    chunk.writeBigInt64BE(value)
    return this.#push(chunk)
  }

  /** int16 length and UTF-8. */
  string(field: string, value: string): this {
    const chunk = Buffer.from(value, 'utf8')
    if (chunk.length > maxStringBytes) {
      throw this.#unencodable(`${field} takes ${chunk.length} bytes, the protocol allows ${maxStringBytes}`)
    }
    return this.int16(field, chunk.length).#push(chunk)
  }

  /** int32 length and bytes, -1 for null. */
  nullableBytes(field: string, value: Buffer | null): this {
    return value === null ? this.int32(field, -1) : this.int32(field, value.length).#push(value)
  }

  /** Everything written so far. */
  toBuffer(): Buffer {
    return Buffer.concat(this.#chunks, this.#length)
  }

  #push(chunk: Buffer): this {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    return this
  }

  #requireInteger(field: string, value: number, max: number): void {
    if (!Number.isInteger(value) || value > max || value < -max - 1) {
      throw this.#unencodable(`${field} ${value} is not an integer between ${-max - 1} and ${max}`)
    }
  }

  #unencodable(problem: string): ProtocolError {
    return new ProtocolError('group.unencodable_message', `group message cannot be written: ${problem}`, this.#length)
  }
}
