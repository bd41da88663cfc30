import { configDef, definePlugin, key } from '@penstock/core'
import { notEmpty } from './common-keys.ts'

const config = configDef({
  headers: key.list({ importance: 'high', doc: 'Names of the headers to drop.', check: notEmpty }),
})

export const dropHeaders = definePlugin({
  kind: 'transformation',
  name: 'DropHeaders',
  aliases: ['org.apache.kafka.connect.transforms.DropHeaders'],
  summary: 'Drops all headers of some names.',
  config,
  create: (options) => {
    const dropped = new Set(options.headers)
    return {
      apply(record) {
        const headers = record.headers.filter(({ name }) => !dropped.has(name))
        return headers.length === record.headers.length ? record : record.with({ headers })
      },
    }
  },
})
