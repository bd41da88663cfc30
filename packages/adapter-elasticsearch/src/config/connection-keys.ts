/** Where the cluster is, and who the sink is to it. */
import { key } from '@penstock/core'
import { cloudIdProblem } from '../connection/cloud-id.ts'
import { extraHeadersProblem } from '../connection/extra-headers.ts'
import { urlProblem } from '../connection/node-urls.ts'
import { connector } from './groups.ts'

export const connectionKeys = {
  'connection.url': key.list({
    default: [],
    importance: 'high',
    group: connector,
    width: 'long',
    displayName: 'Connection URLs',
    check: (urls) => urls.map(urlProblem).find((problem) => problem !== undefined),
    doc: 'One or more URLs of nodes, `http://es1:9200,http://es2:9200`. Required, unless there is a `connection.cloud.id`. Requests are spread over them and go to the others while one is down. Without a port it is 80 or 443. A path is kept as a prefix; a user name and password in a URL are used for that node and never shown.',
  }),
  'connection.cloud.id': key.string({
    default: '',
    importance: 'medium',
    group: connector,
    width: 'long',
    displayName: 'Elastic Cloud ID',
    check: cloudIdProblem,
    doc: 'The Cloud ID of an Elastic Cloud deployment, instead of `connection.url`. Penstock only.',
  }),
  flavor: key.oneOf(['auto', 'elasticsearch', 'opensearch'], {
    default: 'auto',
    importance: 'low',
    group: connector,
    displayName: 'Flavor',
    doc: 'What the cluster is. auto asks it; elasticsearch and opensearch refuse the other when a connector is created. Penstock only.',
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
  'connection.bearer.token': key.password({
    default: null,
    importance: 'medium',
    group: connector,
    displayName: 'Bearer Token',
    doc: 'A token (service account, OAuth, JWT) that is sent as `Authorization: Bearer …`. Penstock only.',
  }),
  'connection.headers': key.password({
    default: null,
    importance: 'low',
    group: connector,
    displayName: 'Extra Headers',
    check: extraHeadersProblem,
    doc: 'Headers to send with every request, `Name:value,Other-Name:value`. Kept secret, as values may be. Penstock only.',
  }),
  'connection.sniffing': key.boolean({
    default: false,
    importance: 'low',
    group: connector,
    displayName: 'Sniffing',
    doc: 'Ask the cluster for the addresses of its nodes, at the start, every five minutes and after a failure, and write to those instead of `connection.url`. Only where the addresses that nodes publish can be reached from here: not behind a load balancer, a proxy or a path. Penstock only.',
  }),
} as const
