/** The hints in the texts of an example: `{{int 1 100}}`. @module */
import type { Dice } from './dice.ts'
import {
  boolean,
  float64,
  type Generator,
  int32,
  int64,
  optional,
  rounded,
  ShapeError,
  text,
  timestamp,
} from './generator.ts'
import { textMaker } from './pattern.ts'
import { cities, countries, firstNames, lastNames, words } from './words.ts'

/** One kind of hint; `doc` goes into the README. */
interface Hint {
  readonly type: string
  readonly doc: string
  make(args: Arguments): Generator
}

/** The words behind a hint's name. */
class Arguments {
  readonly hint: string
  readonly rest: string
  readonly #words: readonly string[]
  #next = 0

  constructor(hint: string, rest: string) {
    this.hint = hint
    this.rest = rest
    this.#words = rest === '' ? [] : rest.split(/\s+/)
  }

  number(otherwise: number): number {
    const word = this.#words[this.#next++]
    if (word === undefined) return otherwise
    const value = Number(word)
    if (!Number.isFinite(value)) throw new ShapeError(`${this}: ${word} is no number`)
    return value
  }

  integer(otherwise: number): number {
    const value = this.number(otherwise)
    if (!Number.isSafeInteger(value)) throw new ShapeError(`${this}: ${value} is no whole number below 2^53`)
    return value
  }

  /** `min max` of whole numbers. */
  range(min: number, max: number): readonly [number, number] {
    return this.#ordered(this.integer(min), this.integer(max))
  }

  realRange(min: number, max: number): readonly [number, number] {
    return this.#ordered(this.number(min), this.number(max))
  }

  time(otherwise: string): number {
    const word = this.#words[this.#next++] ?? otherwise
    const time = /^\d+$/.test(word) ? Number(word) : Date.parse(word)
    if (Number.isNaN(time)) throw new ShapeError(`${this}: ${word} is no time such as 2024-01-31T12:00:00Z`)
    return time
  }

  choices(): readonly string[] {
    const choices = this.rest.split(',').map((choice) => choice.trim())
    if (this.rest === '') throw new ShapeError(`${this}: choices are missing, as in {{${this.hint} red,green,blue}}`)
    return choices
  }

  /** Throws when there are more words than the hint takes. */
  done(): void {
    const extra = this.#words[this.#next]
    if (extra !== undefined && this.#next > 0) throw new ShapeError(`${this}: nobody knows what ${extra} means`)
    if (extra !== undefined) throw new ShapeError(`${this}: it takes no arguments`)
  }

  toString(): string {
    return `{{${this.hint}${this.rest === '' ? '' : ` ${this.rest}`}}}`
  }

  #ordered(min: number, max: number): readonly [number, number] {
    if (min > max) throw new ShapeError(`${this}: ${min} is more than ${max}`)
    return [min, max]
  }
}

const int32Limits = [-(2 ** 31), 2 ** 31 - 1] as const

const picks = (doc: string, items: readonly string[]): Hint => ({
  type: 'STRING',
  doc,
  make: () => text((dice) => dice.pick(items)),
})

