import { key } from '@penstock/core'

/** How many rebuilt schemas a transformation keeps. */
export const schemaCacheSize = 16

export const replaceNullWithDefault = key.boolean({
  default: true,
  importance: 'medium',
  doc: 'Whether a null field takes the default of its schema.',
})
