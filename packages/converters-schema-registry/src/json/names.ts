/** The keywords by which Connect's schemas survive in JSON Schema, and how unions and enums look in Connect. */
import type { Schema } from '@penstock/core'

export const keyword = {
  type: 'connect.type',
  version: 'connect.version',
  parameters: 'connect.parameters',
  /** The place of a property among the fields. */
  index: 'connect.index',
} as const

/** Parameters of Connect schemas that begin with this are not written. */
export const namespace = 'io.confluent.connect.json'
export const oneOfName = `${namespace}.OneOf`
export const enumParameter = `${namespace}.Enum`
export const generalizedEnum = 'org.apache.kafka.connect.data.Enum'
export const generalizedUnion = 'org.apache.kafka.connect.data.Union'
export const generalizedUnionPrefix = 'connect_union_'
/** The symbol of a null among the values of an enum. */
export const nullSymbol = '<NULL>'

export function isUnionSchema(schema: Schema): boolean {
  return schema.name === oneOfName || schema.parameters?.[generalizedUnion] !== undefined
}
