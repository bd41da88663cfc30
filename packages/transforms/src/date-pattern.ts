/** A letter of a pattern with how often it stands there. */
export interface DateField {
  readonly letter: string
  readonly count: number
}

/** A pattern of Java's SimpleDateFormat, taken apart: fixed texts and fields. */
export type DatePattern = readonly (string | DateField)[]

const letters = 'GyYMLwWdDFEuaHkKhmsSzZX'

/**
 * Text in single quotes stands for itself, two quotes for one. Throws Error with Java's reason for a letter that has no
 * meaning and for a quote without its pair.
 */
export function parseDatePattern(pattern: string): DatePattern {
  const parts: (string | DateField)[] = []
  const fixed = (text: string): void => {
    const last = parts.at(-1)
    if (typeof last === 'string') parts[parts.length - 1] = last + text
    else parts.push(text)
  }
  for (const [token] of pattern.matchAll(/''|'(?:[^']|'')*'?|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    if (token === "''") fixed("'")
    else if (token[0] === "'") {
      if (token.length < 2 || !token.endsWith("'")) throw new Error('Unterminated quote')
      fixed(token.slice(1, -1).replaceAll("''", "'"))
    } else if (!/[A-Za-z]/.test(token)) fixed(token)
    else {
      const letter = token[0] as string
      if (!letters.includes(letter)) throw new Error(`Illegal pattern character '${letter}'`)
      if (letter === 'X' && token.length > 3) throw new Error(`invalid ISO 8601 format: length=${token.length}`)
      parts.push({ letter, count: token.length })
    }
  }
  return parts
}
