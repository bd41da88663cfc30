/** Protobuf's messages, without what only matters to compilers. Made by parse-proto.ts. */

export type ProtoScalar =
  | 'double'
  | 'float'
  | 'int32'
  | 'uint32'
  | 'sint32'
  | 'fixed32'
  | 'sfixed32'
  | 'int64'
  | 'uint64'
  | 'sint64'
  | 'fixed64'
  | 'sfixed64'
  | 'bool'
  | 'string'
  | 'bytes'

export interface ProtoEnum {
  readonly kind: 'enum'
  readonly name: string
  /** In their order; the first is the default. */
  readonly values: readonly { readonly name: string; readonly number: number }[]
}

export interface ProtoMessage {
  readonly kind: 'message'
  /** With its package and the messages around it. */
  readonly name: string
  readonly fields: readonly ProtoField[]
  readonly oneofs: readonly ProtoOneof[]
  readonly nested: readonly ProtoMessage[]
}

export interface ProtoField {
  readonly name: string
  readonly number: number
  readonly type: ProtoScalar | ProtoEnum | ProtoMessage
  /** Maps are repeated messages of a key and a value. */
  readonly repeated: boolean
  readonly packed: boolean
  /** Whether a value that equals the default is told from none. */
  readonly presence: boolean
  /** Whether it says `optional`. */
  readonly saysOptional: boolean
  /** Of proto2; undefined where there is none. */
  readonly default: unknown
  /** The oneof that it is a member of. */
  readonly oneof: ProtoOneof | null
  /** The parameters of Confluent's `field_meta` option. */
  readonly parameters: Readonly<Record<string, string>>
}

export interface ProtoOneof {
  readonly name: string
  /** Its place among the message's. */
  readonly index: number
  readonly fields: readonly ProtoField[]
}

export interface ProtoFile {
  /** Those at the top, in their order. */
  readonly messages: readonly ProtoMessage[]
}

/** The two fields of a message that stands for an entry of a map; null for any other. */
export function mapEntryOf(field: ProtoField): { readonly key: ProtoField; readonly value: ProtoField } | null {
  const { type } = field
  if (!field.repeated || typeof type === 'string' || type.kind !== 'message' || !type.name.endsWith('Entry'))
    return null
  const [key, value] = type.fields
  if (type.fields.length !== 2 || key?.name !== 'key' || value?.name !== 'value') return null
  return key.repeated || value.repeated ? null : { key, value }
}
