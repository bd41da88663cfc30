/** Avro's binary encoding, written into a buffer that grows. */

export class BinaryWriter {
  #bytes = Buffer.allocUnsafe(1024)
  #at = 0

  /** A copy of what `write` writes. */
  written(write: (writer: this) => void): Buffer {
    this.#at = 0
    write(this)
    return Buffer.from(this.#bytes.subarray(0, this.#at))
  }

  boolean(value: boolean): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value ? 1 : 0
  }

  int(value: number): void {
    this.#reserve(5)
    let raw = ((value << 1) ^ (value >> 31)) >>> 0
    while (raw >= 0x80) {
      this.#bytes[this.#at++] = (raw & 0x7f) | 0x80
      raw >>>= 7
    }
    this.#bytes[this.#at++] = raw
  }

  long(value: bigint): void {
    if (value >= -0x40000000n && value <= 0x3fffffffn) {
      this.int(Number(value))
      return
    }
    this.#reserve(10)
    let raw = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    while (raw >= 0x80n) {
      this.#bytes[this.#at++] = Number(raw & 0x7fn) | 0x80
      raw >>= 7n
    }
    this.#bytes[this.#at++] = Number(raw)
  }

  float(value: number): void {
    this.#reserve(4)
    this.#at = this.#bytes.writeFloatLE(value, this.#at)
  }

  double(value: number): void {
    this.#reserve(8)
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  bytes(value: Uint8Array): void {
    this.long(BigInt(value.length))
    this.fixed(value)
  }

  string(value: string): void {
    const length = Buffer.byteLength(value)
    this.long(BigInt(length))
    this.#reserve(length)
    this.#bytes.write(value, this.#at)
    this.#at += length
  }

  fixed(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  #reserve(length: number): void {
    const needed = this.#at + length
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
