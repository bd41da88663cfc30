/** Where a record came from, for its document or a script. */
import {
  DataError,
  type Header,
  JsonNumber,
  type JsonValue,
  parseJson,
  type SinkRecord,
  stringifyJson,
} from '@penstock/core'
import { type DocumentSettings, valueToJson } from './document.ts'

export const metadataNames = ['key', 'headers', 'topic', 'partition', 'offset', 'timestamp'] as const
export type MetadataName = (typeof metadataNames)[number]

export interface MetadataSettings {
  readonly names: readonly MetadataName[]
  /** Steps to the object that holds it; none: it stands beside the fields of the value. */
  readonly path: readonly string[]
}

/** The JSON text of one of these. Written piece by piece: it is needed for every record. */
export function metadataText(name: MetadataName, record: SinkRecord, settings: DocumentSettings): string {
  switch (name) {
    case 'key':
      return stringifyJson(valueToJson(record.key, settings))
    case 'headers':
      return stringifyJson(headersObject(record.headers, settings))
    case 'topic':
      return JSON.stringify(record.topic)
    case 'partition':
      return String(record.origin.partition)
    case 'offset':
      return String(record.offset)
    case 'timestamp':
      return record.timestamp === null ? 'null' : `"${isoText(record)}"`
  }
}

function isoText(record: SinkRecord): string {
  const date = new Date(record.timestamp as number)
  if (!Number.isNaN(date.getTime())) return date.toISOString()
  throw new DataError(
    'elasticsearch.bad_timestamp',
    `the timestamp of record ${record} is no date: ${record.timestamp}; leave timestamp out of document.metadata`,
  )
}

/** A name that comes more than once has a list of values. */
function headersObject(headers: readonly Header[], settings: DocumentSettings): Record<string, unknown> {
  const byName = new Map<string, unknown[]>()
  for (const header of headers) {
    const value =
      header.value instanceof Uint8Array ? Buffer.from(header.value).toString() : valueToJson(header, settings)
    const values = byName.get(header.name)
    if (values === undefined) byName.set(header.name, [value])
    else values.push(value)
  }
  return Object.fromEntries([...byName].map(([name, values]) => [name, values.length === 1 ? values[0] : values]))
}

/** The members to put into the document: `"kafka":{"topic":"orders"}`, without braces around them. */
export function metadataMembers(
  record: SinkRecord,
  { names, path }: MetadataSettings,
  settings: DocumentSettings,
): string {
  let members = names.map((name) => `"${name}":${metadataText(name, record, settings)}`).join()
  for (const step of path.toReversed()) members = `${JSON.stringify(step)}:{${members}}`
  return members
}

/** The names that the members take at the top of the document. */
function topNames({ names, path }: MetadataSettings): readonly string[] {
  return path[0] === undefined ? names : [path[0]]
}

/** The document with the members; those of the same names are replaced. */
export function withMembers(document: string, members: string, settings: MetadataSettings, where: string): string {
  if (!mayHold(document, topNames(settings))) {
    return `{${members}${isEmptyObject(document) ? '' : ','}${document.slice(1)}`
  }
  const added = parseJson(`{${members}}`) as JsonObject
  return stringifyJson(merged(parseJson(document) as JsonObject, added, settings.path, where))
}

/**
 * The same for a document that came as bytes, of which nothing is decoded. Null when it may have members of these names:
 * then it must be.
 */
export function withMembersRaw(json: Buffer, members: string, settings: MetadataSettings): Buffer | null {
  if (mayHold(json, topNames(settings))) return null
  let start = 0
  while (json[start] !== openBrace) start++
  let next = start + 1
  while (isWhiteSpace(json[next])) next++
  const added = json[next] === closeBrace ? members : `${members},`
  return Buffer.concat([json.subarray(0, start + 1), Buffer.from(added), json.subarray(start + 1)])
}

const openBrace = 0x7b
const closeBrace = 0x7d

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
}

function isEmptyObject(document: string): boolean {
  return /^\{\s*\}$/.test(document)
}

/** Anywhere in the document, which is found faster than fields at its top; escapes could spell a name in other ways. */
function mayHold(document: string | Buffer, names: readonly string[]): boolean {
  return document.includes('\\u') || names.some((name) => document.includes(JSON.stringify(name)))
}

type JsonObject = { [name: string]: JsonValue }

/** Objects on the path are kept; what is at its end is replaced. */
function merged(document: JsonObject, added: JsonObject, path: readonly string[], where: string): JsonObject {
  const [step, ...rest] = path
  const there = step !== undefined && rest.length > 0 && Object.hasOwn(document, step) ? (document[step] ?? null) : null
  if (step === undefined || there === null) return { ...document, ...added }
  if (typeof there === 'object' && !Array.isArray(there) && !(there instanceof JsonNumber)) {
    return { ...document, [step]: merged(there, added[step] as JsonObject, rest, where) }
  }
  throw new DataError(
    'elasticsearch.metadata_field',
    `the field ${step} of record ${where} is no object that document.metadata.field could be in; name another field`,
  )
}
