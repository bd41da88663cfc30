/** Everything that is worked out about a record before it goes into a batch. */
import type { Schema, SinkRecord } from '@penstock/core'
import { looksLikeObject } from '../delivery/bulk-body.ts'
import { type Mapping, toMapping, withoutTimestamp } from '../indices/mapping.ts'
import { toAction, toWriteAction, type WriteAction } from './action.ts'
import { timestampField, toDocument } from './document.ts'
import { metadataMembers, withMembers, withMembersRaw } from './metadata.ts'
import type { Route } from './routes.ts'
import { sourceOf } from './source.ts'

export interface Write {
  readonly action: WriteAction
  /** Second line of the action, as bytes where it came undecoded; null for a delete. */
  readonly source: string | Buffer | null
  /** What the index must know before it takes the document; null when it does, or none is wanted. */
  readonly mapping: WantedMapping | null
}

/** The mapping that a schema asks for. */
export interface WantedMapping {
  readonly schema: Schema
  readonly mapping: Mapping
}

/** Whether the mapping of the index has what a schema asks for. */
export type IsMapped = (schema: Schema) => boolean

/** Converts a record, or copies it; null when there is nothing to write. Throws when it can't become a document. */
export function toWrite(record: SinkRecord, route: Route, isMapped: IsMapped): Write | null {
  return (route.verbatim ? copied(record, route) : null) ?? decoded(record, route, isMapped)
}

/** Null when the value has to be decoded. */
function copied(record: SinkRecord, route: Route): Write | null {
  const json = record.valueJson
  if (json === null || !looksLikeObject(json)) return null
  const bytes = json instanceof Buffer ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength)
  const timed = route.timestampFields === null ? bytes : withTimestampRaw(bytes, record, route.timestampFields)
  if (timed === null) return null
  const source =
    route.metadata === null
      ? timed
      : withMembersRaw(timed, metadataMembers(record, route.metadata, route), route.metadata)
  if (source === null) return null
  return { action: toWriteAction(record, route), source, mapping: null }
}

/** Null when `@timestamp` depends on what is in the document. */
function withTimestampRaw(json: Buffer, { timestamp }: SinkRecord, fields: readonly string[]): Buffer | null {
  if (fields.length > 0 || timestamp === null) return null
  return withMembersRaw(json, `"${timestampField}":${timestamp}`, { names: [], path: [timestampField] })
}

function decoded(record: SinkRecord, route: Route, isMapped: IsMapped): Write | null {
  const value = record.value
  const isNull = value.value === null || value.value === undefined
  const action = toAction(record, isNull, route)
  if (action.type === 'skip') return null
  if (isNull) return { action, source: null, mapping: null }
  const mapping = route.useSchema ? wantedMapping(record, value.schema, route, isMapped) : null
  return { action, source: sourceOf(documentOf(record, route), record, route), mapping }
}

function documentOf(record: SinkRecord, route: Route): string {
  const document = toDocument(record.value, record, route)
  if (route.metadata === null) return document
  return withMembers(document, metadataMembers(record, route.metadata, route), route.metadata, record.toString())
}

function wantedMapping(
  record: SinkRecord,
  schema: Schema | null,
  route: Route,
  isMapped: IsMapped,
): WantedMapping | null {
  if (schema !== null && isMapped(schema)) return null
  const mapping = toMapping(schema, route.compactMaps, record.toString())
  // toMapping throws where there is no schema.
  return { schema: schema as Schema, mapping: route.timestampFields === null ? mapping : withoutTimestamp(mapping) }
}
