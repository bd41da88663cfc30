import { type Converter, configDef, definePlugin, javaText, key, schema } from '@penstock/core'
import { type Charset, charsetOf, charsets } from './charset.ts'
import { asHeaderConverter } from './header-form.ts'
import { guardDepth } from './json-text.ts'

const config = configDef({
  'converter.encoding': key.string({
    default: 'UTF-8',
    importance: 'high',
    width: 'medium',
    displayName: 'Encoding',
    doc: `The charset of the bytes: ${charsets.join(', ')}.`,
    recommended: charsets,
    check: (name) => (charsetOf(name) === undefined ? `Value must be one of: ${charsets.join(', ')}` : undefined),
  }),
})

export const stringConverter = definePlugin({
  kind: 'converter',
  name: 'StringConverter',
  aliases: ['org.apache.kafka.connect.storage.StringConverter', 'String'],
  summary: 'Text. Values other than strings are written as Java prints them.',
  config,
  create: (options) => converterOf(charsetOf(options['converter.encoding']) as Charset),
  createForHeaders: (options) => asHeaderConverter(converterOf(charsetOf(options['converter.encoding']) as Charset)),
})

const optionalString = schema.string({ optional: true })

function converterOf(charset: Charset): Converter {
  return {
    toConnectData: (_topic, bytes) =>
      bytes === null
        ? { schema: optionalString, value: null }
        : { schema: optionalString, value: charset.decode(bytes) },
    fromConnectData: (_topic, valueSchema, value) =>
      value === null || value === undefined ? null : charset.encode(guardDepth(() => javaText(valueSchema, value))),
  }
}
