/** Where documents with given ids are, asked in bounded pieces. */
import { setTimeout as delay } from 'node:timers/promises'
import { ConnectError, type Logger, parseJson, stringifyJson } from '@penstock/core'
import {
  type Answer,
  type ElasticsearchClient,
  type ElasticsearchRequest,
  UnreachableError,
} from '../connection/client.ts'
import { readFailure, reasonOf } from '../connection/error-answer.ts'
import { jsonOf } from '../connection/json-answer.ts'
import { backoffMs } from '../delivery/retry-policy.ts'

export interface Hit {
  readonly index: string
  readonly version: bigint
}

export interface SearchOptions {
  readonly client: Pick<ElasticsearchClient, 'request' | 'urls'>
  readonly maxRetries: number
  readonly backoffMs: number
  readonly maxBackoffMs: number
  readonly logger: Pick<Logger, 'warn'>
  readonly signal: AbortSignal
}

/** Well below what Elasticsearch answers at once (`index.max_result_window`), with room for documents that are there twice. */
const mostHits = 5_000
const mostRefreshed = 1_000

export class DocumentSearch {
  readonly #options: SearchOptions
  /** What was written before it was refreshed can be found. */
  readonly #refreshed = new Set<string>()

  constructor(options: SearchOptions) {
    this.#options = options
  }

  /**
   * The documents with these ids in an index, an alias, a data stream or whatever a pattern names. An index that does not
   * exist holds none, but in a pattern it is an error.
   */
  async find(target: string, ids: readonly string[]): Promise<ReadonlyMap<string, readonly Hit[]>> {
    await this.#refresh(target)
    const hits = new Map<string, Hit[]>()
    await this.#search(target, ids, hits)
    return hits
  }

  async #search(target: string, ids: readonly string[], found: Map<string, Hit[]>): Promise<void> {
    if (ids.length === 0) return
    const size = Math.min(mostHits, ids.length * 3 + 100)
    const answer = await this.#ask(
      {
        method: 'POST',
        path: `/${pathOf(target)}/_search`,
        query: 'allow_partial_search_results=false&filter_path=hits.hits._id,hits.hits._index,hits.hits._version',
        body: stringifyJson({
          size,
          _source: false,
          version: true,
          track_total_hits: false,
          sort: ['_doc'],
          query: { ids: { values: ids } },
        }),
      },
      `looking for documents in ${target}`,
      [404],
    )
    if (answer.status === 404) {
      // Said by something in between, it is no proof that anything is missing.
      const isMissing = readFailure(404, answer.body).type === 'index_not_found_exception'
      if (isMissing && !isPattern(target)) return
      throw this.#refused(`looking for documents in ${target}`, answer)
    }
    const hits = hitsOf(answer.body)
    if (hits === null) throw this.#refused(`looking for documents in ${target}`, answer)
    // There may be more than fit: half of the ids at a time then.
    if (hits.length >= size && ids.length > 1) {
      const half = Math.ceil(ids.length / 2)
      await this.#search(target, ids.slice(0, half), found)
      await this.#search(target, ids.slice(half), found)
      return
    }
    for (const { id, ...hit } of hits) {
      const others = found.get(id)
      if (others === undefined) found.set(id, [hit])
      else others.push(hit)
    }
  }

  /** Documents are found by a search only after a refresh, which an index may do rarely or never. */
  async #refresh(target: string): Promise<void> {
    if (this.#refreshed.has(target)) return
    const request = { method: 'POST', path: `/${pathOf(target)}/_refresh` } as const
    const answer = await this.#ask(request, `refreshing ${target}`, [401, 403, 404])
    const isDenied = answer.status === 401 || answer.status === 403
    const isPage = answer.status === 404 ? readFailure(404, answer.body).type === '' : answerOf(answer.body) === null
    if (isPage && !isDenied) throw this.#refused(`refreshing ${target}`, answer)
    if (isDenied) {
      this.#options.logger.warn(
        `${target} may not be refreshed by this user (privilege "maintenance"): what was written since its last refresh counts as missing`,
        { reason: reasonOf(answer.body) },
      )
    }
    if (this.#refreshed.size >= mostRefreshed) this.#refreshed.clear()
    this.#refreshed.add(target)
  }

  async #ask(request: ElasticsearchRequest, what: string, accepted: readonly number[]): Promise<Answer> {
    const { client, maxRetries, signal } = this.#options
    for (let attempt = 1; ; attempt++) {
      let failure: ConnectError
      let wait = 0
      try {
        const answer = await client.request(request, signal)
        if (answer.status < 300 || accepted.includes(answer.status)) return answer
        failure = this.#refused(what, answer)
        wait = answer.retryAfterMs
        if (answer.status !== 429 && answer.status < 500) throw failure
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error
        failure = new ConnectError('elasticsearch.unreachable', `${what} at ${client.urls} failed: ${error.message}`)
      }
      if (attempt > maxRetries || signal.aborted) throw failure
      await delay(backoffMs(attempt, this.#options, wait), undefined, { signal })
    }
  }

  #refused(what: string, { status, body }: Answer): ConnectError {
    const needs =
      status === 401 || status === 403 ? '. To look for documents the user needs the privilege "read" on the index' : ''
    return new ConnectError(
      'elasticsearch.search',
      `${what} at ${this.#options.client.urls} failed: HTTP status ${status}: ${reasonOf(body)}${needs}`,
    )
  }
}

/** Null where it is no answer to a search. */
function hitsOf(body: Buffer): { id: string; index: string; version: bigint }[] | null {
  const { hits } = answerOf(body) ?? {}
  if (hits === undefined && body.toString().trim() !== '{}') return null
  return (hits?.hits ?? []).map(({ _id, _index, _version = 0 }) => ({
    id: _id,
    index: _index,
    version: BigInt(_version),
  }))
}

interface SearchAnswer {
  readonly hits?: { readonly hits?: readonly { _id: string; _index: string; _version?: number | bigint }[] }
}

function answerOf(body: Buffer): SearchAnswer | null {
  return jsonOf(body, parseJson) as SearchAnswer | null
}

function isPattern(target: string): boolean {
  return /[*,]/.test(target)
}

/** Commas and asterisks keep their meaning. */
function pathOf(target: string): string {
  return encodeURIComponent(target).replaceAll('%2C', ',')
}
