import { configDef, definePlugin, key } from '@penstock/core'

const config = configDef({
  name: key.string({
    importance: 'medium',
    doc: 'Name of the header.',
    check: (name) => (name === '' ? 'String must be non-empty' : undefined),
  }),
})

export const hasHeaderKey = definePlugin({
  kind: 'predicate',
  name: 'HasHeaderKey',
  aliases: ['org.apache.kafka.connect.transforms.predicates.HasHeaderKey'],
  summary: 'True for records with at least one header of a name.',
  config,
  create: ({ name }) => ({ test: (record) => record.headers.some((header) => header.name === name) }),
})
