import type { ProtobufOptions } from '../protobuf-options.ts'

/** The defaults of the keys. */
export const protobufOptions: ProtobufOptions = {
  fullNames: false,
  generalizedSums: false,
  scrubNames: false,
  intEnums: false,
  optionalForNullables: false,
  optionalForProto2: true,
  wrapperForNullables: false,
  wrapperForRawPrimitives: true,
  structForNulls: false,
  indexForUnions: true,
  flattenUnions: false,
  ignoreDefaults: false,
}
