import { key } from '@penstock/core'

/** How many rebuilt schemas a transformation keeps. */
export const schemaCacheSize = 16

export const replaceNullWithDefault = key.boolean({
  default: true,
  importance: 'medium',
  doc: 'Whether a null field takes the default of its schema.',
})

/** The check of a list that must have items. */
export function notEmpty(items: readonly string[]): string | undefined {
  return items.length === 0 ? 'Empty list' : undefined
}

/** The check of a string out of a fixed set whose case matters, as in Connect. */
export function caseSensitive(values: readonly string[]): (value: string) => string | undefined {
  return (value) => (values.includes(value) ? undefined : `String must be one of: ${values.join(', ')}`)
}
