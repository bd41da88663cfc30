/** Elastic's client, set up by a configuration: nodes, credentials, headers. */
import { createRequire } from 'node:module'
import type * as Elasticsearch from '@elastic/elasticsearch'
import type { Client, ClientOptions } from '@elastic/elasticsearch'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { cloudUrl } from './cloud-id.ts'
import { dispatchers } from './dispatcher.ts'
import { extraHeaders } from './extra-headers.ts'
import { parseNodeUrl } from './node-urls.ts'

type Auth = NonNullable<ClientOptions['auth']>

/** The URLs to write to, with user-info. */
export function nodeUrls(config: Pick<ElasticsearchSinkConfig, 'connection.url' | 'connection.cloud.id'>): string[] {
  const cloudId = config['connection.cloud.id']
  return cloudId === '' ? [...config['connection.url']] : [cloudUrl(cloudId)]
}

/** Loaded with the first connection: it takes 40 MB, which executors without this sink do without. */
const library = (): typeof Elasticsearch => createRequire(import.meta.url)('@elastic/elasticsearch')

/**
 * Without the check of the product, which Elasticsearch before 7.14 and OpenSearch fail, and with plain media types
 * instead of `compatible-with=9`, which others than version 8 and 9 refuse.
 */
function plainTransport(): typeof Elasticsearch.Transport {
  return class extends library().Transport {
    constructor({ productCheck: _product, vendoredHeaders: _headers, ...options }: TransportOptions) {
      super({ ...options, openTelemetry: { enabled: false } })
    }
  }
}
type TransportOptions = ConstructorParameters<typeof Elasticsearch.Transport>[0]

/** Throws ConfigError for certificates and keys that can't be had. */
export function createClient(config: ElasticsearchSinkConfig): Client {
  const { Client } = library()
  const auth = credentials(config)
  const nodes = nodeUrls(config).map(parseNodeUrl)
  // Nodes that the cluster tells of have URLs without a user; they are of one cluster, and get the first one's.
  const common = auth ?? (config['connection.sniffing'] ? nodes[0]?.auth : null)
  const headers = { 'user-agent': 'penstock', ...extraHeaders(config['connection.headers']) }
  const seen = new Set<string>()
  return new Client({
    nodes: nodes
      .filter(({ url }) => !seen.has(url.href) && seen.add(url.href))
      .map(({ url, auth: own }) => ({
        url,
        // A copy for each: the library writes the credentials of a node into them.
        headers: { ...headers },
        ...(auth === null && own === null ? {} : { auth: auth ?? (own as Auth) }),
      })) as NonNullable<ClientOptions['nodes']>,
    ...(common ? { auth: common } : {}),
    agent: dispatchers(config) as NonNullable<ClientOptions['agent']>,
    Transport: plainTransport(),
    headers,
    maxRetries: 0,
    enableMetaHeader: false,
    // Its errors never leave client.ts as they are, and redacting one walks a bulk body byte by byte for seconds.
    redaction: { type: 'off' },
  })
}

/** What every node is given; null where requests are signed, or carry no credentials but those of URLs. */
function credentials(config: ElasticsearchSinkConfig): Auth | null {
  const apiKey = config['connection.api.key']?.reveal()
  if (apiKey) return { apiKey }
  const bearer = config['connection.bearer.token']?.reveal()
  if (bearer) return { bearer }
  const username = config['connection.username']
  const password = config['connection.password']
  return username && password ? { username, password: password.reveal() } : null
}
