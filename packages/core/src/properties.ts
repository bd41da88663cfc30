import { ConnectError } from './errors.ts'

/**
 * Reads the text of a Java `.properties` file: comments, continuation lines, escapes and `\uXXXX` as Java reads them.
 * Of a key given twice the last value counts. The text is taken as it is, so read files as UTF-8.
 */
export function parseProperties(text: string): Record<string, string> {
  const entries: [string, string][] = []
  for (const { line, text: logical } of logicalLines(text)) {
    const keyEnd = endOfKey(logical)
    const valueStart = startOfValue(logical, keyEnd)
    entries.push([unescapeText(logical.slice(0, keyEnd), line), unescapeText(logical.slice(valueStart), line)])
  }
  return Object.fromEntries(entries) // defines own properties, also for a key named __proto__
}

/** Writes properties so that {@link parseProperties} (and Java) reads the same back. */
export function formatProperties(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${escapeText(key, /[\\=:#! \t\f\n\r]/g)}=${escapeText(value, /[\\\t\f\n\r]|^ /g)}\n`)
    .join('')
}

const blankStart = /^[ \t\f]+/

/** Joins continuation lines; leaves out comments and blank lines. Line numbers count from 1, for error texts. */
function* logicalLines(text: string): Generator<{ line: number; text: string }> {
  const lines = text.split(/\r\n|\r|\n/)
  let logical: string | null = null
  let start = 0
  for (const [index, natural] of lines.entries()) {
    const stripped = natural.replace(blankStart, '')
    if (logical === null) {
      if (stripped === '' || stripped.startsWith('#') || stripped.startsWith('!')) continue
      start = index + 1
    }
    logical = (logical ?? '') + stripped
    if (endsWithContinuation(stripped)) {
      logical = logical.slice(0, -1)
      continue
    }
    yield { line: start, text: logical }
    logical = null
  }
  if (logical !== null) yield { line: start, text: logical }
}

function endsWithContinuation(line: string): boolean {
  const backslashes = /\\*$/.exec(line)?.[0].length ?? 0
  return backslashes % 2 === 1
}

function endOfKey(line: string): number {
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '\\') at++
    else if (/[=: \t\f]/.test(line.charAt(at))) return at
  }
  return line.length
}

function startOfValue(line: string, keyEnd: number): number {
  const separator = /^[ \t\f]*[=:]?[ \t\f]*/.exec(line.slice(keyEnd))?.[0] ?? ''
  return keyEnd + separator.length
}

const escapedLetters: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescapeText(text: string, line: number): string {
  return text.replace(/\\(u([0-9a-fA-F]{4})|[\s\S]|$)/g, (_all, escaped: string, hex: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (escaped === 'u') {
      throw new ConnectError('config.malformed_properties', `line ${line}: \\u must be followed by four hex digits`)
    }
    return escapedLetters[escaped] ?? escaped
  })
}

function escapeText(text: string, special: RegExp): string {
  const letters: Readonly<Record<string, string>> = { '\t': 't', '\n': 'n', '\r': 'r', '\f': 'f' }
  return text.replace(special, (character) => `\\${letters[character] ?? character}`)
}
