/** Makes documents of the shape of the Elastic Common Schema. How they are taken apart and built: ecs/branch.ts. @module */
import {
  ConfigError,
  type ConfigOf,
  type ConnectRecord,
  configDef,
  definePlugin,
  key,
  LruCache,
  messageOf,
  type Schema,
  type SchemaAndValue,
  type StructSchema,
} from '@penstock/core'
import { caseSensitive, schemaCacheSize } from './common-keys.ts'
import { Branch, openedMap, openedStruct, schemaOf, toMap, toStruct } from './ecs/branch.ts'
import { EcsEvent } from './ecs/ecs-event.ts'
import { type EventTime, eventTimeReader } from './ecs/event-time.ts'
import { conflictRules } from './ecs/put.ts'
import { kafkaNames, recordNames } from './ecs/record-fields.ts'
import { eventValuesOf, labelsOf, movesOf, pathOf } from './ecs/settings.ts'
import { requireMap, requireStruct } from './fields.ts'
import { type TimestampCodec, timestampCodec, type UnixPrecision, unixPrecisions } from './timestamp-types.ts'

const purpose = 'making an ECS document'

const config = configDef({
  fields: key.list({
    default: [],
    importance: 'high',
    doc: 'Fields to move, from:to,…: host:host.name,level:log.level,text:message. Dots lead into objects, which are made where they are missing. Labels become texts.',
  }),
  'timestamp.field': key.string({
    default: '@timestamp',
    importance: 'high',
    doc: 'Path of the field that says when the event happened; it becomes @timestamp. A record without it takes its own timestamp.',
  }),
  'timestamp.format': key.string({
    default: null,
    importance: 'medium',
    doc: "Pattern of Java's SimpleDateFormat for texts in timestamp.field, in UTC; without it they are read as ISO 8601.",
  }),
  'unix.precision': key.string({
    default: 'milliseconds',
    importance: 'low',
    doc: `What numbers in timestamp.field count since 1970: ${unixPrecisions.join(', ')}.`,
    recommended: unixPrecisions,
    check: caseSensitive(unixPrecisions),
  }),
  'on.invalid.timestamp': key.oneOf(['record', 'fail'], {
    default: 'record',
    importance: 'medium',
    doc: 'What becomes of a record whose timestamp.field holds no time: take its own timestamp, leave the field (@timestamp as _@timestamp) and add the tag _timestampparsefailure; or fail it (errors.tolerance decides on).',
  }),
  event: key.list({
    default: [],
    importance: 'medium',
    doc: 'Fixed fields of event, name:value,…: dataset:shop.orders,kind:event,category:web. ECS says which values kind, category, type and outcome may have.',
  }),
  'event.record.fields': key.list({
    default: [],
    importance: 'low',
    doc: 'What event tells of the record: id (topic+partition+offset), sequence (the offset), original (the value as it came, where it is text).',
    recommended: recordNames,
    check: among(recordNames),
  }),
  labels: key.list({ default: [], importance: 'medium', doc: 'Fixed labels, name:value,….' }),
  tags: key.list({ default: [], importance: 'medium', doc: 'Tags to add to those that the value has.' }),
  'kafka.fields': key.list({
    default: kafkaNames,
    importance: 'medium',
    doc: 'Where the record comes from, as fields of kafka: topic, partition, offset, key. Empty for none.',
    recommended: kafkaNames,
    check: among(kafkaNames),
  }),
  'ecs.version': key.string({
    default: '8.11.0',
    importance: 'low',
    doc: 'ecs.version of documents that do not say their own; empty for none.',
    check: (version) => (/^(\d+\.\d+\.\d+)?$/.test(version) ? undefined : 'expected a version such as 8.11.0'),
  }),
  'expand.dots': key.boolean({
    default: true,
    importance: 'low',
    doc: 'Whether fields at the top whose names have dots become objects first: log.level the level of log.',
  }),
  'on.conflict': key.oneOf(conflictRules, {
    default: 'fail',
    importance: 'medium',
    doc: 'What happens where something else is in the place of a field: fail the record (errors.tolerance decides on), replace it, or keep it and leave the field where it was. Objects are merged.',
  }),
})

type Options = ConfigOf<typeof config>

export const ecs = definePlugin({
  kind: 'transformation',
  name: 'Ecs$Value',
  aliases: ['io.penstock.transforms.Ecs$Value', 'io.penstock.transforms.Ecs', 'Ecs'],
  summary: 'Gives the value the shape of the Elastic Common Schema: @timestamp, ecs, event, kafka, fields moved.',
  config,
  create: (options, { clock }) => {
    const event = new EcsEvent({
      moves: movesOf(options.fields),
      timestampPath: pathOf('timestamp.field', options['timestamp.field']),
      failInvalidTimestamps: options['on.invalid.timestamp'] === 'fail',
      readTime: timeReaderOf(options, clock.now()),
      eventValues: eventValuesOf(options.event),
      recordFields: options['event.record.fields'],
      labels: labelsOf(options.labels),
      tags: options.tags,
      kafkaFields: options['kafka.fields'],
      version: options['ecs.version'],
      expandDots: options['expand.dots'],
      onConflict: options['on.conflict'],
    })
    // Documents without a readable timestamp have a tag and a field more.
    const schemas = { usual: newCache(), tagged: newCache() }
    return {
      apply<R extends ConnectRecord<R>>(record: R): R {
        const before = record.value
        if (before.value === null) return record
        const root = opened(before)
        const shape = event.apply(root, record, before.schema !== null)
        if (before.schema === null) return record.with({ value: { schema: null, value: toMap(root) } })
        const schema = schemas[shape].through(before.schema, () => ({ ...schemaOf(root), optional: false }))
        return record.with({ value: { schema, value: toStruct(root, schema) } })
      },
    }
  },
})

function newCache(): LruCache<Schema, StructSchema> {
  return new LruCache(schemaCacheSize)
}

/** A text becomes the message of a document. Throws DataError for anything else that has no fields. */
function opened({ schema, value }: SchemaAndValue): Branch {
  if (typeof value === 'string') {
    const root = new Branch(schema === null ? null : {})
    root.members.set('message', { schema, value })
    return root
  }
  if (schema === null) return openedMap(requireMap(value, purpose))
  const struct = requireStruct(value, purpose)
  return openedStruct({ ...struct.schema, optional: false }, struct)
}

function timeReaderOf(options: Options, now: number): (schema: Schema | null, value: unknown) => EventTime | null {
  const precision = options['unix.precision'] as UnixPrecision
  const format = options['timestamp.format']
  return eventTimeReader(codecOf(format, precision, now), format !== null, precision)
}

function codecOf(format: string | null, precision: UnixPrecision, now: number): TimestampCodec {
  try {
    return timestampCodec(format, precision, now)
  } catch (error) {
    const message = `Invalid value ${format} for configuration timestamp.format: ${messageOf(error)}`
    throw new ConfigError([{ key: 'timestamp.format', message }])
  }
}

function among(names: readonly string[]): (items: readonly string[]) => string | undefined {
  return (items) => {
    const wrong = items.find((item) => !names.includes(item))
    return wrong === undefined ? undefined : `${wrong} is none of ${names.join(', ')}`
  }
}
