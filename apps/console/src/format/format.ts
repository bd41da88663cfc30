/** Numbers and times as people of the browser's language write them. What is not known is a dash. */

export const unknownText = '–'

type Maybe = number | null | undefined

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 })
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const dateAndClock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' })

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Every digit. */
export function formatCount(value: Maybe): string {
  return isKnown(value) ? whole.format(value) : unknownText
}

/** Few digits: 12.3K. */
export function formatShort(value: Maybe): string {
  return isKnown(value) ? short.format(value) : unknownText
}

export function formatRate(perSecond: Maybe): string {
  if (!isKnown(perSecond)) return unknownText
  return `${(perSecond < 100 ? oneDigit : short).format(perSecond)}/s`
}

export function formatBytes(bytes: Maybe): string {
  if (!isKnown(bytes)) return unknownText
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const scaled = bytes / 1024 ** power
  return `${(scaled < 100 ? oneDigit : whole).format(scaled)} ${units[power]}`
}

export function formatPercent(percent: Maybe): string {
  return isKnown(percent) ? `${(percent < 10 ? oneDigit : whole).format(percent)} %` : unknownText
}

export function formatMs(ms: Maybe): string {
  if (!isKnown(ms)) return unknownText
  return ms < second ? `${(ms < 10 ? oneDigit : whole).format(ms)} ms` : formatDuration(ms)
}

/** The two largest parts: 3 d 4 h. */
export function formatDuration(ms: Maybe): string {
  if (!isKnown(ms)) return unknownText
  const parts: [number, string][] = [
    [Math.floor(ms / day), 'd'],
    [Math.floor((ms % day) / hour), 'h'],
    [Math.floor((ms % hour) / minute), 'min'],
    [Math.floor((ms % minute) / second), 's'],
  ]
  const first = parts.findIndex(([amount]) => amount > 0)
  if (first === -1) return '0 s'
  const shown = parts.slice(first, first + 2).filter(([amount]) => amount > 0)
  return shown.map(([amount, unit]) => `${amount} ${unit}`).join(' ')
}

/** Today only the time of day. */
export function formatTime(at: Maybe, now = Date.now()): string {
  if (!isKnown(at)) return unknownText
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString()
  return (sameDay ? clock : dateAndClock).format(at)
}

/** 5 min ago. */
export function formatAgo(at: Maybe, now = Date.now()): string {
  if (!isKnown(at)) return unknownText
  const ms = at - now
  const size = Math.abs(ms)
  if (size < minute) return relative.format(Math.round(ms / second), 'second')
  if (size < hour) return relative.format(Math.round(ms / minute), 'minute')
  if (size < day) return relative.format(Math.round(ms / hour), 'hour')
  return relative.format(Math.round(ms / day), 'day')
}

/** One task, 3 tasks. */
export function formatAmount(amount: number, one: string, many: string): string {
  return `${whole.format(amount)} ${amount === 1 ? one : many}`
}

function isKnown(value: Maybe): value is number {
  return value !== null && value !== undefined && Number.isFinite(value)
}
