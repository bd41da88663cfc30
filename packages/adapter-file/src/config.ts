/** The keys of both connectors: names, order and defaults are Kafka Connect's. @module */
import { type ConfigOf, configDef, key } from '@penstock/core'

export const sourceConfig = configDef({
  file: key.string({
    default: null,
    importance: 'high',
    doc: 'The file to read; a relative path starts at the folder the worker was started in. Without it the standard input is read, whose position is not kept.',
  }),
  topic: key.string({
    importance: 'high',
    doc: 'The topic that gets one record for each line.',
    check: (topic) => (topic === '' ? 'String must be non-empty' : undefined),
  }),
  'batch.size': key.int({
    default: 2000,
    importance: 'low',
    doc: 'Most lines handed over at once. Less than 1 counts as 1.',
  }),
})
export type FileSourceConfig = ConfigOf<typeof sourceConfig>

export const sinkConfig = configDef({
  file: key.string({
    default: null,
    importance: 'high',
    doc: 'The file to append to; it is made when it is missing, its folder is not. A relative path starts at the folder the worker was started in. Without it the standard output is written.',
  }),
})
export type FileSinkConfig = ConfigOf<typeof sinkConfig>
