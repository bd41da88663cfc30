/** What tests look at in an Elasticsearch index. */
import { type ElasticsearchRequest, elasticsearchRequest } from '../stack/elasticsearch-request.ts'
import { comparableText, exactText, parseExactly } from './exact-json.ts'
import { idOf, type StoredRecord } from './records.ts'
import { stack } from './stack-env.ts'
import { NotYet, until } from './until.ts'

export interface IndexDocument {
  readonly id: string
  /** JSON text with every number spelled as in the index. */
  readonly source: string
}

export interface HoldsExactlyOptions {
  readonly deadlineMs?: number
  /** The JSON text of a record's document; its value where not given. */
  readonly content?: (record: StoredRecord) => string
  /** The id of a record's document; topic+partition+offset where not given. */
  readonly id?: (record: StoredRecord) => string
  /** The order of keys and the way texts are escaped count as well. */
  readonly exact?: boolean
}

/** How an index differs from the records it should hold. */
export interface Differences {
  readonly missing: readonly string[]
  readonly unexpected: readonly string[]
  readonly different: readonly string[]
}

/** While documents are missing, which ones is looked up so often: the last look is what a failed wait tells. */
const showEveryMs = 15_000

export class IndexView {
  readonly name: string
  readonly #url: string

  constructor(name: string, url: string = stack.elasticsearch) {
    this.name = name
    this.#url = url
  }

  async create(settings: object = {}, mappings: object = {}): Promise<void> {
    await this.#call('', { method: 'PUT', body: JSON.stringify({ settings, mappings }) })
  }

  async delete(): Promise<void> {
    await this.#call('?ignore_unavailable=true', { method: 'DELETE' }, [404])
  }

  async refresh(): Promise<void> {
    await this.#call('/_refresh?ignore_unavailable=true', { method: 'POST' }, [404])
  }

  /** Documents that a search finds now, after a refresh. 0 without such an index. */
  async count(): Promise<number> {
    await this.refresh()
    const answer = await this.#call('/_count?ignore_unavailable=true', {}, [404])
    return (JSON.parse(answer) as { count?: number }).count ?? 0
  }

  /** One document by its id, also an unrefreshed one. */
  async get(id: string): Promise<IndexDocument | undefined> {
    const answer = await this.#call(`/_doc/${encodeURIComponent(id)}`, {}, [404])
    const { _source } = parseExactly(answer) as { _source?: unknown }
    return _source === undefined ? undefined : { id, source: exactText(_source) }
  }

  /** Puts one document beside those of the connector. */
  async put(id: string, source: string): Promise<void> {
    await this.#call(`/_doc/${encodeURIComponent(id)}`, { method: 'PUT', body: source })
  }

  /** Takes one document away. */
  async remove(id: string): Promise<void> {
    await this.#call(`/_doc/${encodeURIComponent(id)}`, { method: 'DELETE' })
  }

  /** All documents, after a refresh, in no order. */
  async all(): Promise<IndexDocument[]> {
    await this.refresh()
    const documents: IndexDocument[] = []
    let page = await this.#call('/_search?scroll=1m&ignore_unavailable=true', {
      method: 'POST',
      body: '{"size":5000,"sort":["_doc"]}',
    })
    for (;;) {
      const { _scroll_id, hits } = parseExactly(page) as {
        _scroll_id: string
        hits: { hits: { _id: string; _source: unknown }[] }
      }
      for (const { _id, _source } of hits.hits) documents.push({ id: _id, source: exactText(_source) })
      const body = JSON.stringify({ scroll_id: _scroll_id, scroll: '1m' })
      if (hits.hits.length === 0) {
        await elasticsearchRequest(this.#url, '_search/scroll', { method: 'DELETE', body })
        return documents
      }
      page = await text(await elasticsearchRequest(this.#url, '_search/scroll', { method: 'POST', body }))
    }
  }

  /** The JSON texts of all documents by their ids. */
  async byId(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.all()).map(({ id, source }) => [id, source]))
  }

  /** Compares ids and contents; all three lists are empty where the index holds these records and nothing else. */
  async compare(records: readonly StoredRecord[], options: HoldsExactlyOptions = {}): Promise<Differences> {
    const { id = idOf, content = valueText, exact = false } = options
    const found = new Map((await this.all()).map((document) => [document.id, document.source]))
    const missing: string[] = []
    const different: string[] = []
    for (const record of records) {
      const source = found.get(id(record))
      if (source === undefined) missing.push(id(record))
      else if (source !== content(record) && (exact || comparableText(source) !== comparableText(content(record)))) {
        different.push(`${id(record)}: ${source} instead of ${content(record)}`)
      }
      found.delete(id(record))
    }
    return { missing, unexpected: [...found.keys()], different }
  }

  /** Resolves when the index holds the documents of these records and no others, each with its content. */
  async untilHoldsExactly(records: readonly StoredRecord[], options: HoldsExactlyOptions = {}): Promise<void> {
    const { deadlineMs = 60_000 } = options
    let comparedAt = Date.now()
    await until(
      async () => {
        const count = await this.count()
        if (count !== records.length && Date.now() - comparedAt < showEveryMs) return new NotYet(`${count} documents`)
        const differences = await this.compare(records, options)
        comparedAt = Date.now()
        return (
          Object.values(differences).every((list) => list.length === 0) ||
          new NotYet(`${count} documents, ${show(differences)}`)
        )
      },
      { what: `${this.name} to hold exactly ${records.length} records`, deadlineMs, everyMs: 250 },
    )
  }

  async #call(path: string, request: ElasticsearchRequest, accepted: readonly number[] = []): Promise<string> {
    return await text(await elasticsearchRequest(this.#url, `${this.name}${path}`, request), accepted)
  }
}

async function text(response: Response, accepted: readonly number[] = []): Promise<string> {
  const body = await response.text()
  if (response.ok || accepted.includes(response.status)) return body
  throw new Error(`${response.url}: ${response.status} ${body.slice(0, 500)}`)
}

function valueText({ value }: StoredRecord): string {
  return value?.toString() ?? 'null'
}

function show(differences: Differences): string {
  return Object.entries(differences)
    .filter(([, list]) => list.length > 0)
    .map(([kind, list]) => `${list.length} ${kind} (${list.slice(0, 3).join(', ')} …)`)
    .join('; ')
}
