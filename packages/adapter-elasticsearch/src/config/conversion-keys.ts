/** What a record becomes. */
import { key } from '@penstock/core'
import { conversion } from './groups.ts'

export const conversionKeys = {
  'key.ignore': key.boolean({
    default: false,
    importance: 'high',
    group: conversion,
    displayName: 'Ignore Key',
    doc: 'true: the document id is `topic+partition+offset`. false: the record key is the id, and the offset its external version, so an older record never overwrites a newer one.',
  }),
  'topic.key.ignore': key.list({
    default: [],
    importance: 'low',
    group: conversion,
    displayName: "Topics for 'Ignore Key'",
    doc: 'Topics for which `key.ignore` is true.',
  }),
  'schema.ignore': key.boolean({
    default: false,
    importance: 'low',
    group: conversion,
    displayName: 'Ignore Schema',
    doc: 'true: Elasticsearch maps the fields it meets. false: the mapping is made from the records’ schema, which they must have.',
  }),
  'topic.schema.ignore': key.list({
    default: [],
    importance: 'low',
    group: conversion,
    displayName: "Topics for 'Ignore Schema'",
    doc: 'Topics for which `schema.ignore` is true.',
  }),
  'compact.map.entries': key.boolean({
    default: true,
    importance: 'low',
    group: conversion,
    displayName: 'Compact Map Entries',
    doc: 'Write a map with string keys as an object; false writes a list of `{key, value}`. Applies to records with a schema.',
  }),
  'write.method': key.oneOf(['insert', 'upsert', 'create', 'update', 'script'], {
    default: 'insert',
    importance: 'low',
    group: conversion,
    displayName: 'Write Method',
    doc: 'insert replaces a document as a whole; upsert changes the fields the record has and creates the document where it is missing. Penstock only: create leaves a document that is there as it is; update changes the fields the record has of a document that has to be there; script runs `script.source` or `script.id` on it.',
  }),
  'behavior.on.null.values': key.oneOf(['ignore', 'delete', 'fail'], {
    default: 'fail',
    importance: 'low',
    group: conversion,
    displayName: 'Behavior for null-valued records',
    doc: 'What a record without a value does: nothing, delete the document of its key, or be an error.',
  }),
  'behavior.on.malformed.documents': key.oneOf(['ignore', 'warn', 'fail', 'report'], {
    default: 'report',
    importance: 'low',
    group: conversion,
    displayName: 'Behavior on malformed documents',
    doc: 'What happens to a document that Elasticsearch refuses. report leaves it to `errors.tolerance`: fail the task with the reason, or go on; ignore and warn go on in any case; fail fails the task in any case. All of them send the record to the dead letter queue, if there is one.',
  }),
  'drop.invalid.message': key.boolean({
    default: false,
    importance: 'low',
    group: conversion,
    displayName: 'Drop invalid messages',
    doc: 'Pass over records that can’t be turned into a document, whatever `errors.tolerance` says.',
  }),
  'external.version.header': key.string({
    default: '',
    importance: 'low',
    group: conversion,
    displayName: 'External Version Header',
    doc: 'Name of a header that holds the document’s external version, instead of the offset.',
  }),
  'topic.index.map': key.list({
    default: [],
    importance: 'low',
    group: conversion,
    displayName: 'Topic to Index Map',
    doc: 'Index names for topics, `topic:index,…`; other topics go to the index of their own name.',
    check: (pairs) => pairs.find((pair) => !/^[^:]+:[^:]+$/.test(pair)) && 'entries must look like topic:index',
  }),
} as const
