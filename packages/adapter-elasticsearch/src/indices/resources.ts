/** What a topic's documents are written to: an index, an alias or a data stream, and whether it is made where missing. */
import { DataError } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { pairsOf, possibleName } from './index-names.ts'

/**
 * - `index`: whatever the name stands for; an index is made of it where there is nothing
 * - `rollover`: a write alias, made with its first index
 * - `data stream`: a data stream, made by the index template that matches
 * - `external …`: must be there
 */
export type ResourceKind = 'index' | 'rollover' | 'data stream' | 'external' | 'external alias' | 'external data stream'

export interface Resource {
  readonly name: string
  readonly kind: ResourceKind
}

const externalKinds = {
  index: 'external',
  datastream: 'external data stream',
  alias_index: 'external alias',
  alias_datastream: 'external data stream',
} as const satisfies Record<string, ResourceKind>

type ResourceConfig = Pick<
  ElasticsearchSinkConfig,
  | 'external.resource.usage'
  | 'topic.to.external.resource.mapping'
  | 'data.stream.type'
  | 'data.stream.dataset'
  | 'data.stream.namespace'
  | 'index.rollover'
>

/** Whether documents go to data streams, of whichever making: then they are only ever created. */
export function writesToDataStreams(config: ResourceConfig): boolean {
  const usage = config['external.resource.usage']
  return usage === 'datastream' || usage === 'alias_datastream' || (usage === 'disabled' && namesDataStreams(config))
}

/** Whether `data.stream.type` and `data.stream.dataset` name data streams that are made where they are missing. */
function namesDataStreams(config: Pick<ResourceConfig, 'data.stream.type' | 'data.stream.dataset'>): boolean {
  const type = config['data.stream.type'].toLowerCase()
  return type !== '' && type !== 'none' && config['data.stream.dataset'] !== ''
}

const longestNamespace = 100

/** `type-dataset-namespace`. What is left of a long topic may make two of them one, as with the names of indices. */
function dataStreamOf(topic: string, config: ResourceConfig): string {
  const namespace = config['data.stream.namespace'].replaceAll(`\${topic}`, () => topic.toLowerCase())
  const kept = namespace.slice(0, longestNamespace).toWellFormed()
  return `${config['data.stream.type'].toLowerCase()}-${config['data.stream.dataset']}-${kept}`
}

export class Resources {
  readonly #config: ResourceConfig
  readonly #external: ReadonlyMap<string, string>

  constructor(config: ResourceConfig) {
    this.#config = config
    this.#external = pairsOf(config['topic.to.external.resource.mapping'])
  }

  /** False: what the records of a topic are written to has nothing to do with the names of indices. */
  get areIndices(): boolean {
    return this.#config['external.resource.usage'] === 'disabled' && !namesDataStreams(this.#config)
  }

  /** What the records of a topic are written to; `index` is the name where it is an index. Throws DataError. */
  of(topic: string, index: string): Resource {
    const usage = this.#config['external.resource.usage']
    if (usage !== 'disabled') {
      const name = this.#external.get(topic)
      if (name === undefined) {
        throw new DataError(
          'elasticsearch.unmapped_topic',
          `topic ${topic} is not in topic.to.external.resource.mapping, so there is nowhere to write its records to; add ${topic}:<resource>, or leave the topic out`,
        )
      }
      return { name, kind: externalKinds[usage] }
    }
    if (namesDataStreams(this.#config)) {
      return { name: possibleName(dataStreamOf(topic, this.#config), topic), kind: 'data stream' }
    }
    return { name: index, kind: this.#config['index.rollover'] ? 'rollover' : 'index' }
  }
}

/** Whether writing must fail where the name is no alias: else Elasticsearch would make an index of the alias's name. */
export function requiresAlias({ kind }: Resource): boolean {
  return kind === 'rollover' || kind === 'external alias'
}
