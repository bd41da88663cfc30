/** Elastic's transport, set up by a configuration: nodes, credentials, headers. */
import { Transport, UndiciConnection, WeightedConnectionPool } from '@elastic/transport'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { cloudUrl } from './cloud-id.ts'
import { dispatchers } from './dispatcher.ts'
import { extraHeaders } from './extra-headers.ts'
import { parseNodeUrl } from './node-urls.ts'

type Auth = NonNullable<WeightedConnectionPool['auth']>

/** The URLs to write to, with user-info. */
export function nodeUrls(config: Pick<ElasticsearchSinkConfig, 'connection.url' | 'connection.cloud.id'>): string[] {
  const cloudId = config['connection.cloud.id']
  return cloudId === '' ? [...config['connection.url']] : [cloudUrl(cloudId)]
}

/** Throws ConfigError for certificates and keys that can't be had. */
export function createTransport(config: ElasticsearchSinkConfig): Transport {
  const pool = new WeightedConnectionPool({ Connection: UndiciConnection, agent: dispatchers(config) })
  const auth = credentials(config)
  const nodes = nodeUrls(config).map(parseNodeUrl)
  const seen = new Set<string>()
  pool.addConnection(
    nodes
      .filter(({ url }) => !seen.has(url.href) && seen.add(url.href))
      .map(({ url, auth: own }) => ({
        url,
        ...(auth === null && own === null ? {} : { auth: auth ?? (own as Auth) }),
      })),
  )
  // For nodes that the cluster tells of, whose URLs hold no user.
  const common = auth ?? nodes[0]?.auth
  if (common) pool.auth = common
  return new Transport({
    connectionPool: pool,
    headers: { 'user-agent': 'penstock', ...extraHeaders(config['connection.headers']) },
    maxRetries: 0,
    enableMetaHeader: false,
    openTelemetry: { enabled: false },
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
