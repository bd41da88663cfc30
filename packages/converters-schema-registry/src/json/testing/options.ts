import type { JsonSchemaOptions } from '../json-options.ts'

/** The defaults of the keys. */
export const jsonOptions: JsonSchemaOptions = {
  generalizedSums: false,
  ignoreDefaults: false,
  additionalProperties: true,
  optionalUnlessRequired: false,
  decimals: 'BASE64',
  flattenSingletons: true,
}
