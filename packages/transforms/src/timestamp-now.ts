import { ConfigError, configDef, definePlugin, key, messageOf, type RecordChanges } from '@penstock/core'
import { caseSensitive } from './common-keys.ts'
import { plainInteger } from './java-numbers.ts'
import { forKeyAndValue, read } from './side.ts'
import {
  schemaOfType,
  type TimestampCodec,
  timestampCodec,
  type UnixPrecision,
  unixPrecisions,
} from './timestamp-types.ts'
import { fieldSetter } from './with-field.ts'

const types = ['Timestamp', 'unix', 'string'] as const

const config = configDef({
  field: key.string({
    default: '',
    importance: 'high',
    doc: 'Field for the current time; one of that name is replaced. Empty puts it in no field.',
  }),
  'record.timestamp': key.boolean({
    default: false,
    importance: 'high',
    doc: "Whether the current time becomes the record's timestamp.",
  }),
  'target.type': key.string({
    default: 'Timestamp',
    importance: 'medium',
    doc: 'What the field holds: a Timestamp (without a schema: epoch milliseconds), a number (unix) or a text (string).',
    recommended: types,
    check: caseSensitive(types),
  }),
  format: key.string({
    default: "yyyy-MM-dd'T'HH:mm:ss.SSSX",
    importance: 'medium',
    doc: "Pattern of Java's SimpleDateFormat for texts, in UTC.",
  }),
  'unix.precision': key.string({
    default: 'milliseconds',
    importance: 'low',
    doc: `What numbers count since 1970: ${unixPrecisions.join(', ')}.`,
    recommended: unixPrecisions,
    check: caseSensitive(unixPrecisions),
  }),
})

export const timestampNow = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `TimestampNow$${side}`,
    aliases: [`io.penstock.transforms.TimestampNow$${side}`],
    summary: `Puts the current time into a field of the ${side.toLowerCase()}, or makes it the record's timestamp.`,
    config,
    create: (options, { clock }) => {
      const { field, 'record.timestamp': asTimestamp } = options
      if (field === '' && !asTimestamp) {
        throw new ConfigError([
          { key: 'field', message: 'there is nothing to do: set field, or record.timestamp to true' },
        ])
      }
      const type = options['target.type'] as (typeof types)[number]
      const codec = codecOf(options.format, options['unix.precision'] as UnixPrecision, clock.now())
      const schema = schemaOfType(type, false)
      const setField = fieldSetter(field, 'inserting the current time')
      return {
        apply(record) {
          const ms = clock.now()
          const timestamp: RecordChanges = asTimestamp ? { timestamp: ms } : {}
          if (field === '') return record.with(timestamp)
          const before = read(record, side)
          if (before.value === null) return asTimestamp ? record.with(timestamp) : record
          const typed = codec.fromMs(type, BigInt(ms))
          const value = before.schema !== null ? typed : typed instanceof Date ? ms : plainOf(typed)
          const after = setField(before, { schema, value })
          return record.with({ ...timestamp, ...(side === 'Key' ? { key: after } : { value: after }) })
        },
      }
    },
  }),
)

function plainOf(value: unknown): unknown {
  return typeof value === 'bigint' ? plainInteger(value) : value
}

function codecOf(format: string, precision: UnixPrecision, now: number): TimestampCodec {
  try {
    return timestampCodec(format, precision, now)
  } catch (error) {
    throw new ConfigError([
      { key: 'format', message: `Invalid value ${format} for configuration format: ${messageOf(error)}` },
    ])
  }
}
