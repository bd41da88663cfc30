/**
 * Reads the pattern syntax of `java.util.regex`. Flags are resolved here: `(?i)` turns letters into sets of both cases,
 * `(?s)` changes what a dot is, so that the emitted pattern needs no flags of its own.
 */
import { bracketClass, type CaseFlags, cased, classNode, escapedClass } from './char-class.ts'
import { anyChar, chars, complement } from './char-set.ts'
import { lineBreaks, vertical } from './named-sets.ts'
import { PatternReader } from './pattern-reader.ts'
import type { Assertion, Node, Syntax } from './syntax.ts'

/** Throws PatternError. */
export function parseJavaRegex(pattern: string): Syntax {
  return new Parser(pattern).parse()
}

interface Flags extends CaseFlags {
  readonly s: boolean
  readonly m: boolean
  readonly d: boolean
}

const assertions: Readonly<Record<string, Assertion>> = {
  A: 'start of text',
  z: 'end of text',
  Z: 'end or final line break',
  b: 'word boundary',
  B: 'no word boundary',
}

class Parser {
  readonly #reader: PatternReader
  #flags: Flags = { i: false, s: false, m: false, u: false, x: false, d: false }
  #groupCount = 0
  readonly #groupsByName = new Map<string, number>()
  readonly #references: { node: { kind: 'reference'; group: number }; name: string | number; at: number }[] = []

  constructor(pattern: string) {
    this.#reader = new PatternReader(pattern)
  }

