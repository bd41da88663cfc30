/**
 * An Elasticsearch in memory that takes the requests of an `ElasticsearchClient` and makes the faults it is given, one
 * per request. It knows what `fake-elasticsearch.ts` leaves out: versions of deleted documents, a script, bodies that
 * change while they are sent. Without a network, so that a test can live through thousands of histories.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { assertNever, messageOf } from '@penstock/core'
import {
  type Answer,
  type ElasticsearchClient,
  type ElasticsearchRequest,
  UnreachableError,
} from '../connection/client.ts'
import { type BulkItem, type ItemError, parseBulk } from './fake-elasticsearch.ts'
import { FakeIndices } from './fake-indices.ts'

export const faultKinds = [
  'none',
  /** Nothing is written, and there is no answer. */
  'refused',
  /** Everything is written, but the answer does not arrive. */
  'answer lost',
  'answer cut short',
  'busy',
  /** Something in between answers. */
  'gateway',
  /** Some of the documents are turned away, the others written. */
  'partly busy',
  /** The request has to be made smaller, unless it has one document only. */
  'too large',
  'unreadable',
  'indices missing',
] as const

export interface Fault {
  readonly kind: (typeof faultKinds)[number]
  readonly afterMs: number
  /** Which documents of a request are turned away: bit i is for item i, i + 8 and so on. */
  readonly turnedAway: number
}

/** What the model has to know of a document. */
export interface ModelDocument {
  readonly [field: string]: unknown
  /** Which record it was made of. */
  readonly place: string
  /** No mapping takes it. */
  readonly malformed?: boolean
}

/** Documents stay known when they are deleted, as their versions do. */
interface Stored {
  readonly version: number | null
  readonly source: object | null
}

interface ItemResult {
  readonly status: number
  readonly error?: Omit<ItemError, 'status'>
}

const overloaded = { type: 'es_rejected_execution_exception', reason: 'queue full' }

export class ModelElasticsearch implements Pick<ElasticsearchClient, 'request'> {
  readonly #indices = new FakeIndices()
  readonly #stored = new Map<string, Stored>()
  readonly #faults: Fault[] = []
  /** The places of documents that were written, or lost against a newer one. */
  readonly settled = new Set<string>()
  /** What no client may do; an error would only make the client try again. */
  readonly offences: string[] = []

  constructor() {
    this.#indices.autoCreates = false
  }

  /** Sources by `index/id`. */
  get documents(): Map<string, object> {
    const documents = new Map<string, object>()
    for (const [name, { source }] of this.#stored) if (source !== null) documents.set(name, source)
    return documents
  }

  /** The next requests meet these, in the order in which they come. */
  addFaults(faults: readonly Fault[]): void {
    this.#faults.push(...faults)
  }

  recover(): void {
    this.#faults.length = 0
  }

  async request(request: ElasticsearchRequest, signal: AbortSignal): Promise<Answer> {
    const fault = this.#faults.shift() ?? { kind: 'none', afterMs: 0, turnedAway: 0 }
    const body = String(request.body ?? '')
    // Cut short where the client gives up.
    await delay(fault.afterMs, undefined, { signal }).catch(() => {})
    if (String(request.body ?? '') !== body) this.offences.push(`a body changed while it was sent: ${body}`)
    if (signal.aborted) throw new UnreachableError('aborted')
    return this.#answer(request, body, fault)
  }

  #answer(request: ElasticsearchRequest, body: string, fault: Fault): Answer {
    switch (fault.kind) {
      case 'refused':
        throw new UnreachableError('connection refused')
      case 'busy':
        return answerOf(429, { error: overloaded })
      case 'gateway':
        return answerOf(503, 'no healthy upstream')
      case 'answer lost':
        this.#take(request, body, fault)
        throw new UnreachableError('no answer in time', { timedOut: true })
      case 'answer cut short': {
        const answer = this.#take(request, body, fault)
        return { ...answer, body: answer.body.subarray(0, answer.body.length >> 1) }
      }
      case 'indices missing':
        // Only their names go: what was written is still there to be looked at in the end.
        for (const name of this.#indices.names()) this.#indices.delete(name)
        return this.#take(request, body, fault)
      case 'none':
      case 'partly busy':
      case 'too large':
      case 'unreadable':
        return this.#take(request, body, fault)
      default:
        return assertNever(fault.kind)
    }
  }

  #take({ method, path }: ElasticsearchRequest, body: string, fault: Fault): Answer {
    if (path.endsWith('/_bulk')) return this.#bulk(this.#itemsOf(path, body), fault)
    const { status, body: answer } = this.#indices.answer(method, path, body)
    return answerOf(status, answer ?? '')
  }

