/**
 * Reads the pattern syntax of `java.util.regex`. Flags are resolved here: `(?i)` turns letters into sets of both cases,
 * `(?s)` changes what a dot is, so that the emitted pattern needs no flags of its own.
 */
import {
  anyChar,
  type CharSet,
  charSet,
  chars,
  complement,
  ignoringCase,
  intersection,
  type Range,
  union,
} from './char-set.ts'
import type { Assertion, Node, Syntax } from './syntax.ts'

/** A pattern that can't be compiled; the message says where and why. */
export class PatternError extends Error {}

/** Throws PatternError. */
export function parseJavaRegex(pattern: string): Syntax {
  return new Parser(pattern).parse()
}

interface Flags {
  readonly i: boolean
  readonly s: boolean
  readonly m: boolean
  readonly u: boolean
  readonly x: boolean
  readonly d: boolean
}
type CharClass = { set: CharSet; properties: string[]; negated: boolean }

const digits = charSet([0x30, 0x39])
const wordChars = charSet([0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a])
const spaces = chars(' \t\n\x0b\f\r')
const horizontal = charSet(...chars(' \t\xa0\u1680\u180e\u202f\u205f\u3000'), [0x2000, 0x200a])
const vertical = chars('\n\x0b\f\r\x85\u2028\u2029')
const lineBreaks = chars('\n\r\x85\u2028\u2029')

