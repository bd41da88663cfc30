/** Transformations and predicates. One with a form for keys and one for values: insert-field.ts. @module */
import type { Plugin } from '@penstock/core'
import { extractField } from './extract-field.ts'
import { filter } from './filter.ts'
import { hasHeaderKey } from './has-header-key.ts'
import { insertField } from './insert-field.ts'
import { maskField } from './mask-field.ts'
import { recordIsTombstone } from './record-is-tombstone.ts'
import { regexRouter } from './regex-router.ts'
import { replaceField } from './replace-field.ts'
import { replaceWithRegex } from './replace-with-regex.ts'
import { timestampRouter } from './timestamp-router.ts'
import { topicNameMatches } from './topic-name-matches.ts'

const plugins: readonly Plugin[] = [
  ...extractField,
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
