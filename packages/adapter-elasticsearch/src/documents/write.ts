/** Everything that is worked out about a decoded record before it goes into a batch. */
import type { SinkRecord } from '@penstock/core'
import { type Mapping, toMapping } from '../indices/mapping.ts'
import { actionSource, toAction, type WriteAction } from './action.ts'
import { toDocument } from './document.ts'
import type { Route } from './routes.ts'

export interface Write {
  readonly action: WriteAction
  /** Second line of the action; null for a delete. */
  readonly source: string | null
  /** To put before the first document of the index; null when there is one or none is wanted. */
  readonly mapping: Mapping | null
}

/** Decodes and converts a record; null when there is nothing to write. Throws when it can't become a document. */
export function toWrite(record: SinkRecord, route: Route, mapped: boolean): Write | null {
  const value = record.value
  const isNull = value.value === null || value.value === undefined
  const action = toAction(record, isNull, route)
  if (action.type === 'skip') return null
  if (isNull) return { action, source: null, mapping: null }
  const wanted = route.useSchema && (!mapped || value.schema === null)
  const mapping = wanted ? toMapping(value.schema, route.compactMaps, record.toString()) : null
  return { action, source: actionSource(action, toDocument(value, record.toString(), route)), mapping }
}
