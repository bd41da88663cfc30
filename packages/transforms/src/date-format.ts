/** A compiled pattern of Java's SimpleDateFormat; formats epoch milliseconds in UTC. */
export type DateFormat = (ms: number) => string

const months = 'January February March April May June July August September October November December'.split(' ')
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

type Letter = (date: Date, count: number) => string

const padded = (number: number, count: number): string => String(number).padStart(count, '0')

const letters: Readonly<Record<string, Letter>> = {
  G: () => 'AD',
  y: (date, count) => (count === 2 ? padded(date.getUTCFullYear() % 100, 2) : padded(date.getUTCFullYear(), count)),
  M: (date, count) => {
    const name = months[date.getUTCMonth()] as string
    if (count < 3) return padded(date.getUTCMonth() + 1, count)
    return count === 3 ? name.slice(0, 3) : name
  },
  d: (date, count) => padded(date.getUTCDate(), count),
  D: (date, count) =>
    padded(Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1, count),
  E: (date, count) => {
    const name = weekdays[date.getUTCDay()] as string
    return count < 4 ? name.slice(0, 3) : name
  },
  u: (date, count) => padded(date.getUTCDay() || 7, count),
  a: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  H: (date, count) => padded(date.getUTCHours(), count),
  k: (date, count) => padded(date.getUTCHours() || 24, count),
  K: (date, count) => padded(date.getUTCHours() % 12, count),
  h: (date, count) => padded(date.getUTCHours() % 12 || 12, count),
  m: (date, count) => padded(date.getUTCMinutes(), count),
  s: (date, count) => padded(date.getUTCSeconds(), count),
  // Milliseconds as a number, not as a fraction: `S` of 7 ms is 7.
  S: (date, count) => padded(date.getUTCMilliseconds(), count),
  z: (_date, count) => (count < 4 ? 'UTC' : 'Coordinated Universal Time'),
  Z: () => '+0000',
  X: () => 'Z',
}

/** Throws Error for a letter that isn't supported. Text in single quotes stands for itself, two quotes for one. */
export function compileDateFormat(pattern: string): DateFormat {
  const parts: (string | ((date: Date) => string))[] = []
  for (const [token] of pattern.matchAll(/''|'(?:[^']|'')*'?|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    if (token === "''") parts.push("'")
    else if (token[0] === "'") {
      if (token.length < 2 || !token.endsWith("'")) throw new Error('Unterminated quote')
      parts.push(token.slice(1, -1).replaceAll("''", "'"))
    } else if (!/[A-Za-z]/.test(token)) parts.push(token)
    else parts.push(formatter(token))
  }
  return (ms) => {
    const date = new Date(ms)
    let text = ''
    for (const part of parts) text += typeof part === 'string' ? part : part(date)
    return text
  }
}

function formatter(token: string): (date: Date) => string {
  const char = token[0] as string
  const letter = Object.hasOwn(letters, char) ? letters[char] : undefined
  if (letter === undefined) {
    if (char === 'Y' || char === 'w' || char === 'W')
      throw new Error(`week years and weeks (${token}) are not supported; the year is yyyy`)
    throw new Error(`Illegal pattern character '${char}'`)
  }
  if (char === 'X' && token.length > 3) throw new Error(`invalid ISO 8601 format: length=${token.length}`)
  return (date) => letter(date, token.length)
}
