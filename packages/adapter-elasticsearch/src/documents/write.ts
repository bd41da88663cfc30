/** Everything that is worked out about a record before it goes into a batch. */
import type { SinkRecord } from '@penstock/core'
import { looksLikeObject } from '../delivery/bulk-body.ts'
import { type Mapping, toMapping } from '../indices/mapping.ts'
import { toAction, type WriteAction } from './action.ts'
import { toDocument } from './document.ts'
import { metadataMembers, withMembers, withMembersRaw } from './metadata.ts'
import type { Route } from './routes.ts'
import { sourceOf } from './source.ts'

export interface Write {
  readonly action: WriteAction
  /** Second line of the action, as bytes where it came undecoded; null for a delete. */
  readonly source: string | Buffer | null
  /** To put before the first document of the index; null when there is one or none is wanted. */
  readonly mapping: Mapping | null
}

/** Converts a record, or copies it; null when there is nothing to write. Throws when it can't become a document. */
export function toWrite(record: SinkRecord, route: Route, mapped: boolean): Write | null {
  return (route.verbatim ? copied(record, route) : null) ?? decoded(record, route, mapped)
}

/** Null when the value has to be decoded. */
function copied(record: SinkRecord, route: Route): Write | null {
  const json = record.valueJson
  if (json === null || !looksLikeObject(json)) return null
  const bytes = json instanceof Buffer ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength)
  const source =
    route.metadata === null
      ? bytes
      : withMembersRaw(bytes, metadataMembers(record, route.metadata, route), route.metadata)
  if (source === null) return null
  return { action: toAction(record, false, route) as WriteAction, source, mapping: null }
}

function decoded(record: SinkRecord, route: Route, mapped: boolean): Write | null {
  const value = record.value
  const isNull = value.value === null || value.value === undefined
  const action = toAction(record, isNull, route)
  if (action.type === 'skip') return null
  if (isNull) return { action, source: null, mapping: null }
  const wanted = route.useSchema && (!mapped || value.schema === null)
  const mapping = wanted ? toMapping(value.schema, route.compactMaps, record.toString()) : null
  return { action, source: sourceOf(documentOf(record, route), record, route), mapping }
}

function documentOf(record: SinkRecord, route: Route): string {
  const document = toDocument(record.value, record.toString(), route)
  if (route.metadata === null) return document
  return withMembers(document, metadataMembers(record, route.metadata, route), route.metadata, record.toString())
}
