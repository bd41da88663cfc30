/** Formats dates as Java's SimpleDateFormat does, in UTC and English; date-parse.ts reads them. @module */
import { type CalendarDay, dayAt, dayOfYear, weekDate, weekdayAt, weekOfMonth } from './calendar.ts'
import { type DatePattern, parseDatePattern } from './date-pattern.ts'

/** Formats epoch milliseconds. */
export type DateFormat = (ms: number) => string

export const months = 'January February March April May June July August September October November December'.split(' ')
export const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/** An instant, taken apart. */
interface Moment extends CalendarDay {
  readonly ms: number
  readonly hour: number
}

type Letter = (moment: Moment, count: number) => string

const padded = (number: number, count: number): string =>
  number < 0 ? `-${padded(-number, count)}` : String(number).padStart(count, '0')
const name = (names: readonly string[], index: number, long: boolean): string =>
  long ? (names[index] as string) : (names[index] as string).slice(0, 3)
const year = (number: number, count: number): string =>
  count === 2 ? padded(Math.abs(number) % 100, 2) : padded(number, count)
const month: Letter = (moment, count) =>
  count < 3 ? padded(moment.month + 1, count) : name(months, moment.month, count > 3)
const modulo = (number: number, by: number): number => ((number % by) + by) % by

const letters: Readonly<Record<string, Letter>> = {
  G: (moment) => (moment.year > 0 ? 'AD' : 'BC'),
  // Years before the first are counted backwards.
  y: (moment, count) => year(moment.year > 0 ? moment.year : 1 - moment.year, count),
  Y: ({ ms }, count) => year(weekDate(ms).year, count),
  M: month,
  L: month,
  w: ({ ms }, count) => padded(weekDate(ms).week, count),
  W: ({ ms }, count) => padded(weekOfMonth(ms), count),
  d: ({ day }, count) => padded(day, count),
  D: ({ ms }, count) => padded(dayOfYear(ms), count),
  F: ({ day }, count) => padded(Math.ceil(day / 7), count),
  E: ({ ms }, count) => name(weekdays, weekdayAt(ms), count > 3),
  u: ({ ms }, count) => padded(weekdayAt(ms) || 7, count),
  a: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  H: ({ hour }, count) => padded(hour, count),
  k: ({ hour }, count) => padded(hour || 24, count),
  K: ({ hour }, count) => padded(hour % 12, count),
  h: ({ hour }, count) => padded(hour % 12 || 12, count),
  m: ({ ms }, count) => padded(Math.floor(modulo(ms, 3_600_000) / 60_000), count),
  s: ({ ms }, count) => padded(Math.floor(modulo(ms, 60_000) / 1000), count),
  // Milliseconds as a number, not as a fraction: `S` of 7 ms is 7.
  S: ({ ms }, count) => padded(modulo(ms, 1000), count),
  z: (_moment, count) => (count < 4 ? 'UTC' : 'Coordinated Universal Time'),
  Z: () => '+0000',
  X: () => 'Z',
}

/** Throws Error for a pattern that Java refuses. */
export function compileDateFormat(pattern: string): DateFormat {
  return formatterOf(parseDatePattern(pattern))
}

export function formatterOf(pattern: DatePattern): DateFormat {
  return (ms) => {
    const moment: Moment = { ms, hour: Math.floor(modulo(ms, 86_400_000) / 3_600_000), ...dayAt(ms) }
    let text = ''
    for (const part of pattern) {
      text += typeof part === 'string' ? part : (letters[part.letter] as Letter)(moment, part.count)
    }
    return text
  }
}
