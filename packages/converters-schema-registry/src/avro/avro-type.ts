/** Avro schemas, with their names resolved. Made by parse-schema.ts. */
import type { JsonValue } from '@penstock/core'

/** The members of a schema's JSON object, its own attributes among them. */
export type AvroAttributes = { readonly [name: string]: JsonValue | undefined }

export type AvroPrimitiveName = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'

export interface AvroPrimitive {
  readonly kind: AvroPrimitiveName
  readonly attributes: AvroAttributes
}
export interface AvroArray {
  readonly kind: 'array'
  readonly items: AvroType
  readonly attributes: AvroAttributes
}
export interface AvroMap {
  readonly kind: 'map'
  readonly values: AvroType
  readonly attributes: AvroAttributes
}
export interface AvroUnion {
  readonly kind: 'union'
  readonly types: readonly AvroType[]
}
export interface AvroFixed {
  readonly kind: 'fixed'
  readonly name: string
  readonly size: number
  readonly attributes: AvroAttributes
}
export interface AvroEnum {
  readonly kind: 'enum'
  readonly name: string
  readonly symbols: readonly string[]
  readonly attributes: AvroAttributes
}
export interface AvroRecord {
  readonly kind: 'record'
  readonly name: string
  readonly fields: readonly AvroField[]
  readonly attributes: AvroAttributes
}
export interface AvroField {
  readonly name: string
  readonly type: AvroType
  readonly doc: string | null
  /** Undefined where there is none. */
  readonly default: JsonValue | undefined
  readonly attributes: AvroAttributes
}
export type AvroNamed = AvroFixed | AvroEnum | AvroRecord
export type AvroType = AvroPrimitive | AvroArray | AvroMap | AvroUnion | AvroNamed

export function isNamed(type: AvroType): type is AvroNamed {
  return type.kind === 'record' || type.kind === 'enum' || type.kind === 'fixed'
}

/** The last part of a full name. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

/** An attribute that is a text; null where it is absent or something else. */
export function textAttribute(attributes: AvroAttributes, name: string): string | null {
  const value = attributes[name]
  return typeof value === 'string' ? value : null
}

/** The logical type of an int, long, bytes or fixed, as Confluent's converter reads it: without regard to case. */
export function logicalTypeOf(type: AvroPrimitive | AvroFixed): string | null {
  return textAttribute(type.attributes, 'logicalType')?.toLowerCase() ?? null
}
