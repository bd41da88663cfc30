/**
 * Frames documents into the body of a bulk request: `action line LF source LF` per document, in one buffer.
 *
 * No byte of a document can become a line of its own. While the body is filled, lines end in a space; sealing looks
 * once through all bytes, turns every line feed that is there (they can only come from documents) into a tab, and then
 * puts the real line ends. A tab and a line feed are alike to JSON: white space between tokens, forbidden inside a string.
 */
import { isUtf8 } from 'node:buffer'
import { copyInto, withPlaceFor, withRoomFor } from './room.ts'

const lineFeed = 0x0a
const tab = 0x09
const space = 0x20
const openBrace = 0x7b
const closeBrace = 0x7d
const smallestBody = 64 * 1024

/** Part of an action line that is the same for all records of a partition: `{"index":{"_id":"orders+3+`. */
export class IdPrefix {
  readonly #prefix: Buffer
  #line: Buffer
  #number = Number.NaN

  /** `text` is everything before the offset; it must be ASCII and needs no escaping. */
  constructor(text: string) {
    this.#prefix = Buffer.from(text, 'latin1')
    this.#line = this.#prefix
  }

  /** The action line for an offset, with a space where its line end will be. Valid until the next call. */
  lineFor(offset: bigint): Buffer {
    const number = Number(offset)
    // Offsets mostly go up by one: counting up the digits in place is several times cheaper than writing the number.
    if (number !== this.#number + 1 || !Number.isSafeInteger(number) || !countUp(this.#line, this.#line.length - 5)) {
      this.#line = Buffer.concat([this.#prefix, Buffer.from(`${offset}"}} `, 'latin1')])
    }
    this.#number = number
    return this.#line
  }
}

/** Adds one to the decimal digits that end at `last`. False when that takes one digit more. */
function countUp(line: Buffer, last: number): boolean {
  let at = last
  while (line[at] === 0x39) line[at--] = 0x30
  const digit = line[at] as number
  if (digit < 0x30 || digit > 0x38) return false
  line[at] = digit + 1
  return true
}

/** The documents of one bulk request. Add, seal, then read; a sealed body does not change any more. */
export class BulkBody {
  count = 0
  #buffer: Buffer
  #length = 0
  /** Where the source of item i begins, and where the item ends; line ends stand right before both. */
  #sources: Uint32Array
  #ends: Uint32Array
  #raw = false
  #sealed = false
  /** Where documents had line feeds. */
  readonly #lineFeeds: number[] = []

  constructor(buffer: Buffer = Buffer.allocUnsafe(smallestBody), expectedItems = 64) {
    this.#buffer = buffer
    this.#sources = new Uint32Array(expectedItems)
    this.#ends = new Uint32Array(expectedItems)
  }

  get byteLength(): number {
    return this.#length
  }

  /** The memory behind the body, to be used for another one once nothing reads this one. */
  get buffer(): Buffer {
    return this.#buffer
  }

  /**
   * Adds an undecoded JSON document. False, and nothing is added, when the bytes can't be an object: the first and last
   * byte that is not white space must be braces. Anything else that is wrong with it is left to Elasticsearch.
   */
  addRaw(line: Buffer, json: Uint8Array): boolean {
    if (!looksLikeObject(json)) return false
    const length = json.length
    this.#reserve(line.length + length + 1)
    const buffer = this.#buffer
    let at = this.#length
    line.copy(buffer, at)
    at += line.length
    const source = at
    copyInto(buffer, at, json)
    at += length
    buffer[at++] = space
    this.#raw = true
    this.#push(source, at)
    return true
  }

  /** Adds an action with its source, or without one (delete). Both are JSON texts without line feeds. */
  add(action: string, source: string | null): void {
    // A UTF-16 unit takes at most three bytes.
    this.#reserve((action.length + (source?.length ?? 0)) * 3 + 2)
    let at = this.#length
    at += this.#buffer.write(action, at, 'utf8')
    this.#buffer[at++] = space
    const start = at
    if (source !== null) {
      at += this.#buffer.write(source, at, 'utf8')
      this.#buffer[at++] = space
    }
    this.#push(start, at)
  }

