import {
  ConfigError,
  type ConfigOf,
  type ConnectRecord,
  configDef,
  DataError,
  definePlugin,
  key,
  LruCache,
  schema as make,
  type Schema,
  type SinkRecord,
  Struct,
  type StructSchema,
} from '@penstock/core'
import { replaceNullWithDefault, schemaCacheSize } from './common-keys.ts'
import { fieldOf, fieldsOf, kept, requireMap, requireStruct, setMember, structSchema } from './fields.ts'
import { forKeyAndValue, read, replaced } from './side.ts'

const purpose = 'field insertion'
const suffixes = 'A name ending in "!" makes a required field, one ending in "?" (or neither) an optional one.'

const config = configDef({
  'topic.field': key.string({ default: null, importance: 'medium', doc: `Field for the topic. ${suffixes}` }),
  'partition.field': key.string({ default: null, importance: 'medium', doc: `Field for the partition. ${suffixes}` }),
  'offset.field': key.string({
    default: null,
    importance: 'medium',
    doc: `Field for the offset, of sink records only. ${suffixes}`,
  }),
  'timestamp.field': key.string({ default: null, importance: 'medium', doc: `Field for the timestamp. ${suffixes}` }),
  'static.field': key.string({ default: null, importance: 'medium', doc: `Field for static.value. ${suffixes}` }),
  'static.value': key.string({ default: null, importance: 'medium', doc: 'Value of static.field.' }),
  'replace.null.with.default': replaceNullWithDefault,
})

export const insertField = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `InsertField$${side}`,
    aliases: [`org.apache.kafka.connect.transforms.InsertField$${side}`],
    summary: `Adds fields with the record's topic, partition, offset, timestamp or a fixed text to the ${side.toLowerCase()}.`,
    config,
    create: (options) => {
      const insertions = insertionsOf(options)
      const withDefaults = options['replace.null.with.default']
      const schemas = new LruCache<Schema, StructSchema>(schemaCacheSize)
      return {
        apply(record) {
          const { schema, value } = read(record, side)
          if (value === null) return record
          if (schema === null) {
            const map = { ...requireMap(value, purpose) }
            for (const { field, plain } of insertions) {
              const inserted = plain(record)
              if (inserted !== null) setMember(map, field.name, inserted)
            }
            return replaced(record, side, { schema: null, value: map })
          }
          const struct = requireStruct(value, purpose)
          const updated = schemas.through(struct.schema, () => extended(struct.schema, insertions))
          const values = new Map<string, unknown>()
          for (const { name } of struct.schema.fields) values.set(name, fieldOf(struct, name, withDefaults))
          for (const { field, typed } of insertions) values.set(field.name, typed(record))
          return replaced(record, side, { schema: updated, value: new Struct(updated, values) })
        },
      }
    },
  }),
)

interface Insertion {
  readonly field: { readonly name: string; readonly optional: boolean }
  readonly schema: (options: { optional: boolean }) => Schema
  /** The value for a struct; null when the record doesn't have it. */
  typed(record: ConnectRecord): unknown
  /** The value for a schemaless map. */
  plain(record: ConnectRecord): unknown
}

/** In the order in which Connect appends the fields. */
function insertionsOf(options: ConfigOf<typeof config>): readonly Insertion[] {
  const insertions: Insertion[] = []
  const add = (spec: string | null, schema: Insertion['schema'], typed: Insertion['typed'], plain = typed): void => {
    if (spec !== null) insertions.push({ field: fieldSpec(spec), schema, typed, plain })
  }
  add(options['topic.field'], make.string, (record) => record.topic)
  add(options['partition.field'], make.int32, (record) => record.partition)
  add(options['offset.field'], make.int64, offsetOf, (record) => plainOffset(offsetOf(record)))
  add(
    options['timestamp.field'],
    make.timestamp,
    (record) => (record.timestamp === null ? null : new Date(record.timestamp)),
    (record) => record.timestamp,
  )
  if (options['static.field'] !== null && options['static.value'] === null) {
    throw new ConfigError([
      {
        key: 'static.value',
        message: `Invalid value null for configuration static.value: No value specified for static field: ${options['static.field']}`,
      },
    ])
  }
  add(options['static.field'], make.string, () => options['static.value'])
  if (insertions.length === 0) {
    throw new ConfigError([
      {
        key: 'topic.field',
        message:
          'No field insertion configured: set topic.field, partition.field, offset.field, timestamp.field or static.field',
      },
    ])
  }
  return insertions
}

function fieldSpec(spec: string): Insertion['field'] {
  const marked = spec.endsWith('!') || spec.endsWith('?')
  return { name: marked ? spec.slice(0, -1) : spec, optional: !spec.endsWith('!') }
}

function offsetOf(record: ConnectRecord): bigint {
  if (record.kind === 'sink') return (record as SinkRecord).offset
  throw new DataError(
    'insert_field.no_offset',
    `Only SinkRecord supported for [${purpose}], found: org.apache.kafka.connect.source.SourceRecord`,
  )
}

function plainOffset(offset: bigint): number | bigint {
  return offset <= Number.MAX_SAFE_INTEGER ? Number(offset) : offset
}

function extended(schema: StructSchema, insertions: readonly Insertion[]): StructSchema {
  const inserted = insertions.map(({ field, schema: of }) => [field.name, of({ optional: field.optional })] as const)
  return structSchema([...fieldsOf(schema), ...inserted], kept(schema))
}
