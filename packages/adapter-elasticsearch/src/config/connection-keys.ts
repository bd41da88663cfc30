/** Where the cluster is and how to reach it. */
import { key } from '@penstock/core'
import { urlProblem } from '../connection/node-urls.ts'
import { connector, weekMs } from './groups.ts'

export const connectionKeys = {
  'connection.url': key.list({
    importance: 'high',
    group: connector,
    width: 'long',
    displayName: 'Connection URLs',
    check: (urls) =>
      urls.length === 0 ? 'at least one URL is needed' : urls.map(urlProblem).find((problem) => problem !== undefined),
    doc: 'One or more URLs of Elasticsearch nodes, `http://es1:9200,http://es2:9200`. Requests are spread over them and go to the others while one is down. A path is kept as a prefix; a user name and password in a URL are used for that node and never shown.',
  }),
  'connection.username': key.string({
    default: null,
    importance: 'medium',
    group: connector,
    displayName: 'Connection Username',
    doc: 'User for basic authentication; needs `connection.password`.',
  }),
  'connection.password': key.password({
    default: null,
    importance: 'medium',
    group: connector,
    displayName: 'Connection Password',
    doc: 'Password for basic authentication; needs `connection.username`.',
  }),
  'connection.api.key': key.password({
    default: null,
    importance: 'medium',
    group: connector,
    displayName: 'API Key',
    doc: 'An Elasticsearch API key in its encoded form (base64 of `id:key`), instead of user and password. Penstock only.',
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
  'connection.compression': key.boolean({
    default: false,
    importance: 'low',
    group: connector,
    displayName: 'Compression',
    doc: 'Compress request bodies with gzip: less network, more CPU.',
  }),
} as const
