/** Converters of single big-endian numbers and of booleans: the formats of Kafka's own serializers. @module */
import { type Converter, configDef, DataError, definePlugin, type PrimitiveType, schema } from '@penstock/core'
import { asHeaderConverter } from './header-form.ts'
import { asBuffer } from './json-text.ts'
import { kindOf } from './value-kind.ts'

interface Format {
  /** `Integer` of IntegerConverter. */
  readonly name: string
  readonly type: PrimitiveType
  readonly size: number
  /** Undefined for bytes that say no such value. */
  read(bytes: Buffer): unknown
  /** Undefined when the value is of another type or out of range. */
  write(value: unknown): Buffer | undefined
}

export const booleanConverter = pluginOf({
  name: 'Boolean',
  type: 'BOOLEAN',
  size: 1,
  read: (bytes) => (bytes[0] === 1 ? true : bytes[0] === 0 ? false : undefined),
  write: (value) => (typeof value === 'boolean' ? Buffer.from([value ? 1 : 0]) : undefined),
})

export const shortConverter = pluginOf({
  name: 'Short',
  type: 'INT16',
  size: 2,
  read: (bytes) => bytes.readInt16BE(),
  write: (value) => (isInteger(value, 16) ? written(2, (bytes) => bytes.writeInt16BE(value)) : undefined),
})

export const integerConverter = pluginOf({
  name: 'Integer',
  type: 'INT32',
  size: 4,
  read: (bytes) => bytes.readInt32BE(),
  write: (value) => (isInteger(value, 32) ? written(4, (bytes) => bytes.writeInt32BE(value)) : undefined),
})

export const longConverter = pluginOf({
  name: 'Long',
  type: 'INT64',
  size: 8,
  read: (bytes) => bytes.readBigInt64BE(),
  write: (value) => {
    // Schemaless integers are numbers where those are exact.
    const long = typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : undefined
    if (long === undefined || BigInt.asIntN(64, long) !== long) return undefined
    return written(8, (bytes) => bytes.writeBigInt64BE(long))
  },
})

export const floatConverter = pluginOf({
  name: 'Float',
  type: 'FLOAT32',
  size: 4,
  read: (bytes) => bytes.readFloatBE(),
  write: (value) => (typeof value === 'number' ? written(4, (bytes) => bytes.writeFloatBE(value)) : undefined),
})

export const doubleConverter = pluginOf({
  name: 'Double',
  type: 'FLOAT64',
  size: 8,
  read: (bytes) => bytes.readDoubleBE(),
  write: (value) => (typeof value === 'number' ? written(8, (bytes) => bytes.writeDoubleBE(value)) : undefined),
})

function pluginOf(format: Format) {
  const converter = converterOf(format)
  return definePlugin({
    kind: 'converter',
    name: `${format.name}Converter`,
    aliases: [`org.apache.kafka.connect.converters.${format.name}Converter`, format.name],
    summary: `${format.type} values in ${format.size} ${format.size === 1 ? 'byte' : 'bytes, big-endian'}.`,
    config: configDef({}),
    create: () => converter,
    createForHeaders: () => asHeaderConverter(converter),
  })
}

function converterOf({ name, type, size, read, write }: Format): Converter {
  const optional = schema.primitive(type, { optional: true })
  const kind = name.toLowerCase()
  return {
    toConnectData: (_topic, bytes) => {
      if (bytes === null) return { schema: optional, value: null }
      const value = bytes.length === size ? read(asBuffer(bytes)) : undefined
      if (value === undefined) {
        const wrong = bytes.length === size ? 'neither 0 nor 1' : `${bytes.length} bytes long, not ${size}`
        throw new DataError('number.malformed', `Failed to deserialize ${kind}: it is ${wrong}`)
      }
      return { schema: optional, value }
    },
    fromConnectData: (_topic, valueSchema, value) => {
      if (value === null || value === undefined) return null
      const bytes = valueSchema === null || valueSchema.type === type ? write(value) : undefined
      if (bytes === undefined) {
        throw new DataError(
          'number.value',
          `Failed to serialize to ${kind} (was ${valueSchema?.type ?? kindOf(value)})`,
        )
      }
      return bytes
    },
  }
}

function isInteger(value: unknown, bits: number): value is number {
  return Number.isInteger(value) && BigInt.asIntN(bits, BigInt(value as number)) === BigInt(value as number)
}

function written(size: number, write: (bytes: Buffer) => unknown): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  write(bytes)
  return bytes
}
