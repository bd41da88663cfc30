import { key } from '@penstock/core'

/** Keys that converters of several formats have, in the words of one. */
export const formatKeys = {
  scrubNames: (format: string) =>
    key.boolean({
      default: false,
      importance: 'medium',
      group: format,
      doc: `Replace characters in names that ${format} does not allow, instead of refusing the schema.`,
    }),
  ignoreDefaults: (format: string) =>
    key.boolean({
      default: false,
      importance: 'medium',
      group: format,
      doc: 'Write a null as null where the field has a default.',
    }),
  generalizedSums: (format: string) =>
    key.boolean({
      default: false,
      importance: 'medium',
      group: format,
      doc: 'Keep enums and unions in a form that the other converters of a schema registry understand too.',
    }),
  flattenSingletons: (format: string) =>
    key.boolean({
      default: true,
      importance: 'low',
      group: format,
      doc: 'Read a union of one branch as that branch.',
    }),
}
