/**
 * Values without a schema: a record with one field for each kind of value, all of them optional, as Confluent's
 * converter writes and reads it.
 */
import { DataError, JsonNumber } from '@penstock/core'
import { misfit } from '../logical-values.ts'
import type { AvroType } from './avro-type.ts'
import { BinaryReader } from './binary-reader.ts'
import { BinaryWriter } from './binary-writer.ts'

const name = 'io.confluent.connect.avro.Anything'
const maxDepth = 200

const optional = (type: unknown, field: string): unknown => ({ name: field, type: ['null', type], default: null })

export const anythingSchema = JSON.stringify({
  type: 'record',
  name: 'Anything',
  namespace: 'io.confluent.connect.avro',
  fields: [
    ...['boolean', 'bytes', 'double', 'float', 'int', 'long', 'string'].map((type) => optional(type, type)),
    optional({ type: 'array', items: 'Anything' }, 'array'),
    optional(
      {
        type: 'array',
        items: {
          type: 'record',
          name: 'MapEntry',
          fields: [
            { name: 'key', type: 'Anything' },
            { name: 'value', type: 'Anything' },
          ],
        },
      },
      'map',
    ),
  ],
})

export function isAnything(type: AvroType): boolean {
  return type.kind === 'record' && type.name === name
}

export function encodeAnything(value: unknown): Buffer {
  return new BinaryWriter().written((writer) => write(writer, value, 0))
}

const fields = ['boolean', 'bytes', 'double', 'float', 'int', 'long', 'string', 'array', 'map'] as const
type Kind = (typeof fields)[number]

function write(writer: BinaryWriter, value: unknown, depth: number): void {
  if (depth > maxDepth) throw tooDeep()
  const kind = value === null || value === undefined ? null : kindOf(value)
  for (const field of fields) {
    writer.int(field === kind ? 1 : 0)
    if (field === kind) writeAs(writer, field, value, depth)
  }
}

function kindOf(value: unknown): Kind {
  if (typeof value === 'boolean' || typeof value === 'string') return typeof value as 'boolean' | 'string'
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return 'long'
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? 'long' : 'double'
  if (value instanceof JsonNumber) return 'double'
  if (value instanceof Uint8Array) return 'bytes'
  if (Array.isArray(value)) return 'array'
  const isPlain = typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
  if (value instanceof Map || isPlain) return 'map'
  throw misfit(value, 'a value without a schema')
}

function writeAs(writer: BinaryWriter, kind: Kind, value: unknown, depth: number): void {
  if (kind === 'boolean') writer.boolean(value as boolean)
  else if (kind === 'bytes') writer.bytes(value as Uint8Array)
  else if (kind === 'long') writer.long(BigInt(value as number | bigint))
  else if (kind === 'string') writer.string(value as string)
  else if (kind === 'array') writeItems(writer, value as unknown[], (item) => write(writer, item, depth + 1))
  else if (kind === 'map') {
    const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value as object)
    writeItems(writer, entries, ([key, item]) => {
      write(writer, key, depth + 1)
      write(writer, item, depth + 1)
    })
  } else writer.double(Number(value))
}

function writeItems<Item>(writer: BinaryWriter, items: readonly Item[], writeItem: (item: Item) => void): void {
  if (items.length > 0) writer.long(BigInt(items.length))
  for (const item of items) writeItem(item)
  writer.int(0)
}

export function decodeAnything(payload: Buffer): unknown {
  return read(new BinaryReader(payload), 0)
}

function read(reader: BinaryReader, depth: number): unknown {
  if (depth > maxDepth) throw tooDeep()
  let value: unknown = null
  for (const field of fields) {
    const branch = reader.int()
    if (branch === 1) value = readAs(reader, field, depth)
    else if (branch !== 0) throw new DataError('avro.malformed', `a union has no branch number ${branch}`)
  }
  return value
}

function readAs(reader: BinaryReader, kind: Kind, depth: number): unknown {
  switch (kind) {
    case 'boolean':
      return reader.boolean()
    case 'bytes':
      return reader.bytes()
    case 'double':
      return reader.double()
    case 'float':
      return reader.float()
    case 'int':
      return reader.int()
    case 'long': {
      const long = reader.long()
      return Number.isSafeInteger(Number(long)) ? Number(long) : long
    }
    case 'string':
      return reader.string()
    case 'array':
      return readItems(reader, () => read(reader, depth + 1))
    case 'map': {
      const entries = readItems(reader, () => [read(reader, depth + 1), read(reader, depth + 1)] as const)
      return entries.every(([key]) => typeof key === 'string') ? Object.fromEntries(entries) : new Map(entries)
    }
  }
}

function readItems<Item>(reader: BinaryReader, readItem: () => Item): Item[] {
  const items: Item[] = []
  for (let count = reader.blockCount(true, 0); count > 0; count = reader.blockCount(true, 0)) {
    for (let item = 0; item < count; item++) items.push(readItem())
  }
  return items
}

function tooDeep(): DataError {
  return new DataError('avro.too_deep', `a value without a schema is nested more than ${maxDepth} levels deep`)
}
