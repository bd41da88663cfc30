/** The index of one case: one shard, no replica, no refresh. */
import { stack } from '../harness/index.ts'
import { elasticsearchRequest } from '../stack/elasticsearch-request.ts'

export class BenchIndex implements AsyncDisposable {
  readonly name: string

  static async create(name: string): Promise<BenchIndex> {
    const index = new BenchIndex(name)
    await index.#call('', 'PUT', { settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: '-1' } })
    return index
  }

  private constructor(name: string) {
    this.name = name
  }

  /** Documents written up to now, searchable or not; one that is written again counts again. */
  async written(): Promise<number> {
    const path = '/_stats/indexing?filter_path=_all.primaries.indexing.index_total'
    const { _all } = (await this.#call(path)) as { _all: { primaries: { indexing: { index_total: number } } } }
    return _all.primaries.indexing.index_total
  }

  /** Documents that are there, after a refresh. */
  async count(): Promise<number> {
    await this.#call('/_refresh', 'POST')
    return ((await this.#call('/_count')) as { count: number }).count
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#call('', 'DELETE')
  }

  async #call(path: string, method = 'GET', body?: object): Promise<unknown> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await elasticsearchRequest(stack.elasticsearch, `${this.name}${path}`, { method, ...content })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${response.url}: ${response.status} ${text.slice(0, 300)}`)
    return JSON.parse(text)
  }
}
