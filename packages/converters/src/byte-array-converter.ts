import { type Converter, configDef, DataError, definePlugin, schema } from '@penstock/core'
import { asHeaderConverter } from './header-form.ts'
import { asBuffer } from './json-text.ts'
import { kindOf } from './value-kind.ts'

const optionalBytes = schema.bytes({ optional: true })

const converter: Converter = {
  toConnectData: (_topic, bytes) => ({ schema: optionalBytes, value: bytes === null ? null : asBuffer(bytes) }),
  fromConnectData: (_topic, valueSchema, value) => {
    if (valueSchema !== null && valueSchema.type !== 'BYTES') {
      throw new DataError('bytes.schema', `Invalid schema type for ByteArrayConverter: ${valueSchema.type}`)
    }
    if (value === null || value === undefined) return null
    if (value instanceof Uint8Array) return asBuffer(value)
    throw new DataError('bytes.value', `ByteArrayConverter takes bytes, not ${kindOf(value)}`)
  },
}

export const byteArrayConverter = definePlugin({
  kind: 'converter',
  name: 'ByteArrayConverter',
  aliases: ['org.apache.kafka.connect.converters.ByteArrayConverter', 'ByteArray'],
  summary: 'Bytes as they are.',
  config: configDef({}),
  create: () => converter,
  createForHeaders: () => asHeaderConverter(converter),
})
