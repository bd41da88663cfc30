import type { AvroOptions } from '../avro-options.ts'

/** The defaults of the keys. */
export const avroOptions: AvroOptions = {
  enhanced: false,
  generalizedSums: false,
  metaData: true,
  optionalMapKeys: false,
  scrubNames: false,
  ignoreDefaults: false,
  flattenSingletons: true,
  fieldDocsOnly: false,
}
