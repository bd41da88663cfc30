/** A converter: `number=1;text=ABC` as bytes, flat records of texts as values. @module */
import { type Converter, configDef, DataError, definePlugin, key, Struct } from '@penstock/core'

const config = configDef({
  separator: key.string({
    default: ';',
    importance: 'medium',
    doc: 'What stands between the members.',
    check: (separator) => (separator === '' || separator === '=' ? 'Value must be neither empty nor =' : undefined),
  }),
})

function converterOf(separator: string): Converter {
  return {
    toConnectData(_topic, bytes) {
      if (bytes === null) return { schema: null, value: null }
      const members = Buffer.from(bytes).toString().split(separator).filter(Boolean)
      return { schema: null, value: Object.fromEntries(members.map((member) => parsed(member))) }
    },
    fromConnectData(_topic, _schema, value) {
      if (value === null || value === undefined) return null
      const text = membersOf(value)
        .filter(([, member]) => member !== null)
        .map(([name, member]) => `${name}=${member}`)
        .join(separator)
      return Buffer.from(text)
    },
  }
}

function parsed(member: string): [string, string] {
  const at = member.indexOf('=')
  if (at < 0) throw new DataError('key_value.no_value', `${JSON.stringify(member)} has no =`)
  return [member.slice(0, at), member.slice(at + 1)]
}

function membersOf(value: unknown): [string, unknown][] {
  if (value instanceof Struct) return value.schema.fields.map(({ name }) => [name, value.get(name)])
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return Object.entries(value)
  throw new DataError('key_value.no_fields', 'only values with fields can be written as key=value')
}

export const keyValueConverter = definePlugin({
  kind: 'converter',
  name: 'KeyValueConverter',
  aliases: ['com.example.KeyValueConverter'],
  summary: 'Flat records as key=value;key=value.',
  config,
  create: (options) => converterOf(options.separator),
})
