/** Field paths with wildcards. @module */
import { parseFieldPath } from '../field-path.ts'

/** One step of a pattern: `**` for any number of steps, or a test of a name. */
type Step = '**' | ((name: string) => boolean)

type Pattern = readonly Step[]

/**
 * How far some patterns have come on the way down into a value; immutable. Elements of arrays and entries of maps are
 * steps like fields, named by their index or key.
 */
export class PathPatterns {
  /** The places that each pattern may have reached. Kept as sets: with several `**` there are many ways to one place. */
  readonly #reached: ReadonlyMap<Pattern, ReadonlySet<number>>

  private constructor(reached: ReadonlyMap<Pattern, ReadonlySet<number>>) {
    this.#reached = reached
  }

  /**
   * `user.*.email`: a step `*` is any one step, a `*` within a step any characters, `**` any number of steps, none too.
   * Backticks keep dots in a name. Throws Error where they don't pair.
   */
  static parse(paths: readonly string[]): PathPatterns {
    const patterns = paths.map((path) => parseFieldPath(path, 'V2').map(stepOf))
    return new PathPatterns(new Map(patterns.map((pattern) => [pattern, withSkips(pattern, [0])])))
  }

  /** No pattern can match here or further down. */
  get isEmpty(): boolean {
    return this.#reached.size === 0
  }

  /** A pattern ends here. */
  get matches(): boolean {
    for (const [pattern, places] of this.#reached) if (places.has(pattern.length)) return true
    return false
  }

  /** What is left below a field. */
  below(name: string): PathPatterns {
    if (this.isEmpty) return this
    const reached = new Map<Pattern, ReadonlySet<number>>()
    for (const [pattern, places] of this.#reached) {
      const next = withSkips(
        pattern,
        [...places].flatMap((place) => afterStep(pattern[place], place, name)),
      )
      if (next.size > 0) reached.set(pattern, next)
    }
    return new PathPatterns(reached)
  }
}

function afterStep(step: Step | undefined, place: number, name: string): readonly number[] {
  if (step === '**') return [place]
  return step?.(name) === true ? [place + 1] : []
}

/** `**` may stand for nothing: the place behind it is reached as well. */
function withSkips(pattern: Pattern, places: readonly number[]): ReadonlySet<number> {
  const all = new Set(places)
  for (const place of all) if (pattern[place] === '**') all.add(place + 1)
  return all
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
