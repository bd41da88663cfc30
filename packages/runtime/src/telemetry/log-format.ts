/** A log line as text for people or as JSON for machines. */
import type { LogLevel } from './log-levels.ts'
import { type LogValue, safeText, toLogError, toLogValue } from './log-values.ts'

export type LogFormat = 'json' | 'text'

export interface LogEntry {
  readonly timestamp: Date
  readonly level: LogLevel
  readonly logger: string
  readonly message: string
  /** Of the logger: `worker`, `executor`, `connector`, `task` … */
  readonly context: Readonly<Record<string, unknown>>
  /** Of this line; `error` is written with its stack. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** Takes secrets out of a text. */
type Redact = (text: string) => string

/**
 * The line without its end; JSON never has a line feed inside, the further lines of a text are indented. What says where
 * the line comes from (time, level, logger) isn't redacted, nor are the names of its fields: machines read lines by them.
 */
export function formatLine(entry: LogEntry, format: LogFormat, redact: Redact = (text) => text): string {
  return format === 'json' ? jsonLine(entry, redact) : textLine(entry, redact)
}

const originKeys = new Set(['@timestamp', 'level', 'logger'])
const ownKeys = new Set(['@timestamp', 'level', 'logger', 'message', 'error'])

function jsonLine({ timestamp, level, logger, message, context, fields }: LogEntry, redact: Redact): string {
  const line: Record<string, LogValue> = Object.assign(Object.create(null), {
    '@timestamp': timestamp.toISOString(),
    level,
    logger,
    message: safeText(message),
  })
  for (const [key, value] of valuesOf(context)) line[ownKeys.has(key) ? `context.${key}` : key] = value
  for (const [key, value] of valuesOf(fields)) line[key in line || ownKeys.has(key) ? `fields.${key}` : key] = value
  if (fields.error !== undefined) line.error = { ...toLogError(fields.error) }
  for (const [key, value] of Object.entries(line)) if (!originKeys.has(key)) line[key] = redacted(value, redact)
  return JSON.stringify(line)
}

function redacted(value: LogValue, redact: Redact): LogValue {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => redacted(item, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redacted(item, redact)]))
}

function textLine({ timestamp, level, logger, message, context, fields }: LogEntry, redact: Redact): string {
  const { connector, task, ...others } = context
  const origin = [timestamp.toISOString(), level.toUpperCase().padEnd(5), logger]
  const parts: string[] = []
  if (connector !== undefined)
    parts.push(`[${printable(task === undefined ? `${connector}` : `${connector}-${task}`)}]`)
  else if (task !== undefined) parts.push(`[${printable(String(task))}]`)
  parts.push(printable(safeText(message)).replaceAll('\n', '\n    '))
  for (const [key, value] of [...valuesOf(fields), ...valuesOf(others)])
    parts.push(`${printable(key)}=${textValue(value)}`)
  const text = parts.join(' ') + (fields.error === undefined ? '' : indented(fields.error))
  return `${origin.join(' ')} ${redact(text)}`
}

function indented(error: unknown): string {
  const { code, stack_trace: stack } = toLogError(error)
  const text = code === undefined ? stack : `[${code}] ${stack}`
  return `\n    ${printable(text).replaceAll('\n', '\n    ')}`
}

function* valuesOf(fields: Readonly<Record<string, unknown>>): Iterable<[string, LogValue]> {
  for (const key of Object.keys(fields)) {
    if (key === 'error') continue
    const value = toLogValue(key, fields[key])
    if (value !== undefined) yield [key, value]
  }
}

/** Bare where that is unmistakable, else as JSON. */
function textValue(value: LogValue): string {
  if (typeof value === 'string') return /^[^\s"'=[\]{},\p{C}]+$/u.test(value) ? value : JSON.stringify(value)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Control characters as escapes, so that no record can forge a line or play with the reader's terminal. */
function printable(text: string): string {
  return text.replace(/(?!\n)[\p{Cc}\u2028\u2029]/gu, (character) =>
    character === '\t' ? ' ' : `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}
