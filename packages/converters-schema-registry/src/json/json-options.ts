/** What the keys of JsonSchemaConverter say. */
export interface JsonSchemaOptions {
  /** `generalized.sum.type.support` */
  readonly generalizedSums: boolean
  /** `ignore.default.for.nullables` */
  readonly ignoreDefaults: boolean
  /** `object.additional.properties` */
  readonly additionalProperties: boolean
  /** `use.optional.for.nonrequired` */
  readonly optionalUnlessRequired: boolean
  /** `decimal.format` */
  readonly decimals: 'BASE64' | 'NUMERIC'
  /** `flatten.singleton.unions` */
  readonly flattenSingletons: boolean
}
