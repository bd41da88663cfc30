import { asBuffer } from './json-text.ts'

/** Text to bytes and back. Malformed bytes become U+FFFD, characters a charset lacks `?`, as in Java. */
export interface Charset {
  decode(bytes: Uint8Array): string
  encode(text: string): Buffer
}

const utf16be: Charset = {
  decode: (bytes) =>
    Buffer.from(asBuffer(bytes).subarray(0, bytes.length & ~1))
      .swap16()
      .toString('utf16le'),
  encode: (text) => Buffer.from(text, 'utf16le').swap16(),
}
const utf16le: Charset = {
  decode: (bytes) => asBuffer(bytes).toString('utf16le'),
  encode: (text) => Buffer.from(text, 'utf16le'),
}
// Read by its byte order mark, big-endian without one; written with a big-endian one.
const utf16: Charset = {
  decode: (bytes) => {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return utf16le.decode(bytes.subarray(2))
    return utf16be.decode(bytes[0] === 0xfe && bytes[1] === 0xff ? bytes.subarray(2) : bytes)
  },
  encode: (text) => utf16be.encode(`\ufeff${text}`),
}

const byName: Readonly<Record<string, Charset>> = {
  'UTF-8': { decode: (bytes) => asBuffer(bytes).toString('utf8'), encode: (text) => Buffer.from(text, 'utf8') },
  'ISO-8859-1': {
    decode: (bytes) => asBuffer(bytes).toString('latin1'),
    encode: (text) => Buffer.from(text.replace(/[^\0-\xff]/gu, '?'), 'latin1'),
  },
  'US-ASCII': {
    decode: (bytes) =>
      asBuffer(bytes)
        .toString('latin1')
        .replace(/[\x80-\xff]/g, '\ufffd'),
    encode: (text) => Buffer.from(text.replace(/[^\0-\x7f]/gu, '?'), 'latin1'),
  },
  'UTF-16': utf16,
  'UTF-16BE': utf16be,
  'UTF-16LE': utf16le,
}
const otherNames: Readonly<Record<string, string>> = {
  UTF8: 'UTF-8',
  UTF16: 'UTF-16',
  ASCII: 'US-ASCII',
  LATIN1: 'ISO-8859-1',
  ISO8859_1: 'ISO-8859-1',
  'ISO-LATIN-1': 'ISO-8859-1',
}

/** Names of the supported charsets: those every JVM has. */
export const charsets = Object.keys(byName)

/** The charset of a name, in any case and in Java's usual spellings. */
export function charsetOf(name: string): Charset | undefined {
  const upper = name.toUpperCase()
  const known = Object.hasOwn(otherNames, upper) ? otherNames[upper] : upper
  return known !== undefined && Object.hasOwn(byName, known) ? byName[known] : undefined
}
