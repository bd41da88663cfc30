/**
 * The one way to Elasticsearch: @elastic/elasticsearch's transport with plain media types, which 7.17, 8 and 9 all
 * take (its default `compatible-with=9` is refused by 8). It spreads requests over the nodes and avoids those that are
 * down; retrying is ours. Nothing thrown from here holds credentials.
 */
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Client, type ClientOptions, errors } from '@elastic/elasticsearch'
import { messageOf } from '@penstock/core'
import { type ElasticsearchSinkConfig, shownUrls } from '../config/config.ts'
import { retryAfterMs } from '../delivery/retry-policy.ts'
import { Deadline } from './deadline.ts'
import { parseNodeUrl } from './node-urls.ts'
import { ReadTimeout } from './read-timeout.ts'
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
  /** It went out, but `read.timeout.ms` was over before the answer came. */
  readonly timedOut: boolean

  constructor(message: string, { timedOut = false } = {}) {
    super(message)
    this.timedOut = timedOut
  }
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
  readonly #readTimeout: ReadTimeout
  /** For messages. */
  readonly urls: string

  constructor(config: ElasticsearchSinkConfig) {
    this.#client = new Client(clientOptions(config))
    this.#compression = config['connection.compression']
    this.#readTimeout = new ReadTimeout(config['read.timeout.ms'])
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
    const deadline = new Deadline(this.#readTimeout.ms, signal)
    const started = performance.now()
    try {
      const answer = await this.#client.transport.request<Readable>(
        {
          method: request.method,
          path: request.path,
          ...(request.query === undefined ? {} : { querystring: request.query }),
          ...(body === undefined ? {} : { body }),
        },
        // As a stream the answer comes with its status and bytes: no exception, no parsing.
        { meta: true, asStream: true, headers, signal: deadline.signal, maxRetries: 0 },
      )
      const chunks: Buffer[] = []
      for await (const chunk of answer.body) chunks.push(chunk as Buffer)
      this.#readTimeout.answered(performance.now() - started)
      const status = answer.statusCode ?? 0
      this.#judge(answer.meta.connection, status !== 502 && status !== 503 && status !== 504)
      const wait = answer.headers?.['retry-after']
      return { status, body: Buffer.concat(chunks), retryAfterMs: retryAfterMs(wait?.toString(), Date.now()) }
    } catch (error) {
      if (!deadline.passed) throw new UnreachableError(describe(error))
      this.#readTimeout.timedOut(deadline.ms)
      if (error instanceof errors.RequestAbortedError) this.#judge(error.meta?.meta.connection ?? null, false)
      throw new UnreachableError(`no answer within ${deadline.ms} ms (read.timeout.ms)`, { timedOut: true })
    } finally {
      deadline.end()
    }
  }

  /** Tells the pool which node to prefer or avoid. Errors hold copies of a node, so it is looked up. */
  #judge(node: { readonly id: string } | null, alive: boolean): void {
    const pool = this.#client.connectionPool
    const known = pool.connections.find(({ id }) => id === node?.id)
    if (known === undefined) return
    if (alive) pool.markAlive(known)
    else pool.markDead(known)
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
      // Each request has its own deadline.
      headersTimeout: 0,
      bodyTimeout: 0,
    } as NonNullable<ClientOptions['agent']>,
    maxRetries: 0,
    enableMetaHeader: false,
    // Its errors never leave this file as they are, and redacting one walks a bulk body byte by byte for seconds.
    redaction: { type: 'off' },
  }
}
