/** The sets of characters that Java's patterns have names for. */
import { type CharSet, charSet, chars, complement, intersection, union } from './char-set.ts'

const digits = charSet([0x30, 0x39])
const wordChars = charSet([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a])
const spaces = chars(' \t\n\x0b\f\r')
const horizontal = charSet(...chars(' \t\xa0\u1680\u180e\u202f\u205f\u3000'), [0x2000, 0x200a])
export const vertical = chars('\n\x0b\f\r\x85\u2028\u2029')
export const lineBreaks = chars('\n\r\x85\u2028\u2029')

/** By the letter after a backslash. */
export const classes: Readonly<Record<string, CharSet>> = {
  d: digits,
  D: complement(digits),
  w: wordChars,
  W: complement(wordChars),
  s: spaces,
  S: complement(spaces),
  h: horizontal,
  H: complement(horizontal),
  v: vertical,
  V: complement(vertical),
}
const upper = charSet([0x41, 0x5a])
const lower = charSet([0x61, 0x7a])
const alpha = union(upper, lower)
const alnum = union(alpha, digits)
const graph = charSet([0x21, 0x7e])
/** By the name in `\p{…}`: these are ASCII in Java. */
export const posix: Readonly<Record<string, CharSet>> = {
  Lower: lower,
  Upper: upper,
  ASCII: charSet([0, 0x7f]),
  Alpha: alpha,
  Digit: digits,
  Alnum: alnum,
  Punct: intersection(graph, complement(alnum)),
  Graph: graph,
  Print: charSet([0x20, 0x7e]),
  Blank: chars(' \t'),
  Cntrl: charSet([0, 0x1f], [0x7f, 0x7f]),
  XDigit: charSet([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
  Space: spaces,
}
/** Unicode's name of what Java calls by the method that tells it. */
export const javaProperties: Readonly<Record<string, string>> = {
  javaLowerCase: 'Lowercase',
  javaUpperCase: 'Uppercase',
  javaLetter: 'L',
  javaDigit: 'Nd',
  javaAlphabetic: 'Alphabetic',
  javaWhitespace: 'White_Space',
}
