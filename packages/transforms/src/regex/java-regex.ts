/**
 * Regular expressions in Java's syntax with bounded running time. Patterns run on the engine's own RegExp, which is some
 * seventy times faster than RE2 in JavaScript; where ambiguity.ts says that backtracking could run away with a text of
 * that length, RE2 takes over, whose time grows with the length only.
 */
import { DataError } from '@penstock/core'
import { RE2JS } from 're2js'
import { type Ambiguity, ambiguityOf } from './ambiguity.ts'
import { emitJs, emitRe2 } from './emit.ts'
import { PatternError, parseJavaRegex } from './parse-java-regex.ts'
import type { Syntax } from './syntax.ts'

export { PatternError } from './parse-java-regex.ts'

/** Where a pattern was found. `groups[0]` is the whole match; a group that took no part is undefined. */
export interface Match {
  readonly index: number
  readonly groups: readonly (string | undefined)[]
}

// Some ten milliseconds of backtracking.
const maxSteps = 3e6

/** A compiled pattern. Methods throw DataError for a text too long for a pattern that only backtracking can run. */
export class JavaRegex {
  readonly pattern: string
  readonly groupCount: number
  readonly groupsByName: ReadonlyMap<string, number>
  readonly #find: RegExp
  readonly #whole: RegExp
  readonly #groupIndexes: readonly number[]
  readonly #plainGroups: boolean
  readonly #maxFindLength: number
  readonly #maxWholeLength: number
  readonly #re2Source: string | null
  readonly #trimsLineBreak: boolean
  #re2: RE2JS | null = null

  /** Throws PatternError for what Java's syntax doesn't have, or what can't be run safely. */
  constructor(pattern: string) {
    const syntax = parse(pattern)
    const { source, groupIndexes } = emitJs(syntax)
    this.pattern = pattern
    this.groupCount = syntax.groupCount
    this.groupsByName = syntax.groupsByName
    this.#find = new RegExp(source, 'gu')
    this.#whole = new RegExp(`^(?:${source})$`, 'u')
    this.#groupIndexes = groupIndexes
    this.#plainGroups = groupIndexes.every((index, group) => index === group)
    this.#re2Source = re2SourceOf(syntax)
    this.#trimsLineBreak = source.includes('\\u2029])?$)')
    const finding = ambiguityOf(syntax.root, 'find')
    const matching = ambiguityOf(syntax.root, 'whole')
    if (finding.exponential && this.#re2Source === null) {
      throw new PatternError(
        'the regular expression can take exponential time: a repetition contains another one that can match the same ' +
          'text. Make the inner one possessive (a*+), or leave out lookarounds and back references',
      )
    }
    this.#maxFindLength = maxLength(finding)
    this.#maxWholeLength = maxLength(matching)
  }

  /** True when the pattern matches all of the text. */
  matches(text: string): boolean {
    if (text.length <= this.#maxWholeLength) return this.#whole.test(text)
    return this.#linear().matches(text)
  }

  /** The first place at or after `from` where the pattern is found. */
  find(text: string, from = 0): Match | null {
    if (text.length > this.#maxFindLength) return this.#findLinear(text, from)
    this.#find.lastIndex = from
    const match = this.#find.exec(text)
    if (match === null) return null
    if (this.#plainGroups) return { index: match.index, groups: match }
    return { index: match.index, groups: this.#groupIndexes.map((index) => match[index]) }
  }

  #findLinear(text: string, from: number): Match | null {
    const found = findRe2(this.#linear(), text, from)
    // RE2 has no way to say "before the final line break".
    if (found !== null || !this.#trimsLineBreak || !/[\n\r\u0085\u2028\u2029]$/.test(text)) return found
    const trimmed = text.replace(/(?:\r\n|[\n\r\u0085\u2028\u2029])$/, '')
    return from > trimmed.length ? null : findRe2(this.#linear(), trimmed, from)
  }

  #linear(): RE2JS {
    if (this.#re2Source === null) {
      throw new DataError(
        'regex.text_too_long',
        `the text is too long (more than ${this.#maxFindLength} characters) for ${this.pattern}, ` +
          'which looks around or refers back and can take very long',
      )
    }
    this.#re2 ??= RE2JS.compile(this.#re2Source)
    return this.#re2
  }
}

/** What is wrong with a pattern, for the check of a configuration key. */
export function patternProblem(pattern: string): string | undefined {
  try {
    new JavaRegex(pattern)
    return undefined
  } catch (error) {
    if (error instanceof PatternError) return `Invalid regex: ${error.message}`
    throw error
  }
}

function parse(pattern: string): Syntax {
  try {
    return parseJavaRegex(pattern)
  } catch (error) {
    if (error instanceof RangeError) throw new PatternError('the regular expression is nested too deeply')
    throw error
  }
}

function re2SourceOf({ root }: Syntax): string | null {
  const source = emitRe2(root)
  try {
    if (source !== null) RE2JS.compile(source)
    return source
  } catch {
    return null // a Unicode property that RE2 doesn't know
  }
}

function findRe2(re2: RE2JS, text: string, from: number): Match | null {
  const matcher = re2.matcher(text)
  if (!matcher.find(from)) return null
  const groups: (string | undefined)[] = []
  for (let group = 0; group <= matcher.groupCount(); group++) groups.push(matcher.group(group) ?? undefined)
  return { index: matcher.start(), groups }
}

function maxLength({ exponential, degree }: Ambiguity): number {
  return exponential ? 0 : Math.floor(maxSteps ** (1 / degree))
}