  parse(): Syntax {
    const root = this.#choice()
    if (!this.#reader.atEnd) throw this.#reader.error('has a ")" without a "("')
    for (const { node, name, at } of this.#references) {
      const group = typeof name === 'number' ? name : this.#groupsByName.get(name)
      if (group === undefined || group > this.#groupCount)
        throw this.#reader.error(`refers to the group ${name}, which it doesn't have`, at)
      node.group = group
    }
    return { root, groupCount: this.#groupCount, groupsByName: this.#groupsByName }
  }

  /** Up to the closing parenthesis or the end. Flags set inside end with it. */
  #choice(): Node {
    const flags = this.#flags
    const branches: Node[] = []
    let branch: Node[] = []
    while (!this.#reader.atEnd && this.#reader.peek() !== ')') {
      if (this.#reader.take('|')) {
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
    const start = this.#reader.at
    const char = this.#reader.next()
    if (this.#flags.x) {
      if (/\s/.test(char)) return null
      if (char === '#') {
        while (!this.#reader.atEnd && this.#reader.next() !== '\n');
        return null
      }
    }
    switch (char) {
      case '(':
        return this.#group(start)
      case '[':
        return classNode(bracketClass(this.#reader, this.#flags, start))
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
        throw this.#reader.error(`has a "${char}" with nothing before it to repeat`, start)
      case '{':
        throw this.#reader.error('has a "{" that repeats nothing: write \\{ for the character itself', start)
      default:
        return this.#literal(char)
    }
  }

  #quantified(node: Node): Node {
    let result = node
    for (;;) {
      if (this.#flags.x) this.#reader.match(/^\s+/)
      const bounds = this.#bounds()
      if (bounds === null) return result
      if (result.kind === 'assertion' || result.kind === 'look') {
        // Repeating what takes no characters changes nothing, unless it may be left out.
        if (bounds.min === 0) result = { kind: 'sequence', nodes: [] }
        this.#reader.take('?') || this.#reader.take('+')
        continue
      }
      const lazy = this.#reader.take('?')
      const possessive = !lazy && this.#reader.take('+')
      const repeat: Node = { kind: 'repeat', node: result, ...bounds, lazy }
      result = possessive ? { kind: 'atomic', node: repeat } : repeat
    }
  }

  #bounds(): { min: number; max: number } | null {
    if (this.#reader.take('*')) return { min: 0, max: Infinity }
    if (this.#reader.take('+')) return { min: 1, max: Infinity }
    if (this.#reader.take('?')) return { min: 0, max: 1 }
    if (this.#reader.peek() !== '{') return null
    const start = this.#reader.at
    const match = this.#reader.match(/^\{(\d{1,9})(,(\d{1,9})?)?\}/)
    if (!match) throw this.#reader.error('has a "{" that is no repetition: write \\{ for the character itself')
    const min = Number(match[1])
    const max = match[2] === undefined ? min : match[3] === undefined ? Infinity : Number(match[3])
    if (max < min) throw this.#reader.error(`repeats at least ${min} and at most ${max} times`, start)
    return { min, max }
  }

  #group(start: number): Node | null {
    if (!this.#reader.take('?')) {
      const index = ++this.#groupCount
      return { kind: 'group', node: this.#body(start), index }
    }
    for (const open of ['?<=', '?<!', '?=', '?!'] as const) {
      if (this.#reader.take(open.slice(1))) return { kind: 'look', open, node: this.#body(start) }
    }
    if (this.#reader.take('>')) return { kind: 'atomic', node: this.#body(start) }
    if (this.#reader.take('<') || this.#reader.take('P<')) {
      const name = this.#reader.match(/^([A-Za-z][A-Za-z0-9_]*)>/)?.[1]
      if (name === undefined)
        throw this.#reader.error('has a group whose name is not made of letters and digits', start)
      if (this.#groupsByName.has(name)) throw this.#reader.error(`has two groups named ${name}`, start)
      const index = ++this.#groupCount
      this.#groupsByName.set(name, index)
      return { kind: 'group', node: this.#body(start), index }
    }
    const match = this.#reader.match(/^([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/)
    if (!match) throw this.#reader.error('has an unknown kind of group', start)
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
          throw this.#reader.error(`uses the flag (?${letter}), which is not supported`, start)
        flags[letter] = value
      }
    }
    return flags as unknown as Flags
  }

  #body(start: number): Node {
    const node = this.#choice()
    if (!this.#reader.take(')')) throw this.#reader.error('has a "(" that is not closed', start)
    return node
  }

  #escape(start: number): Node | Node[] {
    const char = this.#reader.next('ends with a single backslash')
    const name = Object.hasOwn(assertions, char) ? assertions[char] : undefined
    if (name !== undefined) return { kind: 'assertion', name }
    if (char === 'Q') {
      const end = this.#reader.text.indexOf('\\E', this.#reader.at)
      const quoted = [...this.#reader.text.slice(this.#reader.at, end < 0 ? undefined : end)].map((one) =>
        this.#literal(one),
      )
      this.#reader.at = end < 0 ? this.#reader.text.length : end + 2
      const last = quoted.pop()
      return last === undefined ? [] : [...quoted, this.#quantified(last)]
    }
    if (char === 'R') {
      const crlf: Node = sequence([this.#literal('\r'), this.#literal('\n')])
      return { kind: 'choice', nodes: [crlf, { kind: 'set', set: vertical }] }
    }
    if (char === 'k') {
      const reference = this.#reader.match(/^<([A-Za-z][A-Za-z0-9_]*)>/)
      if (!reference) throw this.#reader.error('has a \\k without a group name: write \\k<name>', start)
      return this.#reference(reference[1] as string, start)
    }
    if (/[1-9]/.test(char)) {
      // Java reads further digits while such a group may exist; patterns with ten groups and references to them are rare.
      return this.#reference(Number(char), start)
    }
    return classNode(escapedClass(this.#reader, this.#flags, char, start))
  }

  #reference(name: string | number, at: number): Node {
    if (this.#flags.i)
      throw this.#reader.error('refers back to a group while ignoring case, which is not supported', at)
    const node = { kind: 'reference' as const, group: 0 }
    this.#references.push({ node, name, at })
    return node
  }

  #literal(char: string): Node {
    return { kind: 'set', set: cased(char.codePointAt(0) as number, this.#flags) }
  }
}

function sequence(nodes: readonly Node[]): Node {
  return nodes.length === 1 ? (nodes[0] as Node) : { kind: 'sequence', nodes }
}
