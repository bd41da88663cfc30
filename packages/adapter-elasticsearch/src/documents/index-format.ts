/** Names of indices made of what a record says: `logs-{topic}-{+yyyy.MM.dd}`. */
import { DataError, messageOf, type SinkRecord } from '@penstock/core'
import { cleanIndexName } from '../indices/index-names.ts'
import { parseReference, type Reference, scalarText, valueAt } from './record-reference.ts'
import { parseTimeFormat, type TimeFormat } from './time-format.ts'
import { isUtc, type LocalTime, localTimeIn } from './time-zone.ts'

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'topic' }
  | { readonly kind: 'partition' }
  | { readonly kind: 'reference'; readonly reference: Reference }
  | { readonly kind: 'time'; readonly time: TimeFormat }

export interface IndexFormatSettings {
  readonly format: string
  /** Stands for what a record lacks; empty: that is an error. */
  readonly missing: string
  /** Field that holds the time; empty: the record's timestamp. */
  readonly timestampField: string
  readonly timeZone: string
}

const examples = 'for example logs-{topic}-{+yyyy.MM.dd} or {header.tenant}-orders'
/** Elasticsearch takes none of these in a name; the colon only from old indices, control characters to nobody's good. */
const forbidden = /[\\/*?"<>| ,#:\p{Cc}]/gu
/** The last zone to be off by seconds was Liberia's, until January 1972. */
const wholeMinutesFrom = Date.UTC(1972, 1)
/** Beyond these there are no dates. */
const mostMs = 8.64e15

/** What is wrong with a format, for the check of a key. */
export function indexFormatProblem(format: string): string | undefined {
  try {
    parts(format)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** Names the index of each record. */
export class IndexFormat {
  readonly #format: string
  readonly #parts: readonly Part[]
  readonly #missing: string
  readonly #timestampField: Reference | null
  readonly #localTime: LocalTime
  /** Something that records say themselves comes first in the name. */
  readonly #suppliedStart: boolean
  /** Two records of a topic go to different indices because of their key, value, headers or partition. */
  readonly perRecord: boolean
  /** The name holds a time. */
  readonly timed: boolean
  readonly needsValue: boolean
  readonly #stepMs: number
  readonly #inUtc: boolean

  /** The format must be one that {@link indexFormatProblem} finds nothing wrong with. */
  constructor({ format, missing, timestampField, timeZone }: IndexFormatSettings) {
    this.#format = format
    this.#parts = parts(format)
    this.#missing = missing
    this.#timestampField = timestampField === '' ? null : parseReference(timestampField)
    this.#localTime = localTimeIn(timeZone)
    const [first] = this.#parts
    this.#suppliedStart = first?.kind === 'reference'
    const times = this.#parts.flatMap((part) => (part.kind === 'time' ? [part.time] : []))
    this.timed = times.length > 0
    const references = this.#parts.flatMap((part) => (part.kind === 'reference' ? [part.reference] : []))
    if (this.timed && this.#timestampField !== null) references.push(this.#timestampField)
    this.needsValue = references.some(({ from }) => from === 'value')
    this.perRecord = references.length > 0 || this.#parts.some(({ kind }) => kind === 'partition')
    this.#stepMs = Math.min(...times.map(({ stepMs }) => stepMs))
    this.#inUtc = isUtc(timeZone)
  }

  /** Where the format is not {@link perRecord}: timestamps in the same stretch of so many ms give the same name. */
  stepAt(timestamp: number): number {
    if (this.#inUtc) return this.#stepMs
    // Zones change their clocks at any minute, and once did at any second.
    return timestamp < wholeMinutesFrom ? 1000 : Math.min(this.#stepMs, 60_000)
  }

  /**
   * The name for a record; `topicName` is what its topic alone would give. Throws DataError where something is missing
   * and nothing stands for it.
   */
  nameFor(record: SinkRecord, topicName: string): string {
    let name = ''
    for (const part of this.#parts) name += this.#textOf(part, record, topicName)
    // A record must not choose a hidden index, of which some are Elasticsearch's own.
    const cleaned = cleanIndexName(this.#suppliedStart ? name.replace(/^[-_+.]+/, '') : name)
    if (cleaned !== '') return cleaned
    throw new DataError(
      'elasticsearch.no_index_name',
      `index.name.format ${this.#format} leaves no index name for record ${record}: "${name}"`,
    )
  }

  #textOf(part: Part, record: SinkRecord, topicName: string): string {
    switch (part.kind) {
      case 'text':
        return part.text
      case 'topic':
        return topicName
      case 'partition':
        return String(record.partition)
      case 'time':
        return this.#timeText(part.time, record)
      case 'reference':
        return this.#referenceText(part.reference, record)
    }
  }

  #referenceText(reference: Reference, record: SinkRecord): string {
    const value = valueAt(reference, record)
    if (value === null || value === undefined || value === '') return this.#instead(`{${reference.text}}`, record)
    const text = scalarText(value)
    if (text !== undefined) return text.toLowerCase().replace(forbidden, '_')
    throw new DataError(
      'elasticsearch.index_part',
      `{${reference.text}} of index.name.format ${this.#format} is ${Array.isArray(value) ? 'a list' : 'an object'} in record ${record}, which can't be part of an index name`,
    )
  }

  #timeText(time: TimeFormat, record: SinkRecord): string {
    const field = this.#timestampField
    const value = field === null ? record.timestamp : valueAt(field, record)
    if (value === null || value === undefined || value === '')
      return this.#instead(field === null ? 'timestamp' : `{${field.text}}`, record)
    const ms = epochMs(value)
    if (ms !== null) return time.format(this.#localTime(ms))
    throw new DataError(
      'elasticsearch.index_time',
      `${field === null ? 'the timestamp' : `${field.text} (index.timestamp.field)`} of record ${record} is no time that index.name.format ${this.#format} could tell; expected are milliseconds since 1970 or ISO 8601 text as 2026-11-21T09:00:00Z`,
    )
  }

  #instead(what: string, record: SinkRecord): string {
    if (this.#missing !== '') return this.#missing
    throw new DataError(
      'elasticsearch.index_part',
      `record ${record} has no ${what} for index.name.format ${this.#format}; set index.name.missing to the text that stands for it`,
    )
  }
}

function parts(format: string): readonly Part[] {
  const found: Part[] = []
  for (const [token, open, inner, close] of format.matchAll(/(\{)([^{}]*)(\})?|[^{}]+|\}/g)) {
    if (open === undefined) found.push({ kind: 'text', text: literal(token, format) })
    else if (close === undefined) throw new Error(`a { is not closed; ${examples}`)
    else found.push(placeholder(inner ?? '', format))
  }
  if (/^[-_+]/.test(format)) throw new Error(`index names can not begin with "${format.charAt(0)}"; ${examples}`)
  return found
}

/** Text that stands in the name as it is. */
function literal(text: string, format: string): string {
  if (text === '}') throw new Error(`a } is not opened; ${examples}`)
  const wrong = text.match(forbidden)?.[0]
  if (wrong !== undefined) throw new Error(`index names can not hold "${wrong}"; ${examples}`)
  if (text === text.toLowerCase()) return text
  throw new Error(`index names are in lower case, "${text}" in ${format} is not; ${examples}`)
}

function placeholder(inner: string, format: string): Part {
  const text = inner.trim()
  if (text === '') throw new Error(`{} in ${format} names nothing; ${examples}`)
  if (text === 'topic' || text === 'partition') return { kind: text }
  if (!text.startsWith('+')) return { kind: 'reference', reference: parseReference(text) }
  const time = parseTimeFormat(text.slice(1))
  literal(time.format(0), format)
  return { kind: 'time', time }
}

const isoTime = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/

/** Null for what is no time. ISO 8601 text without a zone is in UTC. */
function epochMs(value: unknown): number | null {
  let ms = Number.NaN
  if (value instanceof Date) ms = value.getTime()
  else if (typeof value === 'number' || typeof value === 'bigint') ms = Number(value)
  else if (typeof value === 'string' && isoTime.test(value)) ms = Date.parse(normalIso(value))
  return Math.abs(ms) <= mostMs ? Math.floor(ms) : null
}

/** In the one form that `Date.parse` is sure to read. */
function normalIso(text: string): string {
  if (text.length <= 10) return text
  const point = text.replace(' ', 'T').replace(',', '.')
  const zoned = /(?:Z|[+-]\d\d(?::?\d\d)?)$/.test(point.slice(11)) ? point : `${point}Z`
  return zoned.replace(/([+-]\d\d)$/, '$1:00').replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
}
