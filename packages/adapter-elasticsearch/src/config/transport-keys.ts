/** How requests get to the cluster, and how long that may take. */
import { key } from '@penstock/core'
import { connector, dayMs, weekMs } from './groups.ts'

export const transportKeys = {
  'connection.compression': key.boolean({
    default: false,
    importance: 'low',
    group: connector,
    displayName: 'Compression',
    doc: 'Compress request bodies with gzip: less network, more CPU.',
  }),
  'max.connection.idle.time.ms': key.int({
    default: 60_000,
    min: -1,
    max: dayMs,
    importance: 'low',
    group: connector,
    displayName: 'Max Connection Idle Time',
    doc: 'How long a connection without requests is kept. -1 keeps it until the server closes it.',
  }),
  'connection.timeout.ms': key.int({
    default: 1000,
    min: 0,
    max: 43_200_000,
    importance: 'low',
    group: connector,
    displayName: 'Connection Timeout',
    doc: 'How long opening a connection, TLS included, may take. 0 waits for ever.',
  }),
  'read.timeout.ms': key.int({
    default: 3000,
    min: 0,
    max: weekMs,
    importance: 'low',
    group: connector,
    displayName: 'Read Timeout',
    doc: 'How long Elasticsearch may take for a request before it is sent again. Each timeout doubles it, up to ten times, until an answer comes quickly. 0 waits for ever.',
  }),
} as const
