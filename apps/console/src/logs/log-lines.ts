import type { LogLine } from '@penstock/client'

/** As many as are kept and shown. */
export const keptLines = 2_000

export interface NumberedLine {
  readonly number: number
  readonly line: LogLine
}

/** Numbers new lines on, and forgets the oldest. */
export function withLines(known: readonly NumberedLine[], lines: readonly LogLine[]): readonly NumberedLine[] {
  const next = (known.at(-1)?.number ?? 0) + 1
  return [...known, ...lines.map((line, index) => ({ number: next + index, line }))].slice(-keptLines)
}

/** Of what a line says besides its message, as `key=value`. */
export function fieldsOf(line: LogLine): string {
  const { '@timestamp': _at, level: _level, logger: _logger, message: _message, error: _error, ...fields } = line
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' ')
}
