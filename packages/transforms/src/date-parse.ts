/**
 * Reads dates as Java's SimpleDateFormat does, in UTC and English. It is lenient: the 31st of April is the 1st of May,
 * text after the pattern is ignored, and numbers may be longer than the pattern says unless another follows at once.
 */
import { msOfDay, msOfWeekDate, weekdayAt } from './calendar.ts'
import { months, weekdays } from './date-format.ts'
import type { DateField, DatePattern } from './date-pattern.ts'
import { zoneAt } from './date-zone.ts'

/** Gives epoch milliseconds, undefined for a text that doesn't match the pattern. */
export type DateParser = (text: string) => number | undefined

/** `now` decides which century a year of two digits is in: it lies at most 80 years back and 20 ahead. */
export function parserOf(pattern: DatePattern, now: number): DateParser {
  return (text) => {
    const found: Found = { at: 0, fields: new Map(), zoneMs: 0 }
    for (const [i, part] of pattern.entries()) {
      if (typeof part === 'string') {
        if (!text.startsWith(part, found.at)) return undefined
        found.at += part.length
        continue
      }
      const next = pattern[i + 1]
      const width = next !== undefined && typeof next !== 'string' && isNumeric(next) ? part.count : null
      if (!readField(part, text, found, width, now)) return undefined
    }
    return resolve(found)
  }
}

interface Found {
  at: number
  /** Values by letter; of two letters for one thing the later one counts, so they are kept in order of reading. */
  readonly fields: Map<string, number>
  zoneMs: number
}

function isNumeric({ letter, count }: DateField): boolean {
  return letter === 'M' || letter === 'L' ? count <= 2 : !'GEazZX'.includes(letter)
}

/** With `width`, a number ends at most that far from where the field begins, spaces before it included. */
function readField(field: DateField, text: string, found: Found, width: number | null, now: number): boolean {
  const end = width === null ? text.length : found.at + width
  while (text[found.at] === ' ' || text[found.at] === '\t') found.at++
  if (found.at >= text.length) return false
  const { letter, count } = field
  switch (letter) {
    case 'G':
      return readName(['BC', 'AD'], letter, text, found)
    case 'a':
      return readName(['AM', 'PM'], letter, text, found)
    case 'E':
      return readName(weekdays, letter, text, found, 3)
    case 'z':
    case 'Z':
    case 'X': {
      const zone = zoneAt(text, found.at, letter, count)
      if (zone === undefined) return false
      found.zoneMs = zone.offsetMs
      found.at += zone.length
      return true
    }
    default:
      if (!isNumeric(field)) return readName(months, 'M', text, found, 3)
      return end <= text.length && readNumber(field, text.slice(0, end), found, now)
  }
}

/** Takes the longest name that stands there, in any case. */
function readName(names: readonly string[], letter: string, text: string, found: Found, short = 0): boolean {
  const there = (name: string): boolean =>
    text.slice(found.at, found.at + name.length).toLowerCase() === name.toLowerCase()
  for (const length of [Number.POSITIVE_INFINITY, short]) {
    const index = length === 0 ? -1 : names.findIndex((name) => there(name.slice(0, length)))
    if (index < 0) continue
    found.at += Math.min(length, (names[index] as string).length)
    set(found, letter, index)
    return true
  }
  return false
}

const digits = /-?\d+/y

function readNumber({ letter, count }: DateField, text: string, found: Found, now: number): boolean {
  digits.lastIndex = found.at
  const token = digits.exec(text)?.[0]
  if (token === undefined) return false
  found.at += token.length
  // Java keeps the low 32 bits of a number.
  const value = Number(BigInt.asIntN(32, BigInt(token)))
  switch (letter) {
    case 'y':
    case 'Y':
      set(found, letter, count <= 2 && /^\d\d$/.test(token) ? inCentury(value, now) : value)
      return true
    case 'M':
    case 'L':
      set(found, 'M', value - 1)
      return true
    case 'k':
      set(found, 'H', value === 24 ? 0 : value)
      return true
    case 'h':
      set(found, 'K', value === 12 ? 0 : value)
      return true
    case 'u':
      set(found, 'E', value === 7 ? 0 : value)
      return true
    default:
      set(found, letter, value)
      return true
  }
}

function inCentury(twoDigits: number, now: number): number {
  const start = new Date(now).getUTCFullYear() - 80
  const year = Math.floor(start / 100) * 100 + twoDigits
  return year < start ? year + 100 : year
}

function set({ fields }: Found, letter: string, value: number): void {
  fields.delete(letter)
  fields.set(letter, value)
}

function resolve({ fields, zoneMs }: Found): number {
  const get = (letter: string): number => fields.get(letter) ?? 0
  const twelve = get('K') + (get('a') === 1 ? 12 : 0)
  const hours = lastOf(fields, 'H', 'K') === 'K' ? twelve : fields.has('H') ? get('H') : twelve
  const time = ((hours * 60 + get('m')) * 60 + get('s')) * 1000 + get('S')
  return dayOf(fields) + time - zoneMs
}

function dayOf(fields: ReadonlyMap<string, number>): number {
  if (lastOf(fields, 'y', 'Y') === 'Y') {
    return msOfWeekDate(fields.get('Y') as number, fields.get('w') ?? 1, fields.get('E') ?? 0)
  }
  const counted = fields.get('y') ?? 1970
  const year = fields.get('G') === 0 ? 1 - counted : counted
  const last = lastOf(fields, 'D', 'd', 'M', 'w')
  if (last === 'D') return msOfDay(year, 0, fields.get('D') as number)
  if (last === 'w') return msOfWeekDate(year, fields.get('w') as number, fields.get('E') ?? 0)
  const weekday = fields.get('E')
  if (weekday === undefined || fields.has('d')) return msOfDay(year, fields.get('M') ?? 0, fields.get('d') ?? 1)
  const first = msOfDay(year, fields.get('M') ?? 0, 1)
  return first + ((weekday - weekdayAt(first) + 7) % 7) * 86_400_000
}

function lastOf(fields: ReadonlyMap<string, number>, ...letters: readonly string[]): string | undefined {
  return [...fields.keys()].findLast((letter) => letters.includes(letter))
}
