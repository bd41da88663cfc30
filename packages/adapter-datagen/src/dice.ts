/**
 * Random numbers that depend on nothing but seed, task and the record's index: each record has a sequence of its own, so
 * that any of them can be made without those before it. Not for secrets.
 */
export class Dice {
  readonly task: number
  /** Of the record, from 0. */
  index = 0
  readonly #seedLow: number
  readonly #seedHigh: number
  // The state of the generator sfc32: 128 bits, so that no two records share a sequence by chance.
  #a = 0
  #b = 0
  #c = 0
  #counter = 0

  constructor(seed: number, task: number) {
    this.task = task
    this.#seedLow = seed | 0
    this.#seedHigh = Math.floor(seed / 2 ** 32) | 0
  }

  /** Goes to the beginning of a record's sequence. */
  forRecord(index: number): this {
    this.index = index
    this.#a = mix(this.#seedLow ^ mix(index | 0))
    this.#b = mix(this.#seedHigh ^ mix(this.task + 0x9e3779b9))
    this.#c = mix(index | 0) ^ mix(Math.floor(index / 2 ** 32) + 0x7f4a7c15)
    this.#counter = 1
    for (let round = 0; round < 12; round++) this.bits()
    return this
  }

  /** 32 random bits as a number from 0. */
  bits(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** From 0 up to, not including, 1. */
  fraction(): number {
    return ((this.bits() >>> 5) * 0x4000000 + (this.bits() >>> 6)) / 2 ** 53
  }

  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    const count = max - min + 1
    const part = count <= 0xffff ? this.bits() / 2 ** 32 : this.fraction()
    return Math.min(max, min + Math.floor(part * count))
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.integer(0, items.length - 1)] as Item
  }
}

function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
