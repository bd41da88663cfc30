/** Field paths with wildcards. @module */
import { parseFieldPath } from '../field-path.ts'

/** One step of a pattern: `**` for any number of steps, or a test of a name. */
type Step = '**' | ((name: string) => boolean)

/**
 * What is left of some patterns on the way down into a value; immutable. Elements of arrays and entries of maps are steps
 * like fields, named by their index or key.
 */
export class PathPatterns {
  readonly #patterns: readonly (readonly Step[])[]

  private constructor(patterns: readonly (readonly Step[])[]) {
    this.#patterns = patterns
  }

  /**
   * `user.*.email`: a step `*` is any one step, a `*` within a step any characters, `**` any number of steps, none too.
   * Backticks keep dots in a name. Throws Error where they don't pair.
   */
  static parse(paths: readonly string[]): PathPatterns {
    return new PathPatterns(paths.map((path) => parseFieldPath(path, 'V2').map(stepOf)))
  }

  /** No pattern can match here or further down. */
  get isEmpty(): boolean {
    return this.#patterns.length === 0
  }

  /** A pattern ends here. */
  get matches(): boolean {
    return this.#patterns.some((steps) => steps.every((step) => step === '**'))
  }

  /** What is left below a field. */
  below(name: string): PathPatterns {
    if (this.isEmpty) return this
    return new PathPatterns(this.#patterns.flatMap((steps) => afterStep(steps, name)))
  }
}

function afterStep(steps: readonly Step[], name: string): (readonly Step[])[] {
  const [first, ...rest] = steps
  if (first === undefined) return []
  if (first === '**') return [steps, ...afterStep(rest, name)]
  return first(name) ? [rest] : []
}

function stepOf(text: string): Step {
  if (text === '**') return text
  if (!text.includes('*')) return (name) => name === text
  const parts = text.split('*')
  return (name) => matchesParts(name, parts)
}

/** Each part is taken where it is found first: with stars alone there is nothing to be gained by a later place. */
function matchesParts(name: string, parts: readonly string[]): boolean {
  const [first = '', last = ''] = [parts[0], parts.at(-1)]
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at)
    if (found < 0 || found + part.length > name.length - last.length) return false
    at = found + part.length
  }
  return true
}
