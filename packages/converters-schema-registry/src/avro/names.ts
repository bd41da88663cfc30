/** The names and attributes by which Connect's schemas survive in Avro's, and how unions and enums look in Connect. */
import type { Schema } from '@penstock/core'
import { scrubbed } from '../scrubbed-name.ts'
import type { AvroOptions } from './avro-options.ts'
import { type AvroType, isNamed, shortName } from './avro-type.ts'

export const namespace = 'io.confluent.connect.avro'
/** Names of records whose Connect schema has none begin with this. */
export const defaultRecordName = 'ConnectDefault'
export const mapEntryName = 'MapEntry'

export const attribute = {
  name: 'connect.name',
  doc: 'connect.doc',
  version: 'connect.version',
  default: 'connect.default',
  parameters: 'connect.parameters',
  type: 'connect.type',
  internalType: 'connect.internal.type',
} as const

export const parameter = {
  recordDoc: `${namespace}.record.doc`,
  /** With the field's name after it. */
  fieldDoc: `${namespace}.field.doc.`,
  /** With the enum's name after it. */
  enumDoc: `${namespace}.enum.doc.`,
  enumDefault: `${namespace}.enum.default.`,
  /** Says that a default comes from the Avro field. */
  fieldDefault: `${namespace}.field.default`,
  fixedSize: 'connect.fixed.size',
  precision: 'connect.decimal.precision',
  recordDocOnly: 'connect.record.doc',
  enumDocOnly: 'connect.enum.doc',
  enum: `${namespace}.Enum`,
  /** What the generalized form calls enums and unions, in all three converters. */
  generalizedEnum: 'org.apache.kafka.connect.data.Enum',
  generalizedUnion: 'org.apache.kafka.connect.data.Union',
} as const

export const unionName = `${namespace}.Union`
export const generalizedUnionPrefix = 'connect_union_'
/** A precision that the schema does not tell. */
export const defaultPrecision = 64

export function isUnionSchema(schema: Schema): boolean {
  return schema.name === unionName || schema.parameters?.[parameter.generalizedUnion] !== undefined
}

/** What a branch of a union is called as a field of its struct. */
export function memberName(type: AvroType, index: number, options: AvroOptions): string {
  if (options.generalizedSums) return `${generalizedUnionPrefix}field_${index}`
  if (isNamed(type)) return options.enhanced ? type.name : shortName(type.name)
  return type.kind
}

/** Scrubs each part of a full name on its own. */
export function scrubbedFullName(name: string): string {
  return name.split('.').map(scrubbed).join('.')
}
