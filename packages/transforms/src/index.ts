/** Transformations and predicates. One with a form for keys and one for values: insert-field.ts. @module */
import type { Plugin } from '@penstock/core'
import { cast } from './cast.ts'
import { dropHeaders } from './drop-headers.ts'
import { extractField } from './extract-field.ts'
import { filter } from './filter.ts'
import { flatten } from './flatten.ts'
import { hasHeaderKey } from './has-header-key.ts'
import { headerFrom } from './header-from.ts'
import { hoistField } from './hoist-field.ts'
import { insertField } from './insert-field.ts'
import { insertHeader } from './insert-header.ts'
import { maskField } from './mask-field.ts'
import { recordIsTombstone } from './record-is-tombstone.ts'
import { regexRouter } from './regex-router.ts'
import { replaceField } from './replace-field.ts'
import { replaceWithRegex } from './replace-with-regex.ts'
import { setSchemaMetadata } from './set-schema-metadata.ts'
import { timestampConverter } from './timestamp-converter.ts'
import { timestampRouter } from './timestamp-router.ts'
import { topicNameMatches } from './topic-name-matches.ts'
import { valueToKey } from './value-to-key.ts'

const plugins: readonly Plugin[] = [
  ...extractField,
  ...cast,
  dropHeaders,
  ...flatten,
  ...headerFrom,
  ...hoistField,
  insertHeader,
  ...setSchemaMetadata,
  ...timestampConverter,
  valueToKey,
  filter,
  ...insertField,
  ...maskField,
  regexRouter,
  ...replaceField,
  ...replaceWithRegex,
  timestampRouter,
  hasHeaderKey,
  recordIsTombstone,
  topicNameMatches,
]

export default plugins
export {
  cast,
  extractField,
  filter,
  hasHeaderKey,
  insertField,
  maskField,
  recordIsTombstone,
  regexRouter,
  replaceField,
  replaceWithRegex,
  timestampRouter,
  topicNameMatches,
}
