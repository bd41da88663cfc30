import { stripVTControlCharacters } from 'node:util'

/** Rows as columns of equal width, two blanks between them; the last column is not padded. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell))
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
      )
      .join('  ')
      .trimEnd()
  return rows.map((row) => `${line(row)}\n`).join('')
}

function width(cell: string): number {
  return [...stripVTControlCharacters(cell)].length
}

/** One line without control characters, so that what comes from elsewhere can't move the cursor. */
export function oneLine(text: string, most = 200): string {
  const clean = stripVTControlCharacters(text)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
  return clean.length > most ? `${clean.slice(0, most - 1)}…` : clean
}

/** Text of several lines without other control characters. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[^\P{Cc}\n\t]/gu, '')
}