  #itemsOf(path: string, body: string): readonly BulkItem[] {
    try {
      return parseBulk(body, decodeURIComponent(path.split('/')[1] ?? ''))
    } catch (error) {
      this.offences.push(`a body can't be read: ${messageOf(error)}: ${body}`)
      throw error
    }
  }

  #bulk(items: readonly BulkItem[], { kind, turnedAway }: Fault): Answer {
    if (kind === 'too large' && items.length > 1) return answerOf(413, 'too large')
    if (kind === 'unreadable' && items.length > 1)
      return answerOf(400, { error: { type: 'x_content_parse_exception', reason: 'unexpected character' } })
    const isTurnedAway = (at: number): boolean => kind === 'partly busy' && ((turnedAway >> (at % 8)) & 1) === 1
    const results = items.map((item, at) => ({
      [item.action]: isTurnedAway(at) ? { status: 429, error: overloaded } : this.#write(item),
    }))
    const errors = results.some((result) => Object.values(result).some(({ error }) => error !== undefined))
    return answerOf(200, { errors, items: results })
  }

  #write(item: BulkItem): ItemResult {
    const missing = this.#indices.writtenTo(item)
    if (missing !== undefined) return failed(missing)
    const document = documentIn(item)
    if (document?.malformed === true)
      return failed({ status: 400, type: 'document_parsing_exception', reason: 'no number' })
    const name = `${item.index}/${item.id}`
    const stored = this.#stored.get(name)
    const conflict = conflictOf(item, stored)
    if (document !== null) this.settled.add(document.place)
    if (conflict !== null) return failed({ status: 409, type: 'version_conflict_engine_exception', reason: conflict })
    const before = stored?.source ?? null
    this.#stored.set(name, { version: item.version, source: sourceAfter(item, document, before) })
    if (before === null) return { status: item.action === 'delete' ? 404 : 201 }
    return { status: 200 }
  }
}

function answerOf(status: number, body: object | string): Answer {
  return { status, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), retryAfterMs: 0 }
}

function failed({ status, ...error }: ItemError): ItemResult {
  return { status, error }
}

interface Update {
  readonly doc?: ModelDocument
  readonly script?: { readonly params: { readonly doc: ModelDocument } }
}

/** What the record had in it, wherever the source has it; null for a delete. */
function documentIn({ source, action }: BulkItem): ModelDocument | null {
  if (source === null) return null
  const parsed = JSON.parse(source) as ModelDocument
  if (action !== 'update') return parsed
  const { doc, script } = parsed as Update
  return script?.params.doc ?? doc ?? parsed
}

/** Why the document stays as it is, if it does. */
function conflictOf({ action, version, versionType }: BulkItem, stored: Stored | undefined): string | null {
  if (action === 'create' && stored?.source != null) return 'document already exists'
  const current = stored?.version ?? null
  if (version === null || current === null || current < version) return null
  if (current === version && versionType === 'external_gte') return null
  return `version conflict, current version [${current}] is higher or equal to the one provided [${version}]`
}

/** The one script notes the places of records in their order, each once. */
function sourceAfter(
  { action, source }: BulkItem,
  document: ModelDocument | null,
  before: object | null,
): object | null {
  if (action !== 'update' || document === null) return document
  if (!source?.startsWith('{"script"')) return { ...before, ...document }
  const { places = [] } = (before ?? {}) as { readonly places?: readonly string[] }
  return { places: places.includes(document.place) ? places : [...places, document.place] }
}
