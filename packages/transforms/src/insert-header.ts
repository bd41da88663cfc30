import { configDef, definePlugin, type Header, key, parseHeader } from '@penstock/core'

const config = configDef({
  header: key.string({ importance: 'high', doc: 'Name of the header to add.' }),
  'value.literal': key.string({
    importance: 'high',
    doc: 'Value of the header. Its type is taken from its look, as by SimpleHeaderConverter: 12 is a number, [1,2] an array, a text without such a look a string.',
  }),
})

export const insertHeader = definePlugin({
  kind: 'transformation',
  name: 'InsertHeader',
  aliases: ['org.apache.kafka.connect.transforms.InsertHeader'],
  summary: 'Adds a header with a fixed value, even if there is one of that name.',
  config,
  create: (options) => {
    const header: Header = { name: options.header, ...parseHeader(options['value.literal']) }
    return { apply: (record) => record.with({ headers: [...record.headers, header] }) }
  },
})