/** Every hint, by its name. */
export const hints: Readonly<Record<string, Hint>> = {
  sequence: {
    type: 'INT64',
    doc: '`sequence START STEP`: a number that counts from START (0) by STEP (1), in each task for itself',
    make: (args) => int64(counter(args)),
  },
  int32Sequence: {
    type: 'INT32',
    doc: '`int32Sequence START STEP`: the same, of 32 bits',
    make(args) {
      const count = counter(args)
      return int32((dice) => count(dice) | 0)
    },
  },
  task: { type: 'INT32', doc: 'the number of the task', make: () => int32((dice) => dice.task) },
  int: {
    type: 'INT32',
    doc: '`int MIN MAX`: a whole number (0 to 2^31-1), both ends included',
    make(args) {
      const [min, max] = args.range(0, int32Limits[1])
      if (min < int32Limits[0] || max > int32Limits[1]) {
        throw new ShapeError(`${args}: numbers of int go from -2^31 to 2^31-1; take long`)
      }
      return int32((dice) => dice.integer(min, max))
    },
  },
  long: {
    type: 'INT64',
    doc: '`long MIN MAX`: the same up to 2^53',
    make(args) {
      const [min, max] = args.range(0, Number.MAX_SAFE_INTEGER)
      return int64((dice) => dice.integer(min, max))
    },
  },
  double: {
    type: 'FLOAT64',
    doc: '`double MIN MAX PLACES`: a number (0 to 1), rounded to PLACES after the point when given',
    make(args) {
      const [min, max] = args.realRange(0, 1)
      const places = args.integer(-1)
      if (places > 15) throw new ShapeError(`${args}: at most 15 places after the point`)
      const between = (dice: Dice): number => min + dice.fraction() * (max - min)
      return float64(places < 0 ? between : (dice) => rounded(between(dice), places))
    },
  },
  boolean: {
    type: 'BOOLEAN',
    doc: '`boolean SHARE`: true with that probability (0.5)',
    make: (args) => boolean(args.number(0.5)),
  },
  oneOf: {
    type: 'STRING',
    doc: '`oneOf red,green,blue`: one of these texts',
    make(args) {
      const choices = args.choices()
      return text((dice) => dice.pick(choices))
    },
  },
  pattern: {
    type: 'STRING',
    doc: '`pattern [A-Z]{3}-\\d+`: a text that matches the regular expression',
    make: (args) => text(textMaker(args.rest)),
  },
  timestamp: {
    type: 'Timestamp',
    doc: '`timestamp START STEP`: a point in time that goes on from START (2024-01-01T00:00:00Z) by STEP (1000) milliseconds',
    make(args) {
      const start = args.time('2024-01-01T00:00:00Z')
      const step = args.integer(1000)
      return timestamp((dice) => start + dice.index * step)
    },
  },
  time: {
    type: 'Timestamp',
    doc: '`time FROM TO`: a random point in time (of the year 2024)',
    make(args) {
      const [from, to] = [args.time('2024-01-01T00:00:00Z'), args.time('2024-12-31T23:59:59Z')]
      if (from > to) throw new ShapeError(`${args}: it ends before it begins`)
      return timestamp((dice) => dice.integer(from, to))
    },
  },
  words: {
    type: 'STRING',
    doc: '`words MIN MAX`: that many words (5 to 10)',
    make(args) {
      const [min, max] = args.range(5, 10)
      if (min < 0 || max > 100_000) throw new ShapeError(`${args}: between 0 and 100000 words`)
      return text((dice) => Array.from({ length: dice.integer(min, max) }, () => dice.pick(words)).join(' '))
    },
  },
  hex: {
    type: 'STRING',
    doc: '`hex DIGITS`: a random hexadecimal number (32 digits)',
    make(args) {
      const digits = args.integer(32)
      if (digits < 1 || digits > 100_000) throw new ShapeError(`${args}: between 1 and 100000 digits`)
      return text((dice) => hexDigits(dice, digits))
    },
  },
  uuid: { type: 'STRING', doc: 'a random UUID', make: () => text(uuid) },
  word: picks('a word', words),
  firstName: picks('a first name', firstNames),
  lastName: picks('a last name', lastNames),
  name: {
    type: 'STRING',
    doc: 'first and last name',
    make: () => text((dice) => `${dice.pick(firstNames)} ${dice.pick(lastNames)}`),
  },
  email: { type: 'STRING', doc: 'an address at example.com', make: () => text(email) },
  city: picks('a city', cities),
  country: picks('a country by its two letters', countries),
  ip: { type: 'STRING', doc: 'an IPv4 address of a private network', make: () => text(privateAddress) },
}

/**
 * The generator for a text with hints. A text that is one hint has that hint's type; others are texts, put together.
 * Null when there is no hint in it.
 */
export function hinted(template: string): Generator | null {
  // A pattern may end with a brace of its own.
  const found = [...template.matchAll(/\{\{(.*?)\}\}(?!\})/gs)]
  if (found.length === 0) {
    if (template.includes('{{')) throw new ShapeError(`${JSON.stringify(template)} has {{ without }}`)
    return null
  }
  const [first] = found
  if (first !== undefined && first[0].length === template.length) return generatorOf(first[1] ?? '')
  const pieces: (string | Generator)[] = []
  let at = 0
  for (const { 0: whole, 1: hint = '', index } of found) {
    pieces.push(template.slice(at, index), generatorOf(hint))
    at = index + whole.length
  }
  pieces.push(template.slice(at))
  return text((dice) => {
    let made = ''
    for (const piece of pieces) made += typeof piece === 'string' ? piece : String(piece.generate(dice, false))
    return made
  })
}

/** `oneOf a,b | null 0.1` is null in one of ten. */
function generatorOf(source: string): Generator {
  const [, hint = '', nulls] = /^(.*?)(?:\s*\|\s*null\s+(\S+)\s*)?$/s.exec(source.trim()) ?? []
  const [, name = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(hint) ?? []
  const known = Object.hasOwn(hints, name) ? hints[name] : undefined
  if (known === undefined) {
    throw new ShapeError(
      `{{${source}}}: there is no hint ${JSON.stringify(name)}; known are ${Object.keys(hints).join(', ')}`,
    )
  }
  const args = new Arguments(name, rest)
  const generator = known.make(args)
  if (name !== 'oneOf' && name !== 'pattern') args.done()
  if (nulls === undefined) return generator
  const share = Number(nulls)
  if (!(share >= 0 && share <= 1)) throw new ShapeError(`{{${source}}}: the probability of null is between 0 and 1`)
  return optional(generator, share)
}

function counter(args: Arguments): (dice: Dice) => number {
  const start = args.integer(0)
  const step = args.integer(1)
  return (dice) => start + dice.index * step
}

function hexDigits(dice: Dice, count: number): string {
  let made = ''
  while (made.length < count) made += dice.bits().toString(16).padStart(8, '0')
  return made.slice(0, count)
}

/** Version 4. */
export function uuid(dice: Dice): string {
  const digits = hexDigits(dice, 32)
  const variant = '89ab'[Number.parseInt(digits[16] as string, 16) & 3]
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`
}

export function email(dice: Dice): string {
  return `${dice.pick(firstNames)}.${dice.pick(lastNames)}${dice.integer(1, 99)}@example.com`.toLowerCase()
}

export function privateAddress(dice: Dice): string {
  return `10.${dice.integer(0, 255)}.${dice.integer(0, 255)}.${dice.integer(1, 254)}`
}
