/**
 * Versions of plugins and ranges of them, `[1.0,2.0)`, `[1.5]`, `(,2.0]`, as Maven writes them. A bare version means
 * exactly that one.
 */
export interface VersionRange {
  contains(version: string): boolean
  toString(): string
}

const interval = /^([[(])([^,[\]()]*)(,)?([^,[\]()]*)([\])])$/

/** Null for a text that is no version nor range. */
export function parseVersionRange(text: string): VersionRange | null {
  const trimmed = text.trim()
  if (/^[^,[\]()\s]+$/.test(trimmed)) return rangeOf({ low: trimmed, lowIn: true, high: trimmed, highIn: true })
  const [, open, low = '', comma, high = '', close] = interval.exec(trimmed) ?? []
  if (open === undefined) return null
  if (comma === undefined) {
    if (low === '' || open !== '[' || close !== ']') return null
    return rangeOf({ low, lowIn: true, high: low, highIn: true })
  }
  return rangeOf({ low: low.trim(), lowIn: open === '[', high: high.trim(), highIn: close === ']' })
}

function rangeOf({
  low,
  lowIn,
  high,
  highIn,
}: {
  low: string
  lowIn: boolean
  high: string
  highIn: boolean
}): VersionRange {
  return {
    contains: (version) => {
      const fromLow = low === '' ? 1 : compareVersions(version, low)
      const fromHigh = high === '' ? -1 : compareVersions(version, high)
      return (fromLow > 0 || (lowIn && fromLow === 0)) && (fromHigh < 0 || (highIn && fromHigh === 0))
    },
    toString: () => `${lowIn ? '[' : '('}${low},${high}${highIn ? ']' : ')'}`,
  }
}

/** Below zero when `a` is older. Numbers compare as such; a version with a further word (`1.0-rc1`) is older than without. */
export function compareVersions(a: string, b: string): number {
  const left = parts(a)
  const right = parts(b)
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareParts(left[at] ?? 0, right[at] ?? 0)
    if (order !== 0) return order
  }
  return 0
}

function parts(version: string): (number | string)[] {
  return (version.split('+')[0] ?? '')
    .split(/[.-]/)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.toLowerCase()))
}

function compareParts(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'number') return 1
  if (typeof b === 'number') return -1
  return a < b ? -1 : a > b ? 1 : 0
}
