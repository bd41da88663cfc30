/**
 * The one way to Elasticsearch: @elastic/elasticsearch's transport with plain media types, which 7.17, 8 and 9 all
 * take (its default `compatible-with=9` is refused by 8). It spreads requests over the nodes and avoids those that are
 * down; retrying is ours. Nothing thrown from here holds credentials.
 */
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Client, type ClientOptions } from '@elastic/elasticsearch'
import { messageOf } from '@penstock/core'
import { type ElasticsearchSinkConfig, shownUrls } from './config.ts'
import { parseNodeUrl } from './node-urls.ts'
import { retryAfterMs } from './retry-policy.ts'
import { connectOptions } from './tls.ts'

export interface Answer {
  readonly status: number
  readonly body: Buffer
  /** What Retry-After asks for; 0 when nothing. */
  readonly retryAfterMs: number
}

/** The request got no answer: refused, timed out, cut off. Its cause is told in the message. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

export interface ElasticsearchRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST'
  /** Already percent-encoded. */
  readonly path: string
  readonly query?: string
  readonly body?: Buffer | string
  readonly contentType?: string
}

/** Small gain, much CPU below this. */
const smallestCompressed = 1024
// Speed matters more than the last percent: bulk bodies shrink to a fifth at this level already.
const compress = promisify<Buffer, { level: number }, Buffer>(gzip)

export class ElasticsearchClient {
  readonly #client: Client
  readonly #compression: boolean
  /** For messages. */
  readonly urls: string

  constructor(config: ElasticsearchSinkConfig) {
    this.#client = new Client(clientOptions(config))
    this.#compression = config['connection.compression']
    this.urls = shownUrls(config)
  }

  /** Sends one request, once. Resolves with any HTTP status; throws UnreachableError when there is no whole answer. */
  async request(request: ElasticsearchRequest, signal: AbortSignal): Promise<Answer> {
    const headers: Record<string, string> = { accept: 'application/json' }
    let body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body
    if (body !== undefined) {
      headers['content-type'] = request.contentType ?? 'application/json'
      if (this.#compression && body.length >= smallestCompressed) {
        body = await compress(body, { level: 1 })
        headers['content-encoding'] = 'gzip'
      }
    }
    try {
      const {
        statusCode,
        headers: answered,
        body: stream,
        meta,
      } = await this.#client.transport.request<Readable>(
        {
          method: request.method,
          path: request.path,
          ...(request.query === undefined ? {} : { querystring: request.query }),
          ...(body === undefined ? {} : { body }),
        },
        // As a stream the answer comes with its status and bytes: no exception, no parsing.
        { meta: true, asStream: true, headers, signal, maxRetries: 0 },
      )
      const chunks: Buffer[] = []
      for await (const chunk of stream) chunks.push(chunk as Buffer)
      const status = statusCode ?? 0
      if (meta.connection !== null) {
        if (status === 502 || status === 503 || status === 504) this.#client.connectionPool.markDead(meta.connection)
        else this.#client.connectionPool.markAlive(meta.connection)
      }
      const wait = answered?.['retry-after']
      return { status, body: Buffer.concat(chunks), retryAfterMs: retryAfterMs(wait?.toString(), Date.now()) }
    } catch (error) {
      throw new UnreachableError(describe(error))
    }
  }

  /** Ends all connections, requests under way included. */
  async close(): Promise<void> {
    await this.#client.close()
  }
}

function describe(error: unknown): string {
  if (error instanceof Error && error.name === 'ProductNotSupportedError') {
    return 'the server does not say that it is Elasticsearch (header X-Elastic-Product); OpenSearch is not supported by this sink'
  }
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer within read.timeout.ms'
  return messageOf(error)
}

function clientOptions(config: ElasticsearchSinkConfig): ClientOptions {
  const apiKey = config['connection.api.key']
  const username = config['connection.username']
  const password = config['connection.password']
  const auth = apiKey
    ? { apiKey: apiKey.reveal() }
    : username && password
      ? { username, password: password.reveal() }
      : null
  return {
    nodes: config['connection.url'].map((text) => {
      const { url, auth: own } = parseNodeUrl(text)
      return own === null ? { url } : { url, auth: own }
    }) as NonNullable<ClientOptions['nodes']>,
    ...(auth === null ? {} : { auth }),
    agent: {
      connections: config['max.in.flight.requests'] + 2,
      connect: connectOptions(config),
    } as NonNullable<ClientOptions['agent']>,
    requestTimeout: config['read.timeout.ms'],
    maxRetries: 0,
    enableMetaHeader: false,
  }
}
