/** What the keys of ProtobufConverter say. */
export interface ProtobufOptions {
  /** `enhanced.protobuf.schema.support`: schemas have full names. */
  readonly fullNames: boolean
  /** `generalized.sum.type.support` */
  readonly generalizedSums: boolean
  /** `scrub.invalid.names` */
  readonly scrubNames: boolean
  /** `int.for.enums` */
  readonly intEnums: boolean
  /** `optional.for.nullables` */
  readonly optionalForNullables: boolean
  /** `optional.for.proto2` */
  readonly optionalForProto2: boolean
  /** `wrapper.for.nullables` */
  readonly wrapperForNullables: boolean
  /** `wrapper.for.raw.primitives` */
  readonly wrapperForRawPrimitives: boolean
  /** `generate.struct.for.nulls` */
  readonly structForNulls: boolean
  /** `generate.index.for.unions` */
  readonly indexForUnions: boolean
  /** `flatten.unions` */
  readonly flattenUnions: boolean
  /** `ignore.default.for.nullables` */
  readonly ignoreDefaults: boolean
}
