import { configDef, definePlugin, type HeaderConverter, headerText, nothing, parseHeader, schema } from '@penstock/core'
import { asBuffer, guardDepth } from './json-text.ts'

const converter: HeaderConverter = {
  toConnectHeader: (_topic, _name, bytes) => {
    if (bytes === null) return nothing
    try {
      return parseHeader(asBuffer(bytes).toString('utf8'))
    } catch (error) {
      // A header is never a reason to lose a record: what can't be understood is passed on as bytes.
      if (error instanceof RangeError) return { schema: schema.bytes(), value: asBuffer(bytes) }
      throw error
    }
  },
  fromConnectHeader: (_topic, _name, valueSchema, value) =>
    value === null || value === undefined ? null : Buffer.from(guardDepth(() => headerText(valueSchema, value))),
}

export const simpleHeaderConverter = definePlugin({
  kind: 'header_converter',
  name: 'SimpleHeaderConverter',
  aliases: ['org.apache.kafka.connect.storage.SimpleHeaderConverter', 'Simple'],
  summary: 'Header values as text; reading takes the type from the look of the text.',
  config: configDef({}),
  create: () => converter,
})
