/** The keys of the source. Those of the Datagen connector that users know keep their names and defaults. @module */
import { type ConfigOf, configDef, key } from '@penstock/core'
import { quickstartNames } from './quickstarts.ts'

const records = 'Records'
const pace = 'Pace'

export const config = configDef({
  'kafka.topic': key.string({
    default: null,
    importance: 'high',
    group: records,
    doc: 'The topic to write to.',
    check: (topic) => (topic === '' ? 'String must be non-empty' : undefined),
  }),
  topic: key.string({
    default: null,
    importance: 'low',
    group: records,
    doc: 'Another name for `kafka.topic`.',
    check: (topic) => (topic === '' ? 'String must be non-empty' : undefined),
  }),
  example: key.string({
    default: null,
    importance: 'high',
    group: records,
    width: 'long',
    doc: 'What a record looks like: JSON whose texts hold hints, `{"id": "{{sequence}}", "name": "{{firstName}}"}`. Give this, a schema, or `quickstart`.',
  }),
  'schema.string': key.string({
    default: null,
    importance: 'medium',
    group: records,
    width: 'long',
    doc: 'A JSON Schema, or an Avro schema with `arg.properties`, that every record fits.',
  }),
  'schema.filename': key.string({
    default: null,
    importance: 'medium',
    group: records,
    doc: 'A file with such a schema; every worker must have it.',
  }),
  quickstart: key.oneOf(quickstartNames, {
    default: null,
    importance: 'medium',
    group: records,
    doc: 'A ready-made set of records, with its key field.',
  }),
  'schema.keyfield': key.string({
    default: '',
    importance: 'medium',
    group: records,
    doc: 'The field whose value becomes the key. Without it records have no key.',
  }),
  'output.schemas': key.boolean({
    default: true,
    importance: 'medium',
    group: records,
    doc: 'Whether values come with a schema, as converters for Avro need it. Otherwise they are plain JSON.',
  }),
  seed: key.long({
    default: null,
    importance: 'low',
    group: records,
    doc: 'Another seed, other records. The default is 0.',
  }),
  'random.seed': key.long({ default: null, importance: 'low', group: records, doc: 'Another name for `seed`.' }),
  rate: key.double({
    default: null,
    min: 0,
    importance: 'medium',
    group: pace,
    doc: 'Records per second of each task, evenly spaced; 0 is as fast as possible. Without it `max.interval` says.',
  }),
  'max.interval': key.long({
    default: 500,
    min: 0,
    importance: 'medium',
    group: pace,
    doc: 'Longest time between two records in milliseconds: each wait is a random part of it. 0 is as fast as possible.',
  }),
  iterations: key.long({
    default: -1,
    importance: 'medium',
    group: pace,
    doc: 'How many records each task makes, over all its restarts; less than 1 sets no limit. Then the task idles.',
  }),
})
export type DatagenConfig = ConfigOf<typeof config>
