/** The requests by which indices, aliases, data streams and their mappings are looked up, made and extended. */
import { ConnectError, RetriableError, stringifyJson } from '@penstock/core'
import {
  type Answer,
  type ElasticsearchClient,
  type ElasticsearchRequest,
  UnreachableError,
} from '../connection/client.ts'
import { readFailure, reasonOf } from '../connection/error-answer.ts'
import { jsonOf } from '../connection/json-answer.ts'
import { asksForPatience, mayPass } from '../delivery/verdict.ts'
import type { Mapping } from './mapping.ts'

/** What a name stands for on the server. */
export interface Found {
  readonly kind: 'index' | 'alias' | 'data stream'
  /** The index that documents written to the name go to; null when Elasticsearch would not know either. */
  readonly writeIndex: string | null
  /** Tells the write index from a later one of its name. */
  readonly uuid: string | null
}

export type RequestClient = Pick<ElasticsearchClient, 'request' | 'urls'>

interface FoundIndex {
  readonly aliases?: Readonly<Record<string, { readonly is_write_index?: boolean }>>
  readonly data_stream?: string
  readonly settings?: { readonly index?: { readonly uuid?: string } }
}

export class IndexRequests {
  readonly #client: RequestClient
  readonly #signal: AbortSignal

  constructor(client: RequestClient, signal: AbortSignal) {
    this.#client = client
    this.#signal = signal
  }

  /** Null when there is nothing of the name. */
  async find(name: string): Promise<Found | null> {
    const path = `/${encodeURIComponent(name)}`
    const query = 'filter_path=*.aliases,*.data_stream,*.settings.index.uuid'
    const answer = await this.#ask({ method: 'GET', path, query }, `looking for ${name}`, [404])
    if (answer.status === 404) {
      const { type } = readFailure(404, answer.body)
      if (type === '') throw this.#refused(`looking for ${name}`, answer)
      return null
    }
    return foundAs(name, this.#byIndex<FoundIndex>(answer, `looking for ${name}`))
  }

  /** Creates an index; false when there is one already: another task may have been faster. */
  async create(index: string, body: object): Promise<boolean> {
    const path = `/${encodeURIComponent(index)}`
    const request: ElasticsearchRequest =
      Object.keys(body).length === 0 ? { method: 'PUT', path } : { method: 'PUT', path, body: stringifyJson(body) }
    const answer = await this.#ask(request, `creating index ${index}`, [400])
    if (answer.status !== 400) return true
    if (isThere(answer)) return false
    throw this.#refused(`creating index ${index}`, answer)
  }

  /** Creates a data stream, unless it is there. */
  async createDataStream(name: string): Promise<void> {
    const what = `creating data stream ${name}`
    const path = `/_data_stream/${encodeURIComponent(name)}`
    const answer = await this.#ask({ method: 'PUT', path }, what, [400, 405])
    if (answer.status < 300 || isThere(answer)) return
    const reason = reasonOf(answer.body)
    if (/no matching index template|not allowed to create|data_stream.*template/i.test(reason)) {
      const pattern = `${name.split('-').slice(0, 2).join('-')}-*`
      const template = { index_patterns: [pattern], data_stream: {}, priority: 200 }
      throw new ConnectError(
        'elasticsearch.no_data_stream_template',
        `no index template of the cluster at ${this.#client.urls} makes data stream ${name}: ${reason}; make one: PUT _index_template/${pattern.slice(0, -2)} ${JSON.stringify(template)}`,
      )
    }
    throw this.#refused(what, answer)
  }

  /** The mapping of one index behind a name. */
  async mapping(name: string, writeIndex: string): Promise<Mapping> {
    const path = `/${encodeURIComponent(name)}/_mapping`
    const what = `reading the mapping of ${name}`
    const answer = await this.#ask({ method: 'GET', path }, what, [])
    return this.#byIndex<{ mappings?: Mapping }>(answer, what)[writeIndex]?.mappings ?? {}
  }

  /** Adds to a mapping, by its JSON. Returns why Elasticsearch refuses it, or null. */
  async putMapping(name: string, mapping: string, onlyWriteIndex: boolean): Promise<string | null> {
    const request = {
      method: 'PUT',
      path: `/${encodeURIComponent(name)}/_mapping`,
      ...(onlyWriteIndex ? { query: 'write_index_only=true' } : {}),
      body: mapping,
    } as const
    const what = `putting the mapping of ${name}`
    const answer = await this.#ask(request, what, [400])
    if (answer.status !== 400) return null
    // A page of something in between says nothing about the mapping.
    if (mayPass(readFailure(400, answer.body))) throw this.#refused(what, answer)
    return reasonOf(answer.body)
  }

  /** What is said of each index. A page of something in between is no such answer, and may be gone later. */
  #byIndex<About extends object>(answer: Answer, what: string): Readonly<Record<string, About>> {
    const byIndex = jsonOf(answer.body)
    if (isObject(byIndex) && Object.values(byIndex).every(isObject)) return byIndex as Record<string, About>
    throw new RetriableError(
      'elasticsearch.unavailable',
      `${what} at ${this.#client.urls} failed: the answer makes no sense: ${reasonOf(answer.body)}`,
    )
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
    throw this.#refused(what, answer)
  }

  #refused(what: string, answer: Answer): ConnectError {
    const message = `${what} at ${this.#client.urls} failed: HTTP status ${answer.status}: ${reasonOf(answer.body)}`
    const failure = readFailure(answer.status, answer.body)
    if (asksForPatience(failure)) return new RetriableError('elasticsearch.overloaded', message)
    return mayPass(failure)
      ? new RetriableError('elasticsearch.unavailable', message)
      : new ConnectError('elasticsearch.index_setup', message)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isThere(answer: Answer): boolean {
  return answer.body.includes('resource_already_exists_exception')
}

function foundAs(name: string, byIndex: Readonly<Record<string, FoundIndex>>): Found {
  const entries = Object.entries(byIndex)
  const ofStreams = entries.filter(([, { data_stream }]) => data_stream !== undefined)
  const kind = Object.hasOwn(byIndex, name)
    ? 'index'
    : ofStreams.some(([, { data_stream }]) => data_stream === name)
      ? 'data stream'
      : 'alias'
  const written = kind === 'index' || ofStreams.length === 0 ? writtenBy(name, entries) : latest(ofStreams)
  return { kind, writeIndex: written?.[0] ?? null, uuid: written?.[1].settings?.index?.uuid ?? null }
}

type Entry = readonly [string, FoundIndex]

function writtenBy(name: string, entries: readonly Entry[]): Entry | undefined {
  const [only] = entries
  // A single index takes writes, unless the alias says that it doesn't.
  if (entries.length === 1) return only?.[1].aliases?.[name]?.is_write_index === false ? undefined : only
  return entries.find(([, { aliases }]) => aliases?.[name]?.is_write_index === true)
}

/** Of the indices behind a data stream the one made last; their names end with their number. */
function latest(entries: readonly Entry[]): Entry | undefined {
  const number = ([name]: Entry) => Number(/-(\d+)$/.exec(name)?.[1] ?? 0)
  return entries.toSorted((a, b) => number(b) - number(a))[0]
}
