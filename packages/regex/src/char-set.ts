/** Sets of code points as sorted, disjoint, inclusive ranges. @module */

export type Range = readonly [low: number, high: number]
export type CharSet = readonly Range[]

const max = 0x10ffff
export const anyChar: CharSet = [[0, max]]

export function charSet(...ranges: readonly Range[]): CharSet {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0])
  const merged: [number, number][] = []
  for (const [low, high] of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high)
    else merged.push([low, high])
  }
  return merged
}

/** The set of the characters of a text. */
export function chars(text: string): CharSet {
  return charSet(...[...text].map((char): Range => [char.codePointAt(0) as number, char.codePointAt(0) as number]))
}

export function union(a: CharSet, b: CharSet): CharSet {
  return charSet(...a, ...b)
}

export function complement(set: CharSet): CharSet {
  const rest: Range[] = []
  let next = 0
  for (const [low, high] of set) {
    if (low > next) rest.push([next, low - 1])
    next = high + 1
  }
  if (next <= max) rest.push([next, max])
  return rest
}

export function intersection(a: CharSet, b: CharSet): CharSet {
  return complement(union(complement(a), complement(b)))
}

/** Adds the other case of each letter: of ASCII letters only, as in Java, unless `unicode`. */
export function ignoringCase(set: CharSet, unicode: boolean): CharSet {
  const added: Range[] = []
  for (const [low, high] of set) {
    for (let code = low; code <= Math.min(high, unicode ? 0xffff : 0x7f); code++) {
      const char = String.fromCodePoint(code)
      for (const other of [char.toLowerCase(), char.toUpperCase()]) {
        const folded = other.codePointAt(0) as number
        if (folded !== code && other.length === 1) added.push([folded, folded])
      }
    }
  }
  return added.length === 0 ? set : charSet(...set, ...added)
}
