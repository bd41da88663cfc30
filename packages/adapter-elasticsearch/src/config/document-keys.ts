/** What a document is called, which of two versions wins, what is put into it and how scripts change it. */
import { key } from '@penstock/core'
import { idFieldsProblem } from '../documents/document-id.ts'
import { metadataNames } from '../documents/metadata.ts'
import { conversion } from './groups.ts'

const ofMetadata = (names: readonly string[], known: readonly string[]): string | undefined => {
  const wrong = names.find((name) => !known.includes(name))
  return wrong === undefined ? undefined : `${wrong} is not one of ${known.join(', ')}`
}

export const documentKeys = {
  'document.id.source': key.oneOf(['default', 'key', 'topic.partition.offset', 'header', 'fields', 'hash'], {
    default: 'default',
    importance: 'medium',
    group: conversion,
    displayName: 'Document ID Source',
    doc: 'Where document ids come from. default: as `key.ignore` says; key: the record key; topic.partition.offset; header: `document.id.header`; fields: `document.id.fields`; hash: SHA-256, in base64url, of those fields or, where none are named, of the bytes of key and value in Kafka. Penstock only.',
  }),
  'document.id.header': key.string({
    default: '',
    importance: 'low',
    group: conversion,
    displayName: 'Document ID Header',
    doc: 'The header that holds the document id, for `document.id.source=header`. Penstock only.',
  }),
  'document.id.fields': key.list({
    default: [],
    importance: 'low',
    group: conversion,
    displayName: 'Document ID Fields',
    check: idFieldsProblem,
    doc: 'Fields that make the document id, for `document.id.source` fields and hash: `order.id` of the value, `key` or `key.region` of the key, `header.tenant`; `value.key` where a name has a meaning of its own, `/a/b` where it holds dots. Penstock only.',
  }),
  'document.id.separator': key.string({
    default: '+',
    importance: 'low',
    group: conversion,
    displayName: 'Document ID Separator',
    check: (separator) =>
      separator === '' || separator.includes('\\') ? 'it can not be empty or hold a backslash' : undefined,
    doc: 'Stands between several `document.id.fields`. In the fields themselves its first character, and the backslash, get a backslash before them, so that different fields never make the same id. Penstock only.',
  }),
  'document.version': key.oneOf(['offset', 'timestamp', 'none'], {
    default: 'offset',
    importance: 'low',
    group: conversion,
    displayName: 'Document Version',
    doc: 'The external version of documents that several records may write to (ids from keys, headers or fields): the offset, which tells newer from older within one partition; the record’s timestamp, for ids that come from several partitions or topics; or none: what is written last stays. `external.version.header` goes before it. Penstock only.',
  }),
  'behavior.on.version.conflict': key.oneOf(['ignore', 'warn', 'fail', 'report'], {
    default: 'ignore',
    importance: 'low',
    group: conversion,
    displayName: 'Behavior on version conflicts',
    doc: 'What happens to a record that loses against a newer version of its document, or with `write.method=create` against one that is there. ignore: it is done; warn: a line in the log; report: also the dead letter queue; fail: also that, and the task fails. The same version read again is no conflict; but older records of a key that are read again after a crash lose against the newest, and count. Penstock only.',
  }),
  'document.metadata': key.list({
    default: [],
    importance: 'low',
    group: conversion,
    displayName: 'Document Metadata',
    check: (names) => ofMetadata(names, metadataNames),
    doc: 'What of the record is put into its document: any of key, headers, topic, partition, offset, timestamp (in ISO 8601). Penstock only.',
  }),
  'document.metadata.field': key.string({
    default: 'kafka',
    importance: 'low',
    group: conversion,
    displayName: 'Document Metadata Field',
    check: (path) =>
      path === '' || path.split('.').every((step) => step !== '') ? undefined : 'it has an empty step, as in a..b',
    doc: 'The field for `document.metadata`, `kafka` or `meta.kafka`; empty puts it beside the fields of the value. Fields of the same name are replaced. Penstock only.',
  }),
  'script.source': key.string({
    default: '',
    importance: 'low',
    group: conversion,
    displayName: 'Script Source',
    doc: 'The script for `write.method=script`: `ctx._source.total += params.doc.amount`. Penstock only.',
  }),
  'script.id': key.string({
    default: '',
    importance: 'low',
    group: conversion,
    displayName: 'Script ID',
    doc: 'A script stored in Elasticsearch, instead of `script.source`. Penstock only.',
  }),
  'script.lang': key.string({
    default: 'painless',
    importance: 'low',
    group: conversion,
    displayName: 'Script Language',
    doc: 'The language of `script.source`. Penstock only.',
  }),
  'script.params': key.list({
    default: ['doc'],
    importance: 'low',
    group: conversion,
    displayName: 'Script Parameters',
    check: (names) => ofMetadata(names, ['doc', ...metadataNames]),
    doc: 'What the script finds in `params`: any of doc (the record’s document), key, headers, topic, partition, offset, timestamp. Penstock only.',
  }),
  'script.upsert': key.boolean({
    default: true,
    importance: 'low',
    group: conversion,
    displayName: 'Script Upsert',
    doc: 'true: where the document is missing, the record’s document is written. false: such a record counts as a malformed document. Penstock only.',
  }),
  'script.scripted.upsert': key.boolean({
    default: false,
    importance: 'low',
    group: conversion,
    displayName: 'Scripted Upsert',
    doc: 'Run the script on an empty document where it is missing, instead of writing the record’s document. Penstock only.',
  }),
} as const
