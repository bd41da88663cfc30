import { configDef, definePlugin } from '@penstock/core'

export const filter = definePlugin({
  kind: 'transformation',
  name: 'Filter',
  aliases: ['org.apache.kafka.connect.transforms.Filter'],
  summary: 'Drops every record; use it with a predicate.',
  config: configDef({}),
  create: () => ({ apply: () => null }),
})
