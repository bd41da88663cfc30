/** What documents tell of the record they come from. @module */
import { type ConnectRecord, Decimal, schema as make, type SinkRecord, Struct, stringifyJson } from '@penstock/core'
import { isMap } from '../fields.ts'
import { plainInteger } from '../java-numbers.ts'
import type { Leaf } from './branch.ts'

export const kafkaNames = ['topic', 'partition', 'offset', 'key'] as const
export const recordNames = ['id', 'sequence', 'original'] as const

const text = make.string({ optional: true })
const int32 = make.int32({ optional: true })
const int64 = make.int64({ optional: true })

/** A field of `kafka`; null where the record has none. Topic and partition are those it was read from. */
export function kafkaField(record: ConnectRecord, name: string): Leaf {
  const origin = sinkRecord(record)?.origin
  switch (name) {
    case 'topic':
      return { schema: text, value: origin?.topic ?? record.topic }
    case 'partition':
      return { schema: int32, value: origin?.partition ?? record.partition }
    case 'offset':
      return { schema: int64, value: origin?.offset ?? null }
    default:
      return { schema: text, value: record.key.value === null ? null : textOf(record.key.value) }
  }
}

/** A field of `event`. The id is that of the Elasticsearch sink for ids of topic, partition and offset. */
export function recordField(record: ConnectRecord, name: string): Leaf {
  const sink = sinkRecord(record)
  switch (name) {
    case 'id': {
      const part = sink?.part == null ? '' : `+${sink.part}`
      return {
        schema: text,
        value: sink === null ? null : `${sink.topic}+${sink.origin.partition}+${sink.offset}${part}`,
      }
    }
    case 'sequence':
      return { schema: int64, value: sink?.offset ?? null }
    default:
      return { schema: text, value: originalText(sink) }
  }
}

/** The leaf as it is in a value without a schema. */
export function withoutSchema({ value }: Leaf): Leaf {
  return { schema: null, value: typeof value === 'bigint' ? plainInteger(value) : value }
}

/** A text for people: strings as they are, bytes in base64, dates as ISO 8601, objects as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  const plain = plainOf(value)
  return typeof plain === 'string' ? plain : stringifyJson(plain)
}

function plainOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Decimal) return value.toString()
  if (value instanceof Struct) {
    return Object.fromEntries(value.schema.fields.map(({ name }) => [name, plainOf(value.get(name))]))
  }
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, item]) => [textOf(name), plainOf(item)]))
  if (Array.isArray(value)) return value.map(plainOf)
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainOf(item)])) : value
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function originalText(record: SinkRecord | null): string | null {
  if (record === null || record.origin.value === null) return null
  try {
    return utf8.decode(record.origin.value)
  } catch {
    return null // bytes of another format
  }
}

function sinkRecord(record: ConnectRecord): SinkRecord | null {
  return record.kind === 'sink' ? (record as SinkRecord) : null
}
