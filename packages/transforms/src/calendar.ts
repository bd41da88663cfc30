/**
 * Days as Java's GregorianCalendar counts them: by the Julian calendar before October 15th, 1582, with weeks as in the
 * United States, which begin on Sunday and of which the first holds January 1st.
 * @module
 */

const dayMs = 86_400_000
const gregorianFrom = Date.UTC(1582, 9, 15)
/** Of January 1st, 1970. */
const julianDayOfEpoch = 2_440_588

export interface CalendarDay {
  /** 0 is the year before the first. */
  readonly year: number
  /** 0 is January. */
  readonly month: number
  readonly day: number
}

/** The day of an instant, in UTC. */
export function dayAt(ms: number): CalendarDay {
  if (ms >= gregorianFrom) {
    const date = new Date(ms)
    return { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate() }
  }
  const days = Math.floor(ms / dayMs) + julianDayOfEpoch + 32_082
  const years = Math.floor((4 * days + 3) / 1461)
  const dayOfYear = days - Math.floor((1461 * years) / 4)
  const month = Math.floor((5 * dayOfYear + 2) / 153)
  const early = month < 10
  return {
    year: years - 4800 + (early ? 0 : 1),
    month: early ? month + 2 : month - 10,
    day: dayOfYear - Math.floor((153 * month + 2) / 5) + 1,
  }
}

/** Midnight UTC of a day. Months and days beyond their range run on into the next. */
export function msOfDay(year: number, month: number, day: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month, day)
  if (!(date.getTime() < gregorianFrom)) return date.getTime()
  const marchYear = year + Math.floor((month - 2) / 12)
  const sinceMarch = (((month - 2) % 12) + 12) % 12
  const julianDay =
    day +
    Math.floor((153 * sinceMarch + 2) / 5) +
    365 * (marchYear + 4800) +
    Math.floor((marchYear + 4800) / 4) -
    32_083
  return (julianDay - julianDayOfEpoch) * dayMs
}

/** 0 is Sunday. */
export function weekdayAt(ms: number): number {
  return (((Math.floor(ms / dayMs) + 4) % 7) + 7) % 7
}

/** 1 on January 1st. */
export function dayOfYear(ms: number): number {
  return Math.floor((ms - msOfDay(dayAt(ms).year, 0, 1)) / dayMs) + 1
}

export function weekDate(ms: number): { readonly year: number; readonly week: number } {
  const { year } = dayAt(ms)
  const sunday = (Math.floor(ms / dayMs) - weekdayAt(ms)) * dayMs
  if (sunday + 6 * dayMs >= msOfDay(year + 1, 0, 1)) return { year: year + 1, week: 1 }
  return { year, week: Math.round((sunday - firstSunday(year)) / dayMs / 7) + 1 }
}

export function weekOfMonth(ms: number): number {
  const { year, month, day } = dayAt(ms)
  return Math.floor((day - 1 + weekdayAt(msOfDay(year, month, 1))) / 7) + 1
}

/** Midnight UTC of a day named by its week. */
export function msOfWeekDate(year: number, week: number, weekday: number): number {
  return firstSunday(year) + ((week - 1) * 7 + weekday) * dayMs
}

/** The Sunday on or before January 1st. */
function firstSunday(year: number): number {
  const first = msOfDay(year, 0, 1)
  return first - weekdayAt(first) * dayMs
}