const classes: Readonly<Record<string, CharSet>> = {
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
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 }
const assertions: Readonly<Record<string, Assertion>> = {
  A: 'start of text',
  z: 'end of text',
  Z: 'end or final line break',
  b: 'word boundary',
  B: 'no word boundary',
}
const upper = charSet([0x41, 0x5a])
const lower = charSet([0x61, 0x7a])
const alpha = union(upper, lower)
const alnum = union(alpha, digits)
const graph = charSet([0x21, 0x7e])
const posix: Readonly<Record<string, CharSet>> = {
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
const javaProperties: Readonly<Record<string, string>> = {
  javaLowerCase: 'Lowercase',
  javaUpperCase: 'Uppercase',
  javaLetter: 'L',
  javaDigit: 'Nd',
  javaAlphabetic: 'Alphabetic',
  javaWhitespace: 'White_Space',
}

class Parser {
  readonly #pattern: string
  #at = 0
  #flags: Flags = { i: false, s: false, m: false, u: false, x: false, d: false }
  #groupCount = 0
  readonly #groupsByName = new Map<string, number>()
  readonly #references: { node: { kind: 'reference'; group: number }; name: string | number; at: number }[] = []

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  parse(): Syntax {
    const root = this.#choice()
    if (this.#at < this.#pattern.length) throw this.#error('has a ")" without a "("')
    for (const { node, name, at } of this.#references) {
      const group = typeof name === 'number' ? name : this.#groupsByName.get(name)
      if (group === undefined || group > this.#groupCount)
        throw this.#error(`refers to the group ${name}, which it doesn't have`, at)
      node.group = group
    }
    return { root, groupCount: this.#groupCount, groupsByName: this.#groupsByName }
  }

  /** Up to the closing parenthesis or the end. Flags set inside end with it. */
  #choice(): Node {
    const flags = this.#flags
    const branches: Node[] = []
    let branch: Node[] = []
    while (this.#at < this.#pattern.length && this.#peek() !== ')') {
      if (this.#take('|')) {
        branches.push(sequence(branch))
        branch = []
      } else {
        const atom = this.#atom()
        if (atom !== null) branch.push(...(Array.isArray(atom) ? atom : [this.#quantified(atom)]))
      }
    }
    this.#flags = flags
    branches.push(sequence(branch))
    return branches.length === 1 ? (branches[0] as Node) : { kind: 'choice', nodes: branches }
  }

  /** Null for what stands for nothing (flags, comments); a list for quoted text, whose last character takes a quantifier. */
  #atom(): Node | Node[] | null {
    const start = this.#at
    const char = this.#next()
    if (this.#flags.x) {
      if (/\s/.test(char)) return null
      if (char === '#') {
        while (this.#at < this.#pattern.length && this.#next() !== '\n');
        return null
      }
    }
    switch (char) {
      case '(':
        return this.#group(start)
      case '[':
        return this.#fromClass(this.#class(start))
      case '.':
        return this.#flags.s
          ? { kind: 'set', set: anyChar }
          : { kind: 'set', set: complement(this.#flags.d ? chars('\n') : lineBreaks) }
      case '^':
        return { kind: 'assertion', name: this.#flags.m ? 'start of line' : 'start of text' }
      case '$':
        return { kind: 'assertion', name: this.#flags.m ? 'end of line' : 'end or final line break' }
      case '\\':
        return this.#escape(start)
      case '*':
      case '+':
      case '?':
        throw this.#error(`has a "${char}" with nothing before it to repeat`, start)
      case '{':
        throw this.#error('has a "{" that repeats nothing: write \\{ for the character itself', start)
      default:
        return this.#literal(char)
    }
  }

  #quantified(node: Node): Node {
    let result = node
    for (;;) {
      if (this.#flags.x) while (/^\s/.test(this.#pattern.slice(this.#at, this.#at + 1))) this.#at++
      const bounds = this.#bounds()
      if (bounds === null) return result
      if (result.kind === 'assertion' || result.kind === 'look') {
        // Repeating what takes no characters changes nothing, unless it may be left out.
        if (bounds.min === 0) result = { kind: 'sequence', nodes: [] }
        this.#take('?') || this.#take('+')
        continue
      }
      const lazy = this.#take('?')
      const possessive = !lazy && this.#take('+')
      const repeat: Node = { kind: 'repeat', node: result, ...bounds, lazy }
      result = possessive ? { kind: 'atomic', node: repeat } : repeat
    }
  }

  #bounds(): { min: number; max: number } | null {
    if (this.#take('*')) return { min: 0, max: Infinity }
    if (this.#take('+')) return { min: 1, max: Infinity }
    if (this.#take('?')) return { min: 0, max: 1 }
    if (this.#peek() !== '{') return null
    const match = /^\{(\d{1,9})(,(\d{1,9})?)?\}/.exec(this.#pattern.slice(this.#at, this.#at + 24))
    if (!match) throw this.#error('has a "{" that is no repetition: write \\{ for the character itself')
    const min = Number(match[1])
    const max = match[2] === undefined ? min : match[3] === undefined ? Infinity : Number(match[3])
    if (max < min) throw this.#error(`repeats at least ${min} and at most ${max} times`)
    this.#at += match[0].length
    return { min, max }
  }

  #group(start: number): Node | null {
    if (!this.#take('?')) {
      const index = ++this.#groupCount
      return { kind: 'group', node: this.#body(start), index }
    }
    for (const open of ['?<=', '?<!', '?=', '?!'] as const) {
      if (this.#take(open.slice(1))) return { kind: 'look', open, node: this.#body(start) }
    }
    if (this.#take('>')) return { kind: 'atomic', node: this.#body(start) }
    if (this.#take('<') || this.#take('P<')) {
      const name = /^[A-Za-z][A-Za-z0-9_]*(?=>)/.exec(this.#pattern.slice(this.#at))?.[0]
      if (name === undefined) throw this.#error('has a group whose name is not made of letters and digits', start)
      if (this.#groupsByName.has(name)) throw this.#error(`has two groups named ${name}`, start)
      this.#at += name.length + 1
      const index = ++this.#groupCount
      this.#groupsByName.set(name, index)
      return { kind: 'group', node: this.#body(start), index }
    }
    const match = /^([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/.exec(this.#pattern.slice(this.#at, this.#at + 24))
    if (!match) throw this.#error('has an unknown kind of group', start)
    this.#at += match[0].length
    const outside = this.#flags
    this.#flags = this.#changedFlags(match[1] ?? '', match[2] ?? '', start)
    if (match[3] === ')') return null // these flags hold to the end of the enclosing group
    const node = this.#body(start)
    this.#flags = outside
    return { kind: 'group', node, index: null }
  }

  #changedFlags(on: string, off: string, start: number): Flags {
    const flags: Record<string, boolean> = { ...this.#flags }
    for (const [letters, value] of [
      [on, true],
      [off, false],
    ] as const) {
      for (const letter of letters) {
        if (!Object.hasOwn(flags, letter))
          throw this.#error(`uses the flag (?${letter}), which is not supported`, start)
        flags[letter] = value
      }
    }
    return flags as unknown as Flags
  }

  #body(start: number): Node {
    const node = this.#choice()
    if (!this.#take(')')) throw this.#error('has a "(" that is not closed', start)
    return node
  }

  #escape(start: number): Node | Node[] {
    const char = this.#next('ends with a single backslash')
    const name = Object.hasOwn(assertions, char) ? assertions[char] : undefined
    if (name !== undefined) return { kind: 'assertion', name }
    if (char === 'Q') {
      const end = this.#pattern.indexOf('\\E', this.#at)
      const quoted = [...this.#pattern.slice(this.#at, end < 0 ? undefined : end)].map((one) => this.#literal(one))
      this.#at = end < 0 ? this.#pattern.length : end + 2
      const last = quoted.pop()
      return last === undefined ? [] : [...quoted, this.#quantified(last)]
    }
    if (char === 'R') {
      const crlf: Node = sequence([this.#literal('\r'), this.#literal('\n')])
      return { kind: 'choice', nodes: [crlf, { kind: 'set', set: vertical }] }
    }
    if (char === 'k') {
      const reference = /^<([A-Za-z][A-Za-z0-9_]*)>/.exec(this.#pattern.slice(this.#at))
      if (!reference) throw this.#error('has a \\k without a group name: write \\k<name>', start)
      this.#at += reference[0].length
      return this.#reference(reference[1] as string, start)
    }
    if (/[1-9]/.test(char)) {
      // Java reads further digits while such a group may exist; patterns with ten groups and references to them are rare.
      return this.#reference(Number(char), start)
    }
    return this.#fromClass(this.#classEscape(char, start))
  }

  #reference(name: string | number, at: number): Node {
    if (this.#flags.i) throw this.#error('refers back to a group while ignoring case, which is not supported', at)
    const node = { kind: 'reference' as const, group: 0 }
    this.#references.push({ node, name, at })
    return node
  }

  /** What an escape stands for inside and outside of classes. */
  #classEscape(char: string, start: number): CharClass {
    const set = Object.hasOwn(classes, char) ? classes[char] : undefined
    if (set !== undefined) return plain(set)
    if (char === 'p' || char === 'P') return this.#property(char === 'P', start)
    return plain(this.#cased(this.#code(char, start)))
  }

  /** The code point of an escaped character. */
  #code(char: string, start: number): number {
    const control = Object.hasOwn(controls, char) ? controls[char] : undefined
    if (control !== undefined) return control
    const rest = this.#pattern.slice(this.#at, this.#at + 12)
    const number = (match: RegExpExecArray | null, radix: number): number => {
      const code = Number.parseInt(match?.[1] ?? '', radix)
      if (!match || Number.isNaN(code) || code > 0x10ffff) throw this.#error(`has a malformed \\${char}`, start)
      this.#at += match[0].length
      return code
    }
    switch (char) {
      case 'x':
        return number(/^\{([0-9a-fA-F]{1,6})\}/.exec(rest) ?? /^([0-9a-fA-F]{2})/.exec(rest), 16)
      case 'u':
        return number(/^([0-9a-fA-F]{4})/.exec(rest), 16)
      case '0':
        return number(/^([0-3]?[0-7]{1,2})/.exec(rest), 8)
      default:
    }
    if (/[A-Za-z]/.test(char)) throw this.#error(`uses \\${char}, which is not supported`, start)
    return char.codePointAt(0) as number
  }

  #property(negated: boolean, start: number): CharClass {
    const match = /^\{(\^?)([A-Za-z_]+)(?:=([A-Za-z_]+))?\}|^([A-Z])/.exec(this.#pattern.slice(this.#at, this.#at + 60))
    if (!match) throw this.#error('has a \\p without {Name}', start)
    this.#at += match[0].length
    const name = match[2] ?? match[4] ?? ''
    const inverted = negated !== (match[1] === '^')
    if (match[3] === undefined && Object.hasOwn(posix, name)) {
      let set = posix[name] as CharSet
      if (this.#flags.i) set = ignoringCase(set, this.#flags.u)
      return plain(inverted ? complement(set) : set)
    }
    const java = Object.hasOwn(javaProperties, name) ? javaProperties[name] : undefined
    const candidates =
      match[3] !== undefined
        ? [`${name === 'sc' || name === 'script' || name === 'IsScript' ? 'Script' : 'General_Category'}=${match[3]}`]
        : java !== undefined
          ? [java]
          : name.startsWith('Is')
            ? [`Script=${name.slice(2)}`, name.slice(2), titled(name.slice(2))]
            : [name]
    for (const candidate of candidates) {
      const text = `\\${inverted ? 'P' : 'p'}{${candidate}}`
      if (compiles(text)) return { set: [], properties: [text], negated: false }
    }
    throw this.#error(`uses the unknown property ${match[0]}`, start)
  }

  /** After the opening bracket: unions, ranges, nested classes, `&&`. */
  #class(start: number): CharClass {
    const negated = this.#take('^')
    let left: CharClass | null = null
    let current: CharClass = plain([])
    let first = true
    for (;;) {
      const at = this.#at
      const char = this.#next('has a "[" that is not closed', start)
      if (char === ']' && !first) break
      first = false
      if (char === '&' && this.#take('&')) {
        left = left === null ? current : this.#both(left, current, start)
        current = plain([])
        continue
      }
      if (char === '[') {
        current = this.#either(current, this.#class(at), start)
        continue
      }
      if (this.#flags.x && /\s/.test(char)) continue
      const low = this.#classItem(char, at)
      if (typeof low !== 'number') {
        current = this.#either(current, low, start)
        continue
      }
      let high = low
      if (this.#peek() === '-' && !'][&'.includes(this.#pattern[this.#at + 1] ?? ']')) {
        this.#at++
        const bound = this.#classItem(this.#next('has a "[" that is not closed', start), at)
        if (typeof bound !== 'number' || bound < low)
          throw this.#error('has a range in a class whose ends are not in order', at)
        high = bound
      }
      const range: CharSet = [[low, high] satisfies Range]
      current = this.#either(current, plain(this.#flags.i ? ignoringCase(range, this.#flags.u) : range), start)
    }
    if (left !== null) current = this.#both(left, current, start)
    if (!negated) return current
    return current.properties.length === 0
      ? plain(complement(resolved(current)))
      : { ...current, negated: !current.negated }
  }

  /** One character of a class, or an escape that stands for several. */
  #classItem(char: string, at: number): number | CharClass {
    if (char !== '\\') return char.codePointAt(0) as number
    const escaped = this.#next('ends with a single backslash')
    if (escaped === 'Q') {
      const end = this.#pattern.indexOf('\\E', this.#at)
      const quoted = this.#pattern.slice(this.#at, end < 0 ? undefined : end)
      this.#at = end < 0 ? this.#pattern.length : end + 2
      return plain(this.#flags.i ? ignoringCase(chars(quoted), this.#flags.u) : chars(quoted))
    }
    if (Object.hasOwn(classes, escaped) || escaped === 'p' || escaped === 'P') return this.#classEscape(escaped, at)
    return this.#code(escaped, at)
  }

  #either(a: CharClass, b: CharClass, start: number): CharClass {
    if (a.properties.length === 0 && a.set.length === 0 && !a.negated) return b
    if (a.negated || b.negated)
      throw this.#error('joins a negated class of Unicode properties with others, which is not supported', start)
    return { set: union(a.set, b.set), properties: [...a.properties, ...b.properties], negated: false }
  }

  #both(a: CharClass, b: CharClass, start: number): CharClass {
    if (a.properties.length > 0 || b.properties.length > 0) {
      throw this.#error('intersects Unicode properties with &&, which is not supported', start)
    }
    return plain(intersection(a.set, b.set))
  }

  #fromClass({ set, properties, negated }: CharClass): Node {
    return properties.length === 0 ? { kind: 'set', set } : { kind: 'property', set, properties, negated }
  }

  #literal(char: string): Node {
    return { kind: 'set', set: this.#cased(char.codePointAt(0) as number) }
  }

  #cased(code: number): CharSet {
    const set: CharSet = [[code, code]]
    return this.#flags.i ? ignoringCase(set, this.#flags.u) : set
  }

  #peek(): string | undefined {
    return this.#pattern[this.#at]
  }

  #take(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  /** The next code point. */
  #next(problem = 'ends too early', at = this.#at): string {
    const code = this.#pattern.codePointAt(this.#at)
    if (code === undefined) throw this.#error(problem, at)
    const char = String.fromCodePoint(code)
    this.#at += char.length
    return char
  }

  #error(problem: string, at = this.#at): PatternError {
    return new PatternError(`the regular expression ${problem} (at index ${at})`)
  }
}

function plain(set: CharSet): CharClass {
  return { set, properties: [], negated: false }
}

function resolved({ set, negated }: CharClass): CharSet {
  return negated ? complement(set) : set
}

function sequence(nodes: readonly Node[]): Node {
  return nodes.length === 1 ? (nodes[0] as Node) : { kind: 'sequence', nodes }
}

function titled(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).toLowerCase()
}

function compiles(property: string): boolean {
  try {
    new RegExp(property, 'u')
    return true
  } catch {
    return false
  }
}
