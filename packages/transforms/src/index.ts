/** Transformations and predicates. One with a form for keys and one for values: insert-field.ts. @module */
import type { Plugin } from '@penstock/core'
import { cast } from './cast.ts'
import { deduplicate } from './deduplicate.ts'
import { dropHeaders } from './drop-headers.ts'
import { ecs } from './ecs.ts'
import { enrich } from './enrich.ts'
import { extractField } from './extract-field.ts'
import { extractWithRegex } from './extract-with-regex.ts'
import { filter } from './filter.ts'
import { flatten } from './flatten.ts'
import { hasHeaderKey } from './has-header-key.ts'
import { headerFrom } from './header-from.ts'
import { hoistField } from './hoist-field.ts'
import { insertField } from './insert-field.ts'
import { insertHeader } from './insert-header.ts'
import { maskField } from './mask-field.ts'
import { parseJson } from './parse-json.ts'
import { recordIsTombstone } from './record-is-tombstone.ts'
import { redact } from './redact.ts'
import { regexRouter } from './regex-router.ts'
import { renameByRegex } from './rename-by-regex.ts'
import { replaceField } from './replace-field.ts'
import { replaceWithRegex } from './replace-with-regex.ts'
import { setSchemaMetadata } from './set-schema-metadata.ts'
import { split } from './split.ts'
import { timestampConverter } from './timestamp-converter.ts'
import { timestampNow } from './timestamp-now.ts'
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
  deduplicate,
  ecs,
  enrich,
  ...extractWithRegex,
  ...parseJson,
  ...redact,
  ...renameByRegex,
  split,
  ...timestampNow,
  ...replaceWithRegex,
  timestampRouter,
  hasHeaderKey,
  recordIsTombstone,
  topicNameMatches,
]

export default plugins
export {
  cast,
  deduplicate,
  ecs,
  enrich,
  extractField,
  extractWithRegex,
  filter,
  hasHeaderKey,
  insertField,
  maskField,
  parseJson,
  recordIsTombstone,
  redact,
  regexRouter,
  renameByRegex,
  replaceField,
  replaceWithRegex,
  split,
  timestampNow,
  timestampRouter,
  topicNameMatches,
}
