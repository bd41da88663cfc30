/** The time patterns of index names: `yyyy.MM.dd`. */

export interface TimeFormat {
  /** Within such a stretch of time, counted from 1970, the text is the same. */
  readonly stepMs: number
  /** The text for epoch milliseconds; what it shows are the UTC fields of that instant. */
  format(ms: number): string
}

interface Token {
  readonly stepMs: number
  text(date: Date): string
}

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const padded = (number: number, digits: number): string => {
  const text = String(Math.abs(number)).padStart(digits, '0')
  return number < 0 ? `-${text}` : text
}

const tokens: Readonly<Record<string, Token>> = {
  yyyy: { stepMs: dayMs, text: (date) => padded(date.getUTCFullYear(), 4) },
  yy: { stepMs: dayMs, text: (date) => padded(((date.getUTCFullYear() % 100) + 100) % 100, 2) },
  MM: { stepMs: dayMs, text: (date) => padded(date.getUTCMonth() + 1, 2) },
  dd: { stepMs: dayMs, text: (date) => padded(date.getUTCDate(), 2) },
  DDD: { stepMs: dayMs, text: (date) => padded(dayOfYear(date), 3) },
  xxxx: { stepMs: dayMs, text: (date) => padded(isoThursday(date).getUTCFullYear(), 4) },
  ww: { stepMs: dayMs, text: (date) => padded(Math.ceil(dayOfYear(isoThursday(date)) / 7), 2) },
  HH: { stepMs: hourMs, text: (date) => padded(date.getUTCHours(), 2) },
  mm: { stepMs: minuteMs, text: (date) => padded(date.getUTCMinutes(), 2) },
  ss: { stepMs: secondMs, text: (date) => padded(date.getUTCSeconds(), 2) },
}

/** Letters that mean different things to different programs. */
const advice: Readonly<Record<string, string>> = {
  YYYY: 'YYYY is the year of the week in Java and the year of the day in Logstash: write yyyy, or xxxx beside ww',
  DD: 'days of the month are dd, days of the year DDD',
  hh: 'hours are HH, from 00 to 23',
}

/** Reads a pattern. Throws Error with the reason. */
export function parseTimeFormat(pattern: string): TimeFormat {
  const parts: (string | Token)[] = []
  let stepMs = Number.POSITIVE_INFINITY
  for (const [token, letter] of pattern.matchAll(/'(?:[^']|'')*'?|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    if (token.startsWith("'")) {
      if (token.length < 2 || !token.endsWith("'")) throw new Error(`the quote in {+${pattern}} is not closed`)
      parts.push(token === "''" ? "'" : token.slice(1, -1).replaceAll("''", "'"))
    } else if (letter === undefined) parts.push(token)
    else {
      const known = Object.hasOwn(tokens, token) ? tokens[token] : undefined
      if (known === undefined) {
        const reason = advice[token] ?? `there are ${Object.keys(tokens).join(', ')}`
        throw new Error(`${token} in {+${pattern}} is no part of a time here (${reason}); for example {+yyyy.MM.dd}`)
      }
      stepMs = Math.min(stepMs, known.stepMs)
      parts.push(known)
    }
  }
  if (stepMs === Number.POSITIVE_INFINITY) throw new Error(`{+${pattern}} tells no time; for example {+yyyy.MM.dd}`)
  return {
    stepMs,
    format(ms) {
      const date = new Date(ms)
      let text = ''
      for (const part of parts) text += typeof part === 'string' ? part : part.text(date)
      return text
    },
  }
}

/** From 1. */
function dayOfYear(date: Date): number {
  const first = new Date(0)
  first.setUTCFullYear(date.getUTCFullYear(), 0, 1)
  return Math.floor((date.getTime() - first.getTime()) / dayMs) + 1
}

/** The Thursday of the date's week: an ISO week belongs to the year of its Thursday. */
function isoThursday(date: Date): Date {
  const weekday = date.getUTCDay() || 7
  return new Date(date.getTime() + (4 - weekday) * dayMs)
}
