import { type Header, Lazy, SinkRecord } from '../record.ts'
import type { Schema } from '../schema.ts'

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

/** Builds a sink record for a test; whatever isn't given has a plain default. */
export function sinkRecord(fields: SinkRecordFields = {}): SinkRecord {
  const json = typeof fields.valueJson === 'string' ? Buffer.from(fields.valueJson) : (fields.valueJson ?? null)
  const value =
    json === null
      ? Lazy.of({ schema: fields.valueSchema ?? null, value: fields.value ?? null })
      : Lazy.from(() => ({ schema: null, value: JSON.parse(Buffer.from(json).toString()) }), json)
  return new SinkRecord(
    {
      topic: fields.topic ?? 'topic',
      partition: fields.partition ?? 0,
      offset: fields.offset ?? 0n,
      timestamp: fields.timestamp === undefined ? 1_700_000_000_000 : fields.timestamp,
      timestampType: 'CreateTime',
      key: null,
      value: json,
      headers: [],
    },
    Lazy.of({ schema: fields.keySchema ?? null, value: fields.key ?? null }),
    value,
    fields.headers ?? [],
  )
}
