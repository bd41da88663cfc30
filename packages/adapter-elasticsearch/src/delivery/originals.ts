import type { BufferPool } from './bulk-body.ts'
import { copyInto, withPlaceFor, withRoomFor } from './room.ts'

/** Copies of what came from Kafka, one after the other in one buffer of the pool. */
export class Originals {
  readonly #pool: BufferPool
  #buffer: Buffer | null = null
  #used = 0
  #starts = new Uint32Array(0)
  #ends = new Uint32Array(0)
  readonly #expectedItems: number

  constructor(pool: BufferPool, expectedItems: number) {
    this.#pool = pool
    this.#expectedItems = expectedItems
  }

  put(item: number, bytes: Uint8Array): void {
    const buffer = withRoomFor(this.#buffer ?? this.#pool.take(), this.#used, bytes.length)
    copyInto(buffer, this.#used, bytes)
    this.#buffer = buffer
    this.#starts = withPlaceFor(this.#starts, item, this.#expectedItems)
    this.#ends = withPlaceFor(this.#ends, item, this.#expectedItems)
    this.#starts[item] = this.#used
    this.#used += bytes.length
    this.#ends[item] = this.#used
  }

  /** All that was put. */
  get byteLength(): number {
    return this.#used
  }

  copyOf(item: number): Uint8Array {
    return Buffer.from((this.#buffer as Buffer).subarray(this.#starts[item], this.#ends[item]))
  }

  /** Nothing may be asked of it any more. */
  giveBack(): void {
    if (this.#buffer !== null) this.#pool.give(this.#buffer, this.#used)
  }
}
