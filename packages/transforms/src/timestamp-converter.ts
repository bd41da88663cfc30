import {
  ConfigError,
  configDef,
  definePlugin,
  key,
  LruCache,
  messageOf,
  type Schema,
  type SchemaAndValue,
  Struct,
  type StructSchema,
} from '@penstock/core'
import { caseSensitive, replaceNullWithDefault, schemaCacheSize } from './common-keys.ts'
import { asStruct, fieldOf, kept, member, requireMap, requireStruct, setMember, structSchema } from './fields.ts'
import { plainInteger } from './java-numbers.ts'
import { forKeyAndValue, read, replaced } from './side.ts'
import {
  schemaOfType,
  type TimestampCodec,
  type TimestampType,
  timestampCodec,
  timestampTypes,
  typeOfSchema,
  typeOfValue,
  type UnixPrecision,
  unixPrecisions,
} from './timestamp-types.ts'

const purpose = 'converting timestamp formats'

const config = configDef({
  field: key.string({
    default: '',
    importance: 'high',
    doc: 'The field with the timestamp; empty stands for the whole key or value.',
  }),
  'target.type': key.string({
    importance: 'high',
    doc: `What the timestamp shall be: ${timestampTypes.join(', ')}.`,
    recommended: timestampTypes,
    check: caseSensitive(timestampTypes),
  }),
  format: key.string({
    default: '',
    importance: 'medium',
    doc: "Pattern of Java's SimpleDateFormat, in UTC and English, for strings that are read or written: yyyy-MM-dd'T'HH:mm:ss.SSSX.",
  }),
  'unix.precision': key.string({
    default: 'milliseconds',
    importance: 'low',
    doc: `What numbers count since 1970: ${unixPrecisions.join(', ')}. What is finer than a millisecond gets lost.`,
    recommended: unixPrecisions,
    check: caseSensitive(unixPrecisions),
  }),
  'replace.null.with.default': replaceNullWithDefault,
})

export const timestampConverter = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `TimestampConverter$${side}`,
    aliases: [`org.apache.kafka.connect.transforms.TimestampConverter$${side}`],
    summary: `Converts a timestamp in the ${side.toLowerCase()} between texts, numbers and Connect's types.`,
    config,
    create: (options, context) => {
      const target = options['target.type'] as TimestampType
      const codec = codecOf(options.format, options['unix.precision'] as UnixPrecision, target, context.clock.now())
      const transform =
        options.field === ''
          ? convertWhole(codec, target)
          : convertField(codec, target, options.field, options['replace.null.with.default'])
      return {
        apply(record) {
          const before = read(record, side)
          const after = transform(before)
          return after === before ? record : replaced(record, side, after)
        },
      }
    },
  }),
)

function codecOf(format: string, precision: UnixPrecision, target: TimestampType, now: number): TimestampCodec {
  const blank = format.trim() === ''
  if (target === 'string' && blank) {
    throw problem('TimestampConverter requires format option to be specified when using string timestamps')
  }
  try {
    return timestampCodec(blank ? null : format, precision, now)
  } catch (error) {
    throw problem(
      `TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: ${format} (${messageOf(error)})`,
    )
  }
}

function problem(message: string): ConfigError {
  return new ConfigError([{ key: 'format', message }])
}

type Transform = (before: SchemaAndValue) => SchemaAndValue

function convert(codec: TimestampCodec, target: TimestampType, schema: Schema | null, value: unknown): unknown {
  // A schema that can hold no timestamps is refused for null as well.
  const source = schema === null ? null : typeOfSchema(schema)
  if (value === null || value === undefined) return null
  const converted = codec.fromMs(target, codec.toMs(source ?? typeOfValue(value), value))
  return schema === null && typeof converted === 'bigint' ? plainInteger(converted) : converted
}

function convertWhole(codec: TimestampCodec, target: TimestampType): Transform {
  return (before) => {
    const { schema, value } = before
    if (schema === null && value === null) return before
    return {
      schema: schema === null ? null : schemaOfType(target, schema.optional),
      value: convert(codec, target, schema, value),
    }
  }
}

function convertField(codec: TimestampCodec, target: TimestampType, field: string, withDefaults: boolean): Transform {
  const schemas = new LruCache<Schema, StructSchema>(schemaCacheSize)
  const convertStruct = (struct: Struct, updated: StructSchema): Struct => {
    const values = new Map<string, unknown>()
    for (const { name, schema } of struct.schema.fields) {
      const value = fieldOf(struct, name, withDefaults)
      values.set(name, name === field ? convert(codec, target, schema, value) : value)
    }
    return new Struct(updated, values)
  }
  const updatedSchema = (schema: StructSchema): StructSchema => {
    const fields = schema.fields.map(
      ({ name, schema: of }) => [name, name === field ? schemaOfType(target, of.optional) : of] as const,
    )
    const bare = structSchema(fields, { ...kept(schema), optional: schema.optional })
    return schema.default instanceof Struct ? { ...bare, default: convertStruct(schema.default, bare) } : bare
  }
  return (before) => {
    const { schema, value } = before
    if (schema === null) {
      if (value === null) return before
      const map = { ...requireMap(value, purpose) }
      setMember(map, field, convert(codec, target, null, member(map, field)))
      return { schema, value: map }
    }
    const struct = value === null ? null : requireStruct(value, purpose)
    const original = struct?.schema ?? asStruct(schema)
    const updated = schemas.through(original, () => updatedSchema(original))
    return { schema: updated, value: struct === null ? null : convertStruct(struct, updated) }
  }
}
