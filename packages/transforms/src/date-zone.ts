/** Time zones in the texts of dates. @module */

/** Names that Java prints for zones; others than these are not read. */
const hoursByName: Readonly<Record<string, number>> = {
  ...{ UTC: 0, GMT: 0, WET: 0, WEST: 1, BST: 1, CET: 1, CEST: 2, EET: 2, EEST: 3, MSK: 3, JST: 9 },
  ...{ EST: -5, EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7, AKST: -9, AKDT: -8, HST: -10 },
}

export interface Zone {
  /** East of Greenwich. */
  readonly offsetMs: number
  /** Of the text read. */
  readonly length: number
}

const rfc822 = /([+-])(\d\d)(\d\d)/y
const custom = /GMT([+-])(\d{1,2}):?(\d\d)/iy
const zoneName = /Coordinated Universal Time|[a-z]+/iy
/** By how often the letter X stands in the pattern. */
const iso = [/(?!)/y, /([+-])(\d\d)/y, /([+-])(\d\d)(\d\d)/y, /([+-])(\d\d):(\d\d)/y] as const

/** The zone that begins at `at`. Where z or Z is asked for, names and numbers are taken alike, as in Java. */
export function zoneAt(text: string, at: number, letter: 'z' | 'Z' | 'X', count: number): Zone | undefined {
  if (letter === 'X') {
    if (text[at] === 'Z') return { offsetMs: 0, length: 1 }
    return numeric(iso[count] as RegExp, text, at)
  }
  const number = numeric(rfc822, text, at) ?? numeric(custom, text, at)
  if (number !== undefined) return number
  zoneName.lastIndex = at
  const name = zoneName.exec(text)?.[0]
  if (name === undefined) return undefined
  const key = name.includes(' ') ? 'UTC' : name.toUpperCase()
  const hours = Object.hasOwn(hoursByName, key) ? hoursByName[key] : undefined
  return hours === undefined ? undefined : { offsetMs: hours * 3_600_000, length: name.length }
}

function numeric(pattern: RegExp, text: string, at: number): Zone | undefined {
  pattern.lastIndex = at
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [whole, sign, hours, minutes = '0'] = match
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000
  return { offsetMs: sign === '-' ? -offsetMs : offsetMs, length: whole.length }
}
