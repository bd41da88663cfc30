/**
 * Texts that match a regular expression, for the part of the syntax that describes texts: literals, classes, groups,
 * alternatives and counts. Look-around, back-references and boundaries are refused.
 */
import type { Dice } from './dice.ts'
import { ShapeError } from './generator.ts'

export type TextMaker = (dice: Dice) => string

interface Part {
  readonly make: TextMaker
  readonly longest: number
}

/** `*` and `+` repeat up to this many times more than they must. */
const openEnded = 8
const longestText = 100_000
const deepest = 100

const printable = range(0x20, 0x7e)
const digits = range(0x30, 0x39)
const letters = [...range(0x41, 0x5a), ...range(0x61, 0x7a)]
const classes: Readonly<Record<string, readonly string[]>> = {
  d: digits,
  w: [...letters, ...digits, '_'],
  s: [' '],
}
const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' }

/** Throws ShapeError for a pattern that can't be turned around. */
export function textMaker(pattern: string): TextMaker {
  const parser = new PatternParser(pattern)
  return parser.parse()
}

class PatternParser {
  readonly #pattern: string
  #at = 0
  #depth = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  parse(): TextMaker {
    const whole = this.#alternatives()
    if (this.#at < this.#pattern.length) throw this.#problem('has a ) too many')
    return whole.make
  }

  #alternatives(): Part {
    const all = [this.#sequence()]
    while (this.#take('|')) all.push(this.#sequence())
    if (all.length === 1) return all[0] as Part
    return { make: (dice) => dice.pick(all).make(dice), longest: Math.max(...all.map(({ longest }) => longest)) }
  }

  #sequence(): Part {
    const parts: Part[] = []
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#peek())) {
      if (this.#take('^') || this.#take('$')) continue
      parts.push(this.#counted(this.#atom()))
    }
    const longest = parts.reduce((sum, part) => sum + part.longest, 0)
    if (longest > longestText) throw this.#problem(`gives texts of more than ${longestText} characters`)
    if (parts.length === 1) return parts[0] as Part
    return {
      longest,
      make(dice) {
        let made = ''
        for (const part of parts) made += part.make(dice)
        return made
      },
    }
  }

  #atom(): Part {
    if (this.#take('(')) return this.#group()
    if (this.#take('[')) return oneOf(this.#class())
    if (this.#take('.')) return oneOf(printable)
    if (this.#take('\\')) return oneOf(this.#escaped())
    if ('*+?{'.includes(this.#peek())) throw this.#problem(`has nothing to repeat before ${this.#peek()}`)
    return oneOf([this.#character()])
  }

  #group(): Part {
    if (this.#take('?') && !this.#take(':')) {
      const name = /^<[A-Za-z]\w*>/.exec(this.#pattern.slice(this.#at))
      if (name === null) throw this.#problem('has look-around, which is not supported')
      this.#at += name[0].length
    }
    if (++this.#depth > deepest) throw this.#problem(`has groups more than ${deepest} deep`)
    const inner = this.#alternatives()
    this.#depth--
    if (!this.#take(')')) throw this.#problem('has a group without )')
    return inner
  }

  #class(): readonly string[] {
    const negated = this.#take('^')
    const members = new Set<string>()
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      if (this.#at >= this.#pattern.length) throw this.#problem('has a class without ]')
      const from = this.#take('\\') ? this.#escaped() : [this.#character()]
      const isRange = from.length === 1 && this.#peek() === '-' && this.#pattern[this.#at + 1] !== ']'
      if (!isRange) {
        for (const member of from) members.add(member)
        continue
      }
      this.#at++
      const to = this.#take('\\') ? this.#escaped() : [this.#character()]
      const [low, high] = [from[0]?.codePointAt(0) ?? 0, to[0]?.codePointAt(0) ?? 0]
      if (to.length !== 1 || high < low || high - low > 0xffff) throw this.#problem('has a class with an invalid range')
      for (const member of range(low, high)) members.add(member)
    }
    this.#at++
    const chosen = negated ? printable.filter((member) => !members.has(member)) : [...members]
    if (chosen.length === 0) throw this.#problem('has a class that nothing is in')
    return chosen
  }

  #escaped(): readonly string[] {
    if (this.#at >= this.#pattern.length) throw this.#problem('ends with \\')
    const letter = this.#character()
    const known = classes[letter] ?? (controls[letter] === undefined ? undefined : [controls[letter]])
    if (known !== undefined) return known
    const inverse = classes[letter.toLowerCase()]
    if (inverse !== undefined) return printable.filter((member) => !inverse.includes(member))
    if (/[A-Za-z0-9]/.test(letter)) throw this.#problem(`has \\${letter}, which is not supported`)
    return [letter]
  }

  #counted(part: Part): Part {
    let counts: readonly [number, number] | null = null
    if (this.#take('?')) counts = [0, 1]
    else if (this.#take('*')) counts = [0, openEnded]
    else if (this.#take('+')) counts = [1, 1 + openEnded]
    else if (this.#peek() === '{') counts = this.#braces()
    if (counts === null) return part
    // Greedy or not: the texts that match are the same.
    if (!this.#take('?')) this.#take('+')
    const [min, max] = counts
    const longest = part.longest * max
    if (longest > longestText) throw this.#problem(`gives texts of more than ${longestText} characters`)
    return {
      longest,
      make(dice) {
        let made = ''
        for (let left = min === max ? min : dice.integer(min, max); left > 0; left--) made += part.make(dice)
        return made
      },
    }
  }

  #braces(): readonly [number, number] {
    const found = /^\{(\d{1,6})(,(\d{1,6})?)?\}/.exec(this.#pattern.slice(this.#at))
    if (found === null) throw this.#problem('has a { that begins no count')
    this.#at += found[0].length
    const min = Number(found[1])
    const max = found[3] !== undefined ? Number(found[3]) : found[2] === undefined ? min : min + openEnded
    if (max < min) throw this.#problem(`has the count ${found[0]}, whose end is before its beginning`)
    return [min, max]
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? ''
  }

  #take(text: string): boolean {
    if (this.#pattern[this.#at] !== text) return false
    this.#at++
    return true
  }

  /** A whole code point. */
  #character(): string {
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0)
    this.#at += character.length
    return character
  }

  #problem(what: string): ShapeError {
    return new ShapeError(`the pattern ${JSON.stringify(this.#pattern)} ${what} (at character ${this.#at + 1})`)
  }
}

function oneOf(members: readonly string[]): Part {
  if (members.length === 1) return { make: () => members[0] as string, longest: 1 }
  return { make: (dice) => dice.pick(members), longest: 1 }
}

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i))
}
