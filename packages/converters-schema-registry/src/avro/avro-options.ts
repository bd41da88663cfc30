/** What the keys of AvroConverter say about schemas. */
export interface AvroOptions {
  /** `enhanced.avro.schema.support`: enums stay enums, full names in unions. */
  readonly enhanced: boolean
  /** `generalized.sum.type.support` */
  readonly generalizedSums: boolean
  /** `connect.meta.data` */
  readonly metaData: boolean
  /** `allow.optional.map.keys` */
  readonly optionalMapKeys: boolean
  /** `scrub.invalid.names` */
  readonly scrubNames: boolean
  /** `ignore.default.for.nullables` */
  readonly ignoreDefaults: boolean
  /** `flatten.singleton.unions` */
  readonly flattenSingletons: boolean
  /** `discard.type.doc.default` */
  readonly fieldDocsOnly: boolean
}
