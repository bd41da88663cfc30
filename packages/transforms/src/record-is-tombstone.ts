import { configDef, definePlugin } from '@penstock/core'

export const recordIsTombstone = definePlugin({
  kind: 'predicate',
  name: 'RecordIsTombstone',
  aliases: ['org.apache.kafka.connect.transforms.predicates.RecordIsTombstone'],
  summary: 'True for records whose value is null.',
  config: configDef({}),
  create: () => ({ test: (record) => record.value.value === null }),
})
