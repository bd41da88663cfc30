/**
 * Regular expressions in Java's syntax with bounded running time. Patterns run on the engine's own RegExp, which is some
 * seventy times faster than RE2 in JavaScript; where ambiguity.ts says that backtracking could run away with a text of
 * that length, RE2 takes over, whose time grows with the length only.
 */
import { createRequire } from 'node:module'
import { DataError } from '@penstock/core'
import type { RE2JS } from 're2js'
import { type Ambiguity, ambiguityOf } from './ambiguity.ts'
import { emitJs, emitRe2, type Re2Pattern } from './emit.ts'
import { parseJavaRegex } from './parse-java-regex.ts'
import { PatternError } from './pattern-reader.ts'
import type { Syntax } from './syntax.ts'

export { PatternError } from './pattern-reader.ts'

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
  readonly #re2: Re2Pattern | null
  #compiledRe2: LinearRegex | null = null

  /** Throws PatternError for what Java's syntax doesn't have, or what can't be run safely. */
  constructor(pattern: string) {
    const syntax = parse(pattern)
    const { source, groupIndexes, sameGroups } = emitJs(syntax)
    this.pattern = pattern
    this.groupCount = syntax.groupCount
    this.groupsByName = syntax.groupsByName
    this.#find = new RegExp(source, 'gu')
    this.#whole = new RegExp(`^(?:${source})$`, 'u')
    this.#groupIndexes = groupIndexes
    this.#plainGroups = sameGroups
    this.#re2 = re2PatternOf(syntax)
    const finding = ambiguityOf(syntax.root, 'find')
    const matching = ambiguityOf(syntax.root, 'whole')
    if (finding.exponential && this.#re2 === null) {
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
    if (text.length > this.#maxFindLength) return this.#linear().find(text, from)
    this.#find.lastIndex = from
    const match = this.#find.exec(text)
    if (match === null) return null
    if (this.#plainGroups) return { index: match.index, groups: match }
    return { index: match.index, groups: this.#groupIndexes.map((index) => match[index]) }
  }

  #linear(): LinearRegex {
    if (this.#re2 === null) {
      throw new DataError(
        'regex.text_too_long',
        `the text is too long (more than ${this.#maxFindLength} characters) for ${this.pattern}, ` +
          'which looks around or refers back and can take very long',
      )
    }
    this.#compiledRe2 ??= new LinearRegex(this.#re2)
    return this.#compiledRe2
  }
}

/** A pattern run by RE2. */
class LinearRegex {
  readonly #whole: RE2JS
  readonly #find: RE2JS
  readonly #pattern: Re2Pattern

  constructor(pattern: Re2Pattern) {
    // Its tables take 10 MB, and few patterns need it.
    const { RE2JS } = createRequire(import.meta.url)('re2js') as { RE2JS: typeof import('re2js').RE2JS }
    this.#whole = RE2JS.compile(pattern.whole)
    this.#find = RE2JS.compile(pattern.find)
    this.#pattern = pattern
  }

  matches(text: string): boolean {
    return this.#whole.matches(text)
  }

  find(text: string, from: number): Match | null {
    const matcher = this.#find.matcher(text)
    if (!matcher.find(from)) return null
    const { groupIndexes, lineBreakGroups } = this.#pattern
    const lineBreak = lineBreakGroups.find((group) => matcher.start(group) >= 0)
    const end = lineBreak === undefined ? text.length : matcher.start(lineBreak)
    const groups = groupIndexes.map((group) => {
      const start = matcher.start(group)
      return start < 0 ? undefined : text.slice(start, Math.min(matcher.end(group), end))
    })
    return { index: matcher.start(), groups }
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

function re2PatternOf(syntax: Syntax): Re2Pattern | null {
  const pattern = emitRe2(syntax)
  try {
    if (pattern !== null) new LinearRegex(pattern)
    return pattern
  } catch {
    return null // a Unicode property that RE2 doesn't know, or a program too large for it
  }
}

function maxLength({ exponential, degree }: Ambiguity): number {
  return exponential ? 0 : Math.floor(maxSteps ** (1 / degree))
}
