import { isUtf8 } from 'node:buffer'
import { DataError, type JsonValue, parseJson } from '@penstock/core'
import { jsonProblem } from './json-problem.ts'

/** The text of UTF-8 bytes. Throws DataError where they are not UTF-8, instead of replacing characters. */
export function utf8Text(bytes: Uint8Array): string {
  const buffer = asBuffer(bytes)
  if (isUtf8(buffer)) return buffer.toString('utf8')
  throw new DataError('json.malformed', `not valid JSON: byte ${firstInvalidByte(buffer)} is not UTF-8`)
}

/** Parses JSON without rounding any number. Throws DataError that says where the text is wrong. */
export function parseJsonText(text: string): JsonValue {
  try {
    return parseJson(text)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw malformed(text, cause)
  }
}

/** As deep as Kafka Connect's JSON library goes. A fixed limit fails the same records whatever is on the stack. */
const maxDepth = 1000

/** The next level of a recursive conversion. Throws DataError when that is too deep. */
export function deeper(depth: number): number {
  if (depth < maxDepth) return depth + 1
  throw new DataError('json.too_deep', `the value is nested more than ${maxDepth} levels deep`)
}

/** Runs what recurses without counting; what is too deep for the stack is a DataError like any other bad record. */
export function guardDepth<Result>(convert: () => Result): Result {
  try {
    return convert()
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new DataError('json.too_deep', 'the value is nested too deeply or too long to be converted', { cause })
    }
    throw cause
  }
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function malformed(text: string, cause: SyntaxError): DataError {
  const problem = jsonProblem(text)
  if (problem === null) return new DataError('json.malformed', 'not valid JSON', { cause })
  const at = Buffer.byteLength(text.slice(0, problem.at))
  const before = text.slice(Math.max(0, problem.at - 20), problem.at)
  // The engine's message quotes content, so it is not kept as the cause: messages end up in logs and dead letters.
  return new DataError(
    'json.malformed',
    `not valid JSON: ${problem.message} at byte ${at}${before === '' ? '' : `, after ${JSON.stringify(before)}`}`,
  )
}

function firstInvalidByte(buffer: Buffer): number {
  const text = buffer.toString('utf8')
  for (let i = text.indexOf('\ufffd'); i >= 0; i = text.indexOf('\ufffd', i + 1)) {
    const at = Buffer.byteLength(text.slice(0, i))
    // A replacement character may also stand in the text itself.
    if (buffer[at] !== 0xef || buffer[at + 1] !== 0xbf || buffer[at + 2] !== 0xbd) return at
  }
  return buffer.length
}
