import { ConnectError } from '@penstock/core'

export interface Line {
  /** Without its end. Bytes that are not UTF-8 show as U+FFFD. */
  readonly text: string
  /** Length in the file, its end included. */
  readonly bytes: number
}

const lf = 10
const cr = 13

/**
 * Cuts bytes into lines as they arrive. A line ends with `\n`, `\r\n` or `\r`; one without an end is held back. So is one
 * whose `\r` is the last byte seen: an `\n` that belongs to it may follow.
 */
export class LineSplitter {
  readonly #maxLineBytes: number
  /** The beginning of the line that goes on in `#chunk`. */
  #held: Buffer[] = []
  #heldBytes = 0
  /** `#held` is a whole line whose `\r` was the last byte of a chunk. */
  #endsWithCr = false
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0
  /** The next `\r` in `#chunk` at or after `#at`; its length when there is none, so that it is not looked for again. */
  #nextCr = 0

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes
  }

  /** Bytes seen that belong to no line yet. */
  get unfinishedBytes(): number {
    return this.#heldBytes + (this.#chunk.length - this.#at)
  }

  /** Gives the next bytes; only once `next` has answered null. The splitter keeps the buffer. */
  push(chunk: Buffer): void {
    this.#chunk = chunk
    this.#at = 0
    this.#nextCr = -1
  }

  /** The next line, or null when more bytes are needed. Throws for a line longer than allowed. */
  next(): Line | null {
    if (this.#at >= this.#chunk.length) return null
    if (this.#endsWithCr) {
      if (this.#chunk[this.#at] === lf) this.#hold(this.#at + 1)
      return this.#takeHeld()
    }
    const end = this.#findEnd()
    if (end === this.#chunk.length || (this.#chunk[end] === cr && end + 1 === this.#chunk.length)) {
      this.#endsWithCr = end < this.#chunk.length
      this.#hold(this.#chunk.length)
      return null
    }
    const next = this.#chunk[end] === cr && this.#chunk[end + 1] === lf ? end + 2 : end + 1
    if (this.#held.length > 0) {
      this.#hold(next)
      return this.#takeHeld()
    }
    const line = { text: this.#chunk.toString('utf8', this.#at, end), bytes: next - this.#at }
    this.#at = next
    return line
  }

  /** What is left as a line of its own: nothing more will follow. Null when nothing is left. */
  finish(): Line | null {
    return this.#heldBytes === 0 ? null : this.#takeHeld()
  }

  #findEnd(): number {
    if (this.#nextCr < this.#at) this.#nextCr = indexOrEnd(this.#chunk, cr, this.#at)
    return Math.min(this.#nextCr, indexOrEnd(this.#chunk, lf, this.#at))
  }

  #hold(until: number): void {
    this.#held.push(this.#chunk.subarray(this.#at, until))
    this.#heldBytes += until - this.#at
    this.#at = until
    if (this.#heldBytes > this.#maxLineBytes) {
      throw new ConnectError('file.line_too_long', `a line is longer than ${this.#maxLineBytes} bytes`)
    }
  }

  #takeHeld(): Line {
    const bytes = this.#heldBytes
    const whole = Buffer.concat(this.#held)
    let end = bytes
    if (whole[end - 1] === lf) end--
    if (whole[end - 1] === cr) end--
    this.#held = []
    this.#heldBytes = 0
    this.#endsWithCr = false
    return { text: whole.toString('utf8', 0, end), bytes }
  }
}

function indexOrEnd(chunk: Buffer, byte: number, from: number): number {
  const index = chunk.indexOf(byte, from)
  return index < 0 ? chunk.length : index
}
