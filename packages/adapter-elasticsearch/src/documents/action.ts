/** What to do with a record: pure functions from record and settings to a bulk action. */
import { DataError, type SinkRecord } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { type IdSettings, idOf, isShared } from './document-id.ts'
import { type Reference, scalarText, valueAt } from './record-reference.ts'

export interface ActionSettings {
  readonly id: IdSettings
  readonly method: ElasticsearchSinkConfig['write.method']
  readonly onNull: ElasticsearchSinkConfig['behavior.on.null.values']
  readonly version: ElasticsearchSinkConfig['document.version']
  /** Header with the version, before all else; empty for none. */
  readonly versionHeader: string
  readonly retryOnConflict: number
  /** Where the routing value is; null for none. */
  readonly routing: Reference | null
  readonly pipeline: string | null
  /** Elasticsearch must not make an index where the alias is missing. */
  readonly requireAlias: boolean
}

/** With `repeats`, a document of the same version is written again. */
export interface Version {
  readonly number: string
  readonly repeats: boolean
}

export type Action =
  | {
      readonly type: 'index'
      readonly id: string | null
      readonly routing: string | null
      readonly version: Version | null
    }
  | { readonly type: 'create'; readonly id: string | null; readonly routing: string | null }
  | { readonly type: 'update'; readonly id: string; readonly routing: string | null }
  | { readonly type: 'delete'; readonly id: string; readonly routing: string | null; readonly version: Version | null }
  | { readonly type: 'skip' }

/** An action that is sent. */
export type WriteAction = Exclude<Action, { type: 'skip' }>

/** Decides on the action for a record whose value is, or is not, null. Throws DataError when it can't be written. */
export function toAction(record: SinkRecord, isNull: boolean, settings: ActionSettings): Action {
  return isNull ? toDelete(record, settings) : toWriteAction(record, settings)
}

/** The same for a record whose value is not null: it is never skipped. */
export function toWriteAction(record: SinkRecord, settings: ActionSettings): WriteAction {
  const id = idOf(record, settings.id)
  const routing = routingOf(record, settings)
  switch (settings.method) {
    case 'insert':
      return { type: 'index', id, routing, version: versionOf(record, settings) }
    case 'create':
      return { type: 'create', id, routing }
    case 'upsert':
    case 'update':
    case 'script':
      // Ids are only made up for documents that are new.
      return { type: 'update', id: id as string, routing }
  }
}

function toDelete(record: SinkRecord, settings: ActionSettings): Action {
  switch (settings.onNull) {
    case 'ignore':
      return { type: 'skip' }
    case 'fail':
      throw new DataError(
        'elasticsearch.null_value',
        `record ${record} has no value; set behavior.on.null.values to "ignore" or "delete" to allow that`,
      )
    case 'delete': {
      // Without a key there is nothing to say which document is meant.
      const named = settings.id.source === 'header' || settings.id.source === 'fields'
      if (!named && (record.key.value === null || record.key.value === undefined)) return { type: 'skip' }
      const id = idOf(record, settings.id)
      if (id === null) return { type: 'skip' }
      return { type: 'delete', id, routing: routingOf(record, settings), version: versionOf(record, settings) }
    }
  }
}

/** Throws DataError where there should be a routing value and is none: the document would be in another shard. */
function routingOf(record: SinkRecord, { routing }: ActionSettings): string | null {
  if (routing === null) return null
  const text = scalarText(valueAt(routing, record))
  if (text !== undefined && text !== '') return text
  throw new DataError(
    'elasticsearch.no_routing',
    `record ${record} has no routing value: ${routing.text} (routing.type ${routing.from}) is missing, empty, or no text or number; put it there with a transformation, or set routing.type=none`,
  )
}

/**
 * Only for ids that several records share, and for documents that are written as a whole: updates count versions
 * themselves. Parts may mean one document with one offset: the last of them stays, as it would of records.
 */
function versionOf(record: SinkRecord, settings: ActionSettings): Version | null {
  if (settings.method !== 'insert' || !isShared(settings.id)) return null
  if (settings.versionHeader !== '') {
    return { number: versionInHeader(record, settings.versionHeader), repeats: record.partHasOwnKey }
  }
  switch (settings.version) {
    case 'none':
      return null
    case 'offset':
      return { number: record.offset.toString(), repeats: record.part !== null }
    case 'timestamp':
      // Records of the same millisecond: the last one stays.
      return { number: timestampVersion(record), repeats: true }
  }
}

function timestampVersion(record: SinkRecord): string {
  if (record.timestamp !== null && record.timestamp >= 0) return String(Math.floor(record.timestamp))
  throw new DataError(
    'elasticsearch.no_version',
    `record ${record} has no timestamp since 1970 to be its version (document.version=timestamp); set document.version=offset or none`,
  )
}

/** Versions are int64. */
const highestVersion = 2n ** 63n - 1n

function versionInHeader(record: SinkRecord, name: string): string {
  const header = record.headers.findLast((candidate) => candidate.name === name)
  if (header === undefined) {
    throw new DataError(
      'elasticsearch.no_version',
      `record ${record} has no header ${name} to take the version from; add it, or leave external.version.header out`,
    )
  }
  const version = header.value instanceof Uint8Array ? Buffer.from(header.value).toString() : String(header.value)
  // Without zeros ahead: the text goes into JSON as it is.
  if (/^\d{1,19}$/.test(version) && BigInt(version) <= highestVersion) return BigInt(version).toString()
  throw new DataError(
    'elasticsearch.bad_version',
    `header ${name} of record ${record} is not a version number; external.version.header needs up to 19 digits`,
  )
}

/** The action line. `index` is null when the request's path names it. */
export function actionLine(action: WriteAction, index: string | null, settings: ActionSettings): string {
  // Written piece by piece: objects for JSON.stringify would cost as much as the document.
  let members = ''
  if (index !== null) members += `"_index":${JSON.stringify(index)},`
  if (settings.requireAlias) members += '"require_alias":true,'
  if (action.id !== null) members += `"_id":${JSON.stringify(action.id)},`
  if (action.routing !== null) members += `"routing":${JSON.stringify(action.routing)},`
  switch (action.type) {
    case 'update':
      members += `"retry_on_conflict":${settings.retryOnConflict},`
      break
    case 'create':
      members += pipeline(settings)
      break
    case 'index':
      members += pipeline(settings) + version(action)
      break
    case 'delete':
      members += version(action)
  }
  return `{"${action.type}":{${members.slice(0, -1)}}}`
}

function pipeline({ pipeline: name }: ActionSettings): string {
  return name === null ? '' : `"pipeline":${JSON.stringify(name)},`
}

/** A version may be larger than a JavaScript number can say. */
function version({ version }: { version: Version | null }): string {
  if (version === null) return ''
  return `"version":${version.number},"version_type":"${version.repeats ? 'external_gte' : 'external'}",`
}
