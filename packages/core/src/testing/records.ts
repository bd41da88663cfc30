import { type Header, Lazy, type LazyPart, type RecordOrigin, SinkRecord } from '../record.ts'
import type { Schema, SchemaAndValue } from '../schema.ts'

export interface SinkRecordFields {
  topic?: string
  partition?: number
  offset?: bigint
  timestamp?: number | null
  key?: unknown
  keySchema?: Schema | null
  value?: unknown
  valueSchema?: Schema | null
  headers?: readonly Header[]
  /** Undecoded JSON bytes of the value, instead of `value`. */
  valueJson?: Uint8Array | string
}

/** Builds a sink record for a test; whatever isn't given has a plain default. With `valueJson` it is as the framework makes it. */
export function sinkRecord(fields: SinkRecordFields = {}): SinkRecord {
  const json = typeof fields.valueJson === 'string' ? Buffer.from(fields.valueJson) : (fields.valueJson ?? null)
  const headers = fields.headers ?? []
  const origin: RecordOrigin = {
    topic: fields.topic ?? 'topic',
    partition: fields.partition ?? 0,
    offset: fields.offset ?? 0n,
    timestamp: fields.timestamp === undefined ? 1_700_000_000_000 : fields.timestamp,
    timestampType: 'CreateTime',
    key: null,
    value: json,
    headers: [],
    isBare: fields.key === undefined && headers.length === 0,
  }
  const key =
    fields.key === undefined && fields.keySchema === undefined
      ? noKey
      : Lazy.of({ schema: fields.keySchema ?? null, value: fields.key ?? null })
  const value =
    json === null ? Lazy.of({ schema: fields.valueSchema ?? null, value: fields.value ?? null }) : encodedJson(origin)
  return new SinkRecord(origin, key, value, headers)
}

const noKey: LazyPart = { json: null, get: () => ({ schema: null, value: null }), of: () => noKey }

function encodedJson(origin: RecordOrigin): LazyPart {
  const { value: json } = origin
  const get = (): SchemaAndValue => ({ schema: null, value: JSON.parse(String(json && Buffer.from(json))) })
  return { json, get, of: encodedJson }
}
