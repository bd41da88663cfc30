/** How requests get to one node: over kept connections, by a proxy where there is one, signed where that is wanted. */

import { createRequire } from 'node:module'
import { messageOf } from '@penstock/core'
import type * as Undici from 'undici'
import type { Dispatcher } from 'undici'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { awsCredentials, RequestSigner } from './signing.ts'
import { connectOptions } from './tls.ts'

/** What the transport gives for each request. */
interface NodeRequest {
  readonly origin: URL
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer | string | null
  readonly signal: AbortSignal
}

/** What the transport needs of a node’s connections. */
export interface NodeDispatcher {
  request(request: NodeRequest): Promise<unknown>
  close(): Promise<void>
}

/** Loaded with the first connection, like the client. */
const undici = (): typeof Undici => createRequire(import.meta.url)('undici')

/** A day is longer than servers keep a connection without requests. */
const forEverMs = 86_400_000

/** Makes the dispatcher of a node by its URL. Throws ConfigError for stores that can't be read. */
export function dispatchers(config: ElasticsearchSinkConfig): (node: { readonly url: URL }) => NodeDispatcher {
  const { Pool, ProxyAgent } = undici()
  const connect = connectOptions(config)
  const idleMs = config['max.connection.idle.time.ms']
  const keepAliveTimeout = idleMs < 0 ? forEverMs : Math.max(idleMs, 1)
  const options = {
    connections: config['max.in.flight.requests'] + 2,
    keepAliveTimeout,
    keepAliveMaxTimeout: keepAliveTimeout,
    keepAliveTimeoutThreshold: 1000,
    // Each request has its own deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
  }
  const credentials = config['aws.region'] === '' ? null : awsCredentials(config)
  const signer = credentials === null ? null : new RequestSigner(credentials, config)
  const proxied = config['proxy.host'] !== ''
  return ({ url }) => {
    const agent = proxied
      ? new ProxyAgent({
          ...options,
          ...proxyOptions(config),
          proxyTls: { timeout: connect.timeout },
          requestTls: connect,
          // http URLs are asked of the proxy itself: many open tunnels to TLS ports only.
          proxyTunnel: false,
          // Without it connections for http URLs would not know the options above.
          factory: (origin: string | URL, own: object) => new Pool(origin, { ...options, ...own }),
          clientFactory: proxyConnections,
        })
      : new Pool(url.origin, { ...options, connect })
    return {
      async request(request) {
        const signed =
          signer === null
            ? null
            : await signer.sign(
                { method: request.method, url: `${url.origin}${request.path}`, body: request.body ?? null },
                new Date(),
              )
        const headers = signed === null ? request.headers : { ...request.headers, ...signed }
        try {
          // The path has the prefix of the node already.
          return await agent.request({ ...request, method: request.method as 'POST', headers, origin: url.origin })
        } catch (error) {
          // The transport takes what undici calls aborted for our own doing, and drops its text.
          if (/^Proxy /.test(messageOf(error))) throw new Error(messageOf(error))
          throw error
        }
      },
      close: () => agent.destroy(),
    }
  }
}

/**
 * Connections to the proxy, for tunnels. undici connects again, at once and without end, after an error with a socket's
 * code; so a proxy that hangs up instead of opening a tunnel has to fail with another.
 */
function proxyConnections(origin: URL, own: object): Dispatcher {
  const pool = new (undici().Pool)(origin, own)
  const connect = (request: Dispatcher.ConnectOptions) =>
    pool.connect(request).catch((error: unknown) => {
      throw new Error(`Proxy did not open a connection: ${messageOf(error)}`)
    })
  // All that the agent calls.
  return { connect, close: () => pool.close(), destroy: () => pool.destroy() } as unknown as Dispatcher
}

function proxyOptions(config: ElasticsearchSinkConfig): { uri: string; token?: string } {
  const host = config['proxy.host']
  const uri = `http://${host.includes(':') ? `[${host}]` : host}:${config['proxy.port']}`
  const password = config['proxy.password']
  if (config['proxy.username'] === '' || password === null) return { uri }
  const credentials = `${config['proxy.username']}:${password.reveal()}`
  return { uri, token: `Basic ${Buffer.from(credentials).toString('base64')}` }
}
