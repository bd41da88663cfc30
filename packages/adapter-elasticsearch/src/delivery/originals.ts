/** Copies of what came from Kafka, one after the other in one buffer that serves again and again. */
export class Originals {
  readonly #takeBuffer: () => Buffer
  #buffer: Buffer | null = null
  #used = 0
  #starts = new Uint32Array(0)
  #ends = new Uint32Array(0)

  constructor(takeBuffer: () => Buffer) {
    this.#takeBuffer = takeBuffer
  }

  get memory(): { readonly buffer: Buffer; readonly used: number } | null {
    return this.#buffer === null ? null : { buffer: this.#buffer, used: this.#used }
  }

  put(item: number, bytes: Uint8Array, expectedItems: number): void {
    if (item >= this.#starts.length) this.#growTo(Math.max(item + 1, item * 2, expectedItems))
    const buffer = this.#roomFor(bytes.length)
    if (bytes instanceof Buffer) bytes.copy(buffer, this.#used)
    else buffer.set(bytes, this.#used)
    this.#starts[item] = this.#used
    this.#used += bytes.length
    this.#ends[item] = this.#used
  }

  copyOf(item: number): Uint8Array {
    return Buffer.from((this.#buffer as Buffer).subarray(this.#starts[item], this.#ends[item]))
  }

  #roomFor(bytes: number): Buffer {
    const buffer = this.#buffer ?? this.#takeBuffer()
    this.#buffer = buffer
    if (this.#used + bytes <= buffer.length) return buffer
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#used + bytes, buffer.length * 2))
    buffer.copy(larger, 0, 0, this.#used)
    this.#buffer = larger
    return larger
  }

  #growTo(items: number): void {
    const [starts, ends] = [this.#starts, this.#ends]
    this.#starts = new Uint32Array(items)
    this.#starts.set(starts)
    this.#ends = new Uint32Array(items)
    this.#ends.set(ends)
  }
}
