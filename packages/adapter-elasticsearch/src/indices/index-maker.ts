/** Makes what documents are to be written to, where that is missing and ours to make. */
import { ConnectError, parseJson } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import type { Found, IndexRequests } from './index-requests.ts'
import type { Resource } from './resources.ts'

export type MakingConfig = Pick<ElasticsearchSinkConfig, 'index.settings' | 'index.lifecycle.name'>

export class IndexMaker {
  readonly #requests: IndexRequests
  readonly #config: MakingConfig
  /** What `index.settings` says, or null. */
  readonly settings: object | null

  constructor(requests: IndexRequests, config: MakingConfig) {
    this.#requests = requests
    this.#config = config
    this.settings = settingsOf(config)
  }

  /** What is there; `made` when it was not, and now is. Throws ConnectError when it can't be written to. */
  async findOrMake(resource: Resource): Promise<Found | 'made'> {
    const { name, kind } = resource
    const found = await this.#requests.find(name)
    if (found !== null) return requireFit(found, resource)
    switch (kind) {
      case 'index':
        await this.#requests.create(name, this.#creation({}))
        return 'made'
      case 'rollover':
        return await this.#makeRollover(resource)
      case 'data stream':
        await this.#requests.createDataStream(name)
        return 'made'
      default:
        throw new ConnectError(
          'elasticsearch.no_external_resource',
          `${nameOf(resource)} does not exist, and external.resource.usage creates nothing; create it, or mend topic.to.external.resource.mapping`,
        )
    }
  }

  async #makeRollover(resource: Resource): Promise<Found | 'made'> {
    const { name } = resource
    const lifecycle = this.#config['index.lifecycle.name']
    const first = `${name}-000001`
    const settings = lifecycle === null ? {} : { 'index.lifecycle.rollover_alias': name }
    const aliases = { [name]: { is_write_index: true } }
    if (await this.#requests.create(first, { ...this.#creation(settings), aliases })) return 'made'
    // Made by another task just now; or there without the alias, which somebody took away.
    const found = await this.#requests.find(name)
    if (found !== null) return requireFit(found, resource)
    throw new ConnectError(
      'elasticsearch.no_alias',
      `index ${first} is there, but not its alias ${name}, which index.rollover writes to; add the alias with is_write_index, or delete the index`,
    )
  }

  #creation(more: object): object {
    const lifecycle = this.#config['index.lifecycle.name']
    const ours = { ...(lifecycle === null ? {} : { 'index.lifecycle.name': lifecycle }), ...more }
    const settings = { ...this.settings, ...ours }
    return Object.keys(settings).length === 0 ? {} : { settings }
  }
}

function settingsOf(config: Pick<ElasticsearchSinkConfig, 'index.settings'>): object | null {
  const text = config['index.settings']
  return text === null || text.trim() === '' ? null : (parseJson(text) as object)
}

function nameOf({ name, kind }: Resource): string {
  return kind === 'external' ? `index ${name}` : `${kind.replace('external ', '')} ${name}`
}

/** What is there must be what is going to be written to. */
function requireFit(found: Found, resource: Resource): Found {
  const { name, kind } = resource
  const problem =
    (kind === 'data stream' || kind === 'external data stream') && found.kind === 'index'
      ? `${name} is an index, not a data stream; delete or rename it, or choose another name`
      : (kind === 'rollover' || kind === 'external alias') && found.kind === 'index'
        ? `${name} is an index, not an alias; documents are to be written through an alias, so reindex it under another name and make ${name} its alias`
        : found.writeIndex === null
          ? `alias ${name} has no write index; set is_write_index for one of its indices`
          : null
  if (problem === null) return found
  throw new ConnectError('elasticsearch.unfit_resource', problem)
}
