/**
 * A small HTTP server that plays Elasticsearch: it keeps documents with their versions, and does to bulk requests
 * whatever a test asks for.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { FakeIndices } from './fake-indices.ts'

export interface BulkItem {
  readonly action: string
  readonly index: string
  readonly id: string
  readonly version: number | null
  /** `external` or `external_gte`. */
  readonly versionType: string | null
  readonly requireAlias: boolean
  readonly source: string | null
}

export interface BulkRequest {
  readonly items: readonly BulkItem[]
  readonly bytes: number
  readonly headers: IncomingMessage['headers']
  readonly url: string
}

export interface ItemError {
  readonly status: number
  readonly type: string
  readonly reason: string
}

/** What happens to a bulk request; members left out mean that all is well. */
export interface BulkBehaviour {
  readonly delayMs?: number
  /** Answers the whole request with this status. */
  readonly status?: number
  readonly error?: Omit<ItemError, 'status'>
  readonly headers?: Record<string, string>
  /** `before`: the connection is cut without an answer, nothing is written; `during`: in the middle of the answer. */
  readonly cut?: 'before' | 'during'
  item?(item: BulkItem): ItemError | undefined
}

export class FakeElasticsearch {
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  /** Documents by `index/id`. */
  readonly documents = new Map<string, { version: number | null; source: string }>()
  readonly indices = new FakeIndices()
  readonly bulks: BulkRequest[] = []
  readonly requests: string[] = []
  inFlight = 0
  mostInFlight = 0
  version: object = { number: '9.0.0' }
  rootStatus = 200
  /** Called per bulk request, with its number from 0. */
  onBulk: (request: BulkRequest, number: number) => BulkBehaviour = () => ({})

  static async start(): Promise<FakeElasticsearch> {
    const fake = new FakeElasticsearch()
    await fake.listen(0)
    return fake
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      return
    }
    const sent = Buffer.concat(chunks)
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent).toString()
    const url = request.url ?? ''
    const [path = ''] = url.split('?')
    this.requests.push(`${request.method} ${path}`)
    response.setHeader('x-elastic-product', 'Elasticsearch')
    response.setHeader('content-type', 'application/json')
    const index = decodeURIComponent(path.split('/')[1] ?? '')
    const { method = 'GET' } = request
    if (path === '/') this.#answer(response, this.rootStatus, { version: this.version })
    else if (path.endsWith('/_bulk')) await this.#bulk(request, response, { body, index, bytes: sent.length })
    else {
      const answer = this.indices.answer(method, path, body)
      this.#answer(response, answer.status, method === 'HEAD' ? null : answer.body)
    }
  }

  async #bulk(
    request: IncomingMessage,
    response: ServerResponse,
    { body, index, bytes }: { body: string; index: string; bytes: number },
  ): Promise<void> {
    const bulk = { items: parseBulk(body, index), bytes, headers: request.headers, url: request.url ?? '' }
    const behaviour = this.onBulk(bulk, this.bulks.length)
    this.bulks.push(bulk)
    this.inFlight++
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight)
    if (behaviour.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, behaviour.delayMs))
    this.inFlight--
    for (const [name, value] of Object.entries(behaviour.headers ?? {})) response.setHeader(name, value)
    if (behaviour.cut === 'before') response.destroy()
    else if (behaviour.status !== undefined) {
      const { error = { type: 'some_exception', reason: 'because' } } = behaviour
      this.#answer(response, behaviour.status, { error })
    } else {
      const results = bulk.items.map((item) => this.#write(item, behaviour.item?.(item)))
      const answer = { errors: results.some((result) => 'error' in result), items: results.map((index) => ({ index })) }
      if (behaviour.cut === 'during') {
        response.setHeader('content-length', 1000)
        response.write('{"errors":false')
        setTimeout(() => response.destroy(), 5)
      } else this.#answer(response, 200, answer)
    }
  }

  #write(item: BulkItem, error: ItemError | undefined): { status: number; error?: object } {
    const failure = error ?? this.indices.writtenTo(item)
    if (failure !== undefined) return { status: failure.status, error: { type: failure.type, reason: failure.reason } }
    const name = `${item.index}/${item.id}`
    const there = this.documents.get(name)
    const least = item.versionType === 'external_gte' ? item.version : (item.version ?? 0) - 1
    if (item.version !== null && there?.version != null && there.version > (least ?? 0)) {
      return { status: 409, error: { type: 'version_conflict_engine_exception', reason: 'newer' } }
    }
    if (item.action === 'create' && there !== undefined) {
      return { status: 409, error: { type: 'version_conflict_engine_exception', reason: 'document already exists' } }
    }
    if (item.action === 'delete') return { status: this.documents.delete(name) ? 200 : 404 }
    let source = item.source ?? ''
    if (item.action === 'update') {
      const { doc } = JSON.parse(source) as { doc: object }
      source = JSON.stringify({ ...(JSON.parse(there?.source ?? '{}') as object), ...doc })
    }
    this.documents.set(name, { version: item.version, source })
    return { status: there === undefined ? 201 : 200 }
  }

  #answer(response: ServerResponse, status: number, body: object | null): void {
    response.statusCode = status
    response.end(body === null ? undefined : JSON.stringify(body))
  }
}

/** The items of a bulk request; throws where a line is no JSON. */
export function parseBulk(body: string, pathIndex: string): BulkItem[] {
  const lines = body.split('\n')
  const items: BulkItem[] = []
  for (let at = 0; at < lines.length - 1; ) {
    const action = JSON.parse(lines[at++] ?? '') as Record<
      string,
      { _id?: string; _index?: string; version?: number; version_type?: string; require_alias?: boolean }
    >
    const [name, target = {}] = Object.entries(action)[0] ?? []
    const {
      _id = `auto${Math.random()}`,
      _index = pathIndex,
      version = null,
      version_type: versionType = null,
    } = target
    const source = name === 'delete' ? null : (lines[at++] ?? '')
    const requireAlias = target.require_alias === true
    items.push({ action: name ?? '', index: _index, id: _id, version, versionType, requireAlias, source })
  }
  return items
}
