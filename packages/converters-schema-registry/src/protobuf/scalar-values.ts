import type { PrimitiveSchema, Schema } from '@penstock/core'
import { misfit } from '../logical-values.ts'
import type { ProtoScalar } from './proto-model.ts'

type Check = (value: unknown) => unknown

const limits: Readonly<Record<string, number>> = { INT8: 0x80, INT16: 0x8000, INT32: 0x80000000 }

/** Makes values of a Connect schema what a scalar type takes; null where the type can't hold them. Throws DataError for others. */
export function scalarChecker(type: ProtoScalar, schema: PrimitiveSchema): Check | null {
  switch (type) {
    case 'int32':
    case 'sint32':
    case 'sfixed32':
      return limits[schema.type] === undefined ? null : (value) => intOf(value, schema)
    case 'uint32':
    case 'fixed32':
    case 'int64':
    case 'uint64':
    case 'sint64':
    case 'fixed64':
    case 'sfixed64':
      return longChecker(type, schema)
    case 'float':
      return schema.type === 'FLOAT32' ? (value) => numberOf(value, schema) : null
    case 'double':
      return schema.type === 'FLOAT32' || schema.type === 'FLOAT64' ? (value) => numberOf(value, schema) : null
    case 'bool':
      return schema.type === 'BOOLEAN' ? (value) => of('boolean', value, schema) : null
    case 'string':
      return schema.type === 'STRING' ? (value) => of('string', value, schema) : null
    case 'bytes':
      return schema.type === 'BYTES' ? (value) => bytesOf(value, schema) : null
  }
}

function longChecker(type: ProtoScalar, schema: PrimitiveSchema): Check | null {
  if (limits[schema.type] === undefined && schema.type !== 'INT64') return null
  const short = type === 'uint32' || type === 'fixed32'
  return (value) => {
    const long = Number.isSafeInteger(value) ? BigInt(value as number) : value
    if (typeof long !== 'bigint' || BigInt.asIntN(64, long) !== long) throw misfit(value, schema.type)
    if (short && BigInt.asUintN(32, long) !== long) throw misfit(value, type, `, ${long} is out of range`)
    return long
  }
}

function intOf(value: unknown, schema: Schema): number {
  const limit = limits[schema.type] ?? 0
  if (typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit) return value + 0
  throw misfit(value, schema.type, typeof value === 'number' ? ` ${value}` : '')
}

function numberOf(value: unknown, schema: Schema): number {
  if (typeof value === 'number') return value
  throw misfit(value, schema.type)
}

function bytesOf(value: unknown, schema: Schema): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw misfit(value, schema.type)
}

function of(type: 'boolean' | 'string', value: unknown, schema: Schema): unknown {
  if (typeof value === type) return value
  throw misfit(value, schema.type)
}
