/** What stands for one character of several in a pattern: `[…]`, `\d`, `\p{…}`, and characters that are written by escapes. */
import { type CharSet, chars, complement, ignoringCase, intersection, type Range, union } from './char-set.ts'
import { classes, javaProperties, posix } from './named-sets.ts'
import type { PatternReader } from './pattern-reader.ts'
import type { Node } from './syntax.ts'

/** The flags that hold at a place, as far as classes depend on them. */
export interface CaseFlags {
  readonly i: boolean
  readonly u: boolean
  readonly x: boolean
}

/** A set, and Unicode properties that only the engine knows the characters of. */
interface CharClass {
  readonly set: CharSet
  readonly properties: readonly string[]
  readonly negated: boolean
}

const controls: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 }

export function classNode({ set, properties, negated }: CharClass): Node {
  return properties.length === 0 ? { kind: 'set', set } : { kind: 'property', set, properties, negated }
}

/** A character with its other cases where they don't count. */
export function cased(code: number, flags: CaseFlags): CharSet {
  const set: CharSet = [[code, code]]
  return flags.i ? ignoringCase(set, flags.u) : set
}

/** What an escape stands for inside and outside of classes. */
export function escapedClass(reader: PatternReader, flags: CaseFlags, char: string, start: number): CharClass {
  const set = Object.hasOwn(classes, char) ? classes[char] : undefined
  if (set !== undefined) return plain(set)
  if (char === 'p' || char === 'P') return propertyClass(reader, flags, char === 'P', start)
  return plain(cased(escapedCode(reader, char, start), flags))
}

/** The code point of an escaped character. */
function escapedCode(reader: PatternReader, char: string, start: number): number {
  const control = Object.hasOwn(controls, char) ? controls[char] : undefined
  if (control !== undefined) return control
  const number = (match: RegExpExecArray | null, radix: number): number => {
    const code = Number.parseInt(match?.[1] ?? '', radix)
    if (Number.isNaN(code) || code > 0x10ffff) throw reader.error(`has a malformed \\${char}`, start)
    return code
  }
  switch (char) {
    case 'x':
      return number(reader.match(/^\{([0-9a-fA-F]{1,6})\}/) ?? reader.match(/^([0-9a-fA-F]{2})/), 16)
    case 'u':
      return number(reader.match(/^([0-9a-fA-F]{4})/), 16)
    case '0':
      return number(reader.match(/^([0-3]?[0-7]{1,2})/), 8)
    default:
  }
  if (/[A-Za-z]/.test(char)) throw reader.error(`uses \\${char}, which is not supported`, start)
  return char.codePointAt(0) as number
}

function propertyClass(reader: PatternReader, flags: CaseFlags, negated: boolean, start: number): CharClass {
  const match = reader.match(/^\{(\^?)([A-Za-z_]+)(?:=([A-Za-z_]+))?\}|^([A-Z])/)
  if (!match) throw reader.error('has a \\p without {Name}', start)
  const name = match[2] ?? match[4] ?? ''
  const inverted = negated !== (match[1] === '^')
  if (match[3] === undefined && Object.hasOwn(posix, name)) {
    let set = posix[name] as CharSet
    if (flags.i) set = ignoringCase(set, flags.u)
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
  throw reader.error(`uses the unknown property ${match[0]}`, start)
}

/** After the opening bracket: unions, ranges, nested classes, `&&`. */
export function bracketClass(reader: PatternReader, flags: CaseFlags, start: number): CharClass {
  const negated = reader.take('^')
  let left: CharClass | null = null
  let current: CharClass = plain([])
  let first = true
  for (;;) {
    const at = reader.at
    const char = reader.next('has a "[" that is not closed', start)
    if (char === ']' && !first) break
    first = false
    if (char === '&' && reader.take('&')) {
      left = left === null ? current : both(reader, left, current, start)
      current = plain([])
      continue
    }
    if (char === '[') {
      current = either(reader, current, bracketClass(reader, flags, at), start)
      continue
    }
    if (flags.x && /\s/.test(char)) continue
    const low = classItem(reader, flags, char, at)
    if (typeof low !== 'number') {
      current = either(reader, current, low, start)
      continue
    }
    let high = low
    if (reader.peek() === '-' && !'][&'.includes(reader.text[reader.at + 1] ?? ']')) {
      reader.at++
      const bound = classItem(reader, flags, reader.next('has a "[" that is not closed', start), at)
      if (typeof bound !== 'number' || bound < low)
        throw reader.error('has a range in a class whose ends are not in order', at)
      high = bound
    }
    const range: CharSet = [[low, high] satisfies Range]
    current = either(reader, current, plain(flags.i ? ignoringCase(range, flags.u) : range), start)
  }
  if (left !== null) current = both(reader, left, current, start)
  if (!negated) return current
  return current.properties.length === 0
    ? plain(complement(resolved(current)))
    : { ...current, negated: !current.negated }
}

/** One character of a class, or an escape that stands for several. */
function classItem(reader: PatternReader, flags: CaseFlags, char: string, at: number): number | CharClass {
  if (char !== '\\') return char.codePointAt(0) as number
  const escaped = reader.next('ends with a single backslash')
  if (escaped === 'Q') {
    const end = reader.text.indexOf('\\E', reader.at)
    const quoted = reader.text.slice(reader.at, end < 0 ? undefined : end)
    reader.at = end < 0 ? reader.text.length : end + 2
    return plain(flags.i ? ignoringCase(chars(quoted), flags.u) : chars(quoted))
  }
  if (Object.hasOwn(classes, escaped) || escaped === 'p' || escaped === 'P')
    return escapedClass(reader, flags, escaped, at)
  return escapedCode(reader, escaped, at)
}

function either(reader: PatternReader, a: CharClass, b: CharClass, start: number): CharClass {
  if (a.properties.length === 0 && a.set.length === 0 && !a.negated) return b
  if (a.negated || b.negated)
    throw reader.error('joins a negated class of Unicode properties with others, which is not supported', start)
  return { set: union(a.set, b.set), properties: [...a.properties, ...b.properties], negated: false }
}

function both(reader: PatternReader, a: CharClass, b: CharClass, start: number): CharClass {
  if (a.properties.length > 0 || b.properties.length > 0) {
    throw reader.error('intersects Unicode properties with &&, which is not supported', start)
  }
  return plain(intersection(a.set, b.set))
}

function plain(set: CharSet): CharClass {
  return { set, properties: [], negated: false }
}

function resolved({ set, negated }: CharClass): CharSet {
  return negated ? complement(set) : set
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
