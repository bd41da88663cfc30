import { inspect } from 'node:util'
import type { ConnectRecord } from '../record.ts'
import type { SchemaAndValue } from '../schema.ts'

/** Shows values whole. */
export const shown = { depth: 20, maxArrayLength: null, maxStringLength: null } as const

/** All of a record as text, so that two can be compared; other things than records as `inspect` shows them. */
export function inspectRecord(record: unknown): string {
  if (!isRecord(record)) return inspect(record instanceof Error ? record.message : record, shown)
  const { topic, partition, timestamp, key, value, headers } = record
  return inspect([topic, partition, timestamp, plain(key), plain(value), headers.map(plain)], shown)
}

/** What a record says, without when it was made. */
export function inspectContent({ topic, partition, key, value, headers }: ConnectRecord): string {
  return inspect([topic, partition, plain(key), plain(value), headers.map(plain)], shown)
}

function isRecord(value: unknown): value is ConnectRecord {
  const { kind } = (value ?? {}) as { kind?: unknown }
  return kind === 'sink' || kind === 'source'
}

/** Structs keep their values private; their fields show them. */
function plain({ schema, value }: SchemaAndValue): unknown {
  if (schema?.type !== 'STRUCT' || value === null) return [schema, value]
  const struct = value as { get(name: string): unknown }
  return [schema, schema.fields.map((field) => plain({ schema: field.schema, value: struct.get(field.name) }))]
}
