/** Reads CSV (RFC 4180): fields may be quoted, quotes in them are doubled, lines end with LF or CRLF. @module */

/** Rows of fields; empty lines are left out. Throws Error for a quote that is not closed. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let at = text.startsWith('\ufeff') ? 1 : 0
  while (at < text.length) {
    const field = text[at] === '"' ? quotedField(text, at) : bareField(text, at)
    row.push(field.value)
    at = field.end
    if (text[at] === ',') {
      at++
      // A comma at the very end is followed by an empty field.
      if (at < text.length) continue
      row.push('')
    }
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  return rows
}

interface Field {
  readonly value: string
  readonly end: number
}

function quotedField(text: string, start: number): Field {
  let value = ''
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at)
    if (quote < 0) throw new Error(`the quote of line ${lineOf(text, start)} is not closed`)
    value += text.slice(at, quote)
    if (text[quote + 1] !== '"') {
      // What follows a closing quote belongs to the field, as other readers take it.
      const rest = bareField(text, quote + 1)
      return { value: value + rest.value, end: rest.end }
    }
    value += '"'
    at = quote + 2
  }
}

function bareField(text: string, start: number): Field {
  bareEnd.lastIndex = start
  const end = bareEnd.exec(text)?.index ?? text.length
  return { value: text.slice(start, end), end }
}

const bareEnd = /,|\r?\n|\r$/g

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length
}
