/** The parameters by which Protobuf's types survive in Connect schemas, and the messages that stand for values. */
import type { PrimitiveType, Schema } from '@penstock/core'
import type { ProtoOneof } from './proto-model.ts'
import type { ProtobufOptions } from './protobuf-options.ts'

const namespace = 'io.confluent.connect.protobuf'

export const parameter = {
  /** The number of a field. */
  tag: `${namespace}.Tag`,
  /** The type of a number, where it is not the usual one. */
  type: `${namespace}.Type`,
  enum: `${namespace}.Enum`,
  /** Marks a oneof member that is a wrapper message. */
  wrapper: `${namespace}.Wrapper`,
  generalizedEnum: 'org.apache.kafka.connect.data.Enum',
  generalizedUnion: 'org.apache.kafka.connect.data.Union',
  precision: 'connect.decimal.precision',
} as const

/** With the name of the oneof after it. */
export const unionPrefix = `${namespace}.Union.`
export const defaultMessageName = 'ConnectDefault'

export const logicalMessage = {
  decimal: 'confluent.type.Decimal',
  date: 'google.type.Date',
  time: 'google.type.TimeOfDay',
  timestamp: 'google.protobuf.Timestamp',
} as const

/** The wrapper messages in the order of google/protobuf/wrappers.proto, with what they wrap. */
export const wrapperTypes = {
  'google.protobuf.DoubleValue': 'double',
  'google.protobuf.FloatValue': 'float',
  'google.protobuf.Int64Value': 'int64',
  'google.protobuf.UInt64Value': 'uint64',
  'google.protobuf.Int32Value': 'int32',
  'google.protobuf.UInt32Value': 'uint32',
  'google.protobuf.BoolValue': 'bool',
  'google.protobuf.StringValue': 'string',
  'google.protobuf.BytesValue': 'bytes',
} as const
export type WrapperName = keyof typeof wrapperTypes

/** What a value that is no struct is written as. */
export const wrapperByType: Readonly<Record<PrimitiveType, WrapperName>> = {
  INT8: 'google.protobuf.Int32Value',
  INT16: 'google.protobuf.Int32Value',
  INT32: 'google.protobuf.Int32Value',
  INT64: 'google.protobuf.Int64Value',
  FLOAT32: 'google.protobuf.FloatValue',
  FLOAT64: 'google.protobuf.DoubleValue',
  BOOLEAN: 'google.protobuf.BoolValue',
  STRING: 'google.protobuf.StringValue',
  BYTES: 'google.protobuf.BytesValue',
}

export function isWrapper(messageName: string): messageName is WrapperName {
  return Object.hasOwn(wrapperTypes, messageName)
}

export function isUnionSchema(schema: Schema): boolean {
  return schema.name?.startsWith(unionPrefix) === true || schema.parameters?.[parameter.generalizedUnion] !== undefined
}

/** What a oneof is called as a field. */
export function unionFieldName(oneof: ProtoOneof, options: ProtobufOptions): string {
  return options.indexForUnions ? `${oneof.name}_${oneof.index}` : oneof.name
}

/** The last part of a full name. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}