  /**
   * Puts the line ends. Returns the positions of items that Elasticsearch would take though they are not JSON, so that
   * they must not be sent: it lets comments through, and may let bytes that are not UTF-8.
   */
  seal(): readonly number[] {
    if (this.#sealed) return []
    this.#sealed = true
    const body = this.bytes()
    const invalid: number[] = []
    if (this.#raw) {
      const valid = isUtf8(body)
      const comments = mayHoldComments(body)
      if (!valid || comments) {
        for (let item = 0; item < this.count; item++) if (!this.#isFit(item, comments)) invalid.push(item)
      }
      // After the check, which looks at the documents as they came.
      for (let at = body.indexOf(lineFeed); at >= 0; at = body.indexOf(lineFeed, at + 1)) {
        body[at] = tab
        this.#lineFeeds.push(at)
      }
    }
    for (let item = 0; item < this.count; item++) {
      body[(this.#sources[item] as number) - 1] = lineFeed
      body[(this.#ends[item] as number) - 1] = lineFeed
    }
    return invalid
  }

  /** All of it, for sending. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** The lines of one item. */
  item(position: number): Buffer {
    const start = position === 0 ? 0 : this.#ends[position - 1]
    return this.#buffer.subarray(start, this.#ends[position])
  }

  /** A copy of the bytes that {@link addRaw} was given for an item. */
  original(position: number): Buffer {
    const start = this.#sources[position] as number
    const end = (this.#ends[position] as number) - 1
    const copy = Buffer.from(this.#buffer.subarray(start, end))
    for (const at of this.#lineFeeds) if (at >= start && at < end) copy[at - start] = lineFeed
    return copy
  }

  /** A copy of some items, in the given order: what is sent again must not share memory with what was sent. */
  pick(items: readonly number[]): Buffer {
    return Buffer.concat(items.map((item) => this.item(item)))
  }

  /** The id and index that an item's action line names; null where it names none. */
  target(position: number): { id: string | null; index: string | null } {
    const start = position === 0 ? 0 : (this.#ends[position - 1] as number)
    const line = this.#buffer.toString('utf8', start, (this.#sources[position] as number) - 1)
    const action = Object.values(JSON.parse(line) as Record<string, { _id?: string; _index?: string }>)[0]
    return { id: action?._id ?? null, index: action?._index ?? null }
  }

  /** `index`, `create`, `update` or `delete`. */
  actionOf(position: number): string {
    const start = position === 0 ? 0 : (this.#ends[position - 1] as number)
    return this.#buffer.toString('latin1', start + 2, this.#buffer.indexOf('"', start + 2))
  }

  #isFit(item: number, comments: boolean): boolean {
    const source = this.#buffer.subarray(this.#sources[item], this.#ends[item])
    return isUtf8(source) && !(comments && mayHoldComments(source) && !isJson(source))
  }

  #push(source: number, end: number): void {
    this.#sources = withPlaceFor(this.#sources, this.count)
    this.#ends = withPlaceFor(this.#ends, this.count)
    this.#sources[this.count] = source
    this.#ends[this.count] = end
    this.count++
    this.#length = end
  }

  #reserve(bytes: number): void {
    this.#buffer = withRoomFor(this.#buffer, this.#length, bytes)
  }
}

/**
 * True when there may be a comment; it need not be one, inside a string the same bytes are fine. One that begins with
 * two slashes hides the rest of the document, unless a carriage return ends it: line feeds will be tabs.
 */
function mayHoldComments(json: Buffer): boolean {
  return json.includes('/*') || (json.includes(0x0d) && json.includes('//'))
}

function isJson(text: Buffer): boolean {
  if (text.length === 0) return true
  try {
    JSON.parse(text.toString())
    return true
  } catch {
    return false
  }
}

/** Whether the first and last byte that is not white space are braces. */
export function looksLikeObject(json: Uint8Array): boolean {
  const length = json.length
  if (json[0] === openBrace && json[length - 1] === closeBrace) return true
  let first = 0
  let last = length - 1
  while (first < last && isWhiteSpace(json[first] as number)) first++
  while (last > first && isWhiteSpace(json[last] as number)) last--
  return json[first] === openBrace && json[last] === closeBrace && first < last
}

function isWhiteSpace(byte: number): boolean {
  return byte === space || byte === tab || byte === lineFeed || byte === 0x0d
}

/**
 * Keeps the buffers of finished bodies for those to come, so that a steady stream of batches allocates nothing. New ones
 * are made as large as bodies usually are: growing to that size step by step would leave as much again behind.
 */
export class BufferPool {
  readonly #free: Buffer[] = []
  readonly #mostBytes: number
  #freeBytes = 0
  #usualBytes = smallestBody

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  take(): Buffer {
    const buffer = this.#free.pop()
    if (buffer === undefined) return Buffer.allocUnsafeSlow(this.#usualBytes)
    this.#freeBytes -= buffer.length
    return buffer
  }

  /** Only for buffers that nothing reads or sends any more; `used` is how much of it the body needed. */
  give(buffer: Buffer, used: number): void {
    const wanted = Math.min(used * 1.1, this.#mostBytes)
    // Up at once, down slowly: a few batches that lingered half empty say little about those to come.
    const usual = Math.max(wanted, this.#usualBytes - (this.#usualBytes - wanted) / 16)
    this.#usualBytes = Math.ceil(usual / smallestBody) * smallestBody
    // One huge document must not keep its buffer for ever.
    if (buffer.length > 4 * this.#usualBytes || this.#freeBytes + buffer.length > this.#mostBytes) return
    this.#free.push(buffer)
    this.#freeBytes += buffer.length
  }
}
