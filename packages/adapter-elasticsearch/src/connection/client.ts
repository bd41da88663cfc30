/**
 * The one way to the cluster: the transport of Elastic's client, set up in elastic-client.ts for Elasticsearch from 7 on
 * and OpenSearch. It spreads requests over the nodes and avoids those that are down; retrying is ours. Nothing thrown from
 * here holds credentials.
 */
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Client, errors } from '@elastic/elasticsearch'
import { messageOf } from '@penstock/core'
import { type ElasticsearchSinkConfig, shownUrls } from '../config/config.ts'
import { Deadline } from './deadline.ts'
import { createClient } from './elastic-client.ts'
import { explained } from './failure-text.ts'
import { ReadTimeout } from './read-timeout.ts'
import { retryAfterMs } from './retry-after.ts'
import { Sniffer } from './sniffer.ts'

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
  readonly #sniffer: Sniffer | null
  readonly #compression: boolean
  readonly #readTimeout: ReadTimeout
  readonly #closed = new AbortController()
  /** For messages. */
  readonly urls: string

  constructor(config: ElasticsearchSinkConfig) {
    this.#client = createClient(config)
    this.#sniffer = config['connection.sniffing'] ? this.#createSniffer() : null
    this.#compression = config['connection.compression']
    this.#readTimeout = new ReadTimeout(config['read.timeout.ms'])
    this.urls = shownUrls(config)
  }

  /** Sends one request, once. Resolves with any HTTP status; throws UnreachableError when there is no whole answer. */
  async request(request: ElasticsearchRequest, signal: AbortSignal): Promise<Answer> {
    await this.#sniffer?.refresh()
    try {
      const { answer } = await this.#send(request, signal)
      return answer
    } catch (error) {
      this.#sniffer?.failed()
      throw error
    }
  }

  async #send(
    request: ElasticsearchRequest,
    signal: AbortSignal,
  ): Promise<{ readonly answer: Answer; readonly protocol: string }> {
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
      return {
        answer: { status, body: Buffer.concat(chunks), retryAfterMs: retryAfterMs(wait?.toString(), Date.now()) },
        protocol: answer.meta.connection?.url.protocol ?? 'http:',
      }
    } catch (error) {
      if (!deadline.passed) throw new UnreachableError(explained(messageOf(error)))
      this.#readTimeout.timedOut(deadline.ms)
      if (isAbort(error)) this.#judge(error.meta?.meta.connection ?? null, false)
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

  #createSniffer(): Sniffer {
    const pool = this.#client.connectionPool
    const ofConfig = pool.connections.map(({ url }) => asNode(url))
    return new Sniffer({
      ask: async () => {
        const { answer, protocol } = await this.#send({ method: 'GET', path: '/_nodes/http' }, this.#closed.signal)
        if (answer.status >= 300) throw new Error(`GET /_nodes/http was answered with HTTP status ${answer.status}`)
        return { body: answer.body, protocol }
      },
      use: (urls) => pool.update(urls.map(asNode)),
      // What is known is gone, perhaps for good; what was configured is often an address before whichever nodes there are.
      lost: () => {
        // A single one is never called dead.
        if (pool.size > 1 && pool.connections.some(({ status }) => status !== 'dead')) return
        const known = pool.connections.map(({ url }) => asNode(url))
        pool.update([...known, ...ofConfig.filter(({ id }) => known.every((node) => node.id !== id))])
      },
      now: () => performance.now(),
    })
  }

  /** Ends all connections, requests under way included. */
  async close(): Promise<void> {
    this.#closed.abort()
    await this.#client.close()
  }
}

/** Known by its address: its id of the cluster stays when it comes back at another. */
function asNode(url: URL): { id: string; url: URL } {
  return { id: url.href, url }
}

/** By its name: the class itself is the library's, which is loaded with the first connection. */
function isAbort(error: unknown): error is errors.RequestAbortedError {
  return error instanceof Error && error.name === 'RequestAbortedError'
}
