/** Where a document goes: index by pattern, pipeline, shard. */
import { key } from '@penstock/core'
import { patternProblem } from '@penstock/regex'
import { indexFormatProblem } from '../documents/index-format.ts'
import { referenceProblem } from '../documents/record-reference.ts'
import { timeZoneProblem } from '../documents/time-zone.ts'
import { conversion } from './groups.ts'

export const routingKeys = {
  'index.name.format': key.string({
    default: '',
    importance: 'medium',
    group: conversion,
    displayName: 'Index Name Format',
    check: (format) => (format === '' ? undefined : indexFormatProblem(format)),
    doc: 'Pattern for the name of the index, `logs-{topic}-{+yyyy.MM.dd}`. In braces: `topic` (the name the index would have without the pattern), `partition`, `key`, a field of the key `key.region`, a header `header.tenant`, a field of the value `customer.country` (`value.topic` where the name has a meaning of its own, `/a/b` where it holds dots), or, after a `+`, the record’s time by yyyy, yy, MM, dd, HH, mm, ss, DDD (day of the year), xxxx and ww (ISO week year and week), letters of other meaning in single quotes. Names come out by the same rules as those of topics. Empty: the topic’s name alone. Penstock only.',
  }),
  'index.name.missing': key.string({
    default: '',
    importance: 'low',
    group: conversion,
    displayName: 'Index Name For Missing Parts',
    check: (text) =>
      /^[^A-Z\\/*?"<>| ,#:]*$/.test(text)
        ? undefined
        : 'a part of an index name is in lower case, without \\/*?"<>| ,#:',
    doc: 'What stands in `index.name.format` for a field, key, header or time that a record does not have. Empty: such a record is handled by `errors.tolerance`. Penstock only.',
  }),
  'index.timestamp.field': key.string({
    default: '',
    importance: 'low',
    group: conversion,
    displayName: 'Index Timestamp Field',
    check: (path) => (path === '' ? undefined : referenceProblem(path)),
    doc: 'Field whose time `index.name.format` takes instead of the record’s timestamp: milliseconds since 1970, or text in ISO 8601. Penstock only.',
  }),
  'index.timezone': key.string({
    default: 'UTC',
    importance: 'low',
    group: conversion,
    displayName: 'Index Time Zone',
    check: timeZoneProblem,
    doc: 'Time zone in which `index.name.format` tells the time, as `Europe/Berlin`. Penstock only.',
  }),
  'index.topic.regex': key.string({
    default: '',
    importance: 'low',
    group: conversion,
    displayName: 'Index Topic Regex',
    check: (pattern) => (pattern === '' ? undefined : patternProblem(pattern)),
    doc: 'Regular expression in Java’s syntax. A topic that it matches as a whole goes to the index that `index.topic.replacement` makes of it; the names of documents without a key keep the topic. Penstock only.',
  }),
  'index.topic.replacement': key.string({
    default: '',
    importance: 'low',
    group: conversion,
    displayName: 'Index Topic Replacement',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Java's replacement syntax
    doc: 'What a topic matched by `index.topic.regex` becomes; `$1` and `${name}` stand for groups. Penstock only.',
  }),
  'ingest.pipeline': key.string({
    default: '',
    importance: 'low',
    group: conversion,
    displayName: 'Ingest Pipeline',
    doc: 'Ingest pipeline that documents go through. Penstock only.',
  }),
  'topic.ingest.pipeline.map': key.list({
    default: [],
    importance: 'low',
    group: conversion,
    displayName: 'Topic to Ingest Pipeline Map',
    doc: 'Ingest pipelines for topics, `topic:pipeline,…`, over `ingest.pipeline`; `topic:_none` for no pipeline. Penstock only.',
    check: (pairs) => {
      const wrong = pairs.find((pair) => !/^[^:]+:[^:]+$/.test(pair))
      return wrong === undefined ? undefined : `entries must look like topic:pipeline, ${wrong} does not`
    },
  }),
  'routing.type': key.oneOf(['none', 'key', 'value', 'header'], {
    default: 'none',
    importance: 'low',
    group: conversion,
    displayName: 'Routing Type',
    doc: 'Where the routing value comes from by which Elasticsearch chooses the shard, as joins of parents and children need it: the record key, a field of the value (`routing.type.record.value.path`), a header (`routing.header`), or nowhere. Penstock only.',
  }),
  'routing.type.record.value.path': key.string({
    default: '',
    importance: 'low',
    group: conversion,
    displayName: 'Routing Value Path',
    check: (path) => (path === '' ? undefined : referenceProblem(path)),
    doc: 'The field of the value that is the routing value: a JSON Pointer `/order/customer`, or `order.customer`. Penstock only.',
  }),
  'routing.header': key.string({
    default: '',
    importance: 'low',
    group: conversion,
    displayName: 'Routing Header',
    doc: 'The header that is the routing value. Penstock only.',
  }),
} as const
