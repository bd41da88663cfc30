/** Makes sure that an index is there before the first document goes to it, and has a mapping where we make one. */
import { ConnectError, RetriableError, stringifyJson } from '@penstock/core'
import {
  type Answer,
  type ElasticsearchClient,
  type ElasticsearchRequest,
  UnreachableError,
} from '../connection/client.ts'
import { readFailure, reasonOf } from '../delivery/bulk-response.ts'
import { mayPass } from '../delivery/verdict.ts'
import type { Mapping } from './mapping.ts'

export class Indices {
  readonly #client: Pick<ElasticsearchClient, 'request' | 'urls'>
  readonly #signal: AbortSignal
  readonly #existing = new Set<string>()
  readonly #mapped = new Set<string>()

  constructor(client: Pick<ElasticsearchClient, 'request' | 'urls'>, signal: AbortSignal) {
    this.#client = client
    this.#signal = signal
  }

  has(index: string): boolean {
    return this.#existing.has(index)
  }

  isMapped(index: string): boolean {
    return this.#mapped.has(index)
  }

  /** Creates the index unless it (or an alias or data stream of the name) is there. */
  async ensureExists(index: string): Promise<void> {
    if (this.#existing.has(index)) return
    const path = `/${encodeURIComponent(index)}`
    const head = await this.#ask({ method: 'HEAD', path }, `looking for index ${index}`, [404])
    if (head.status === 404) {
      const answer = await this.#ask({ method: 'PUT', path }, `creating index ${index}`, [400])
      // Another task may have been faster.
      if (answer.status === 400 && !answer.body.includes('resource_already_exists_exception')) {
        throw refused(`creating index ${index}`, answer, this.#client.urls)
      }
    }
    this.#existing.add(index)
  }

  /** Puts a mapping, unless the index has one already: that of an index template stays as it is. */
  async ensureMapping(index: string, mapping: Mapping): Promise<void> {
    if (this.#mapped.has(index)) return
    const path = `/${encodeURIComponent(index)}/_mapping`
    const answer = await this.#ask({ method: 'GET', path }, `reading the mapping of ${index}`, [404])
    if (answer.status === 404 || !hasMapping(answer.body)) {
      await this.#ask({ method: 'PUT', path, body: stringifyJson(mapping) }, `putting the mapping of ${index}`, [])
    }
    this.#mapped.add(index)
  }

  async #ask(request: ElasticsearchRequest, what: string, accepted: readonly number[]): Promise<Answer> {
    let answer: Answer
    try {
      answer = await this.#client.request(request, this.#signal)
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
      throw new RetriableError('elasticsearch.unreachable', `${what} at ${this.#client.urls} failed: ${error.message}`)
    }
    if (answer.status < 300 || accepted.includes(answer.status)) return answer
    throw refused(what, answer, this.#client.urls)
  }
}

function refused(what: string, answer: Answer, urls: string): ConnectError {
  const message = `${what} at ${urls} failed: HTTP status ${answer.status}: ${reasonOf(answer.body)}`
  if (mayPass(readFailure(answer.status, answer.body))) return new RetriableError('elasticsearch.unavailable', message)
  return new ConnectError('elasticsearch.index_setup', message)
}

function hasMapping(body: Buffer): boolean {
  const byIndex = JSON.parse(body.toString()) as Record<string, { mappings?: Record<string, unknown> }>
  return Object.values(byIndex).some(({ mappings }) => Object.keys(mappings ?? {}).length > 0)
}
