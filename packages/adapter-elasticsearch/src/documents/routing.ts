/** What the keys about topics, pipelines and shards say. */

import type { Logger } from '@penstock/core'
import { JavaRegex, parseReplacement, type Replacement, replace } from '@penstock/regex'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { indexOfTopic, pairsOf } from '../indices/index-names.ts'
import { parseValuePath, type Reference } from './record-reference.ts'

type TopicConfig = Pick<
  ElasticsearchSinkConfig,
  'topic.index.map' | 'index.topic.regex' | 'index.topic.replacement' | 'ingest.pipeline' | 'topic.ingest.pipeline.map'
>

/** What Elasticsearch calls no pipeline at all. */
const noPipeline = '_none'
/** More topics than this are not looked at for names that fall together. */
const mostTopics = 10_000

export class TopicNames {
  readonly #indexByTopic: ReadonlyMap<string, string>
  readonly #pipelineByTopic: ReadonlyMap<string, string>
  readonly #pipeline: string
  readonly #regex: JavaRegex | null
  readonly #replacement: Replacement
  readonly #logger: Pick<Logger, 'warn'>
  /** Indices named by the rules, and the first topic of each. */
  readonly #topicByIndex = new Map<string, string>()

  constructor(config: TopicConfig, logger: Pick<Logger, 'warn'>) {
    this.#logger = logger
    this.#indexByTopic = pairsOf(config['topic.index.map'])
    this.#pipelineByTopic = pairsOf(config['topic.ingest.pipeline.map'])
    this.#pipeline = config['ingest.pipeline']
    const pattern = config['index.topic.regex']
    this.#regex = pattern === '' ? null : new JavaRegex(pattern)
    this.#replacement = this.#regex === null ? [] : parseReplacement(config['index.topic.replacement'], this.#regex)
  }

  /** The name of a topic's index. Throws DataError when none can be made. */
  of(topic: string): string {
    const named = this.#indexByTopic.get(topic)
    if (named !== undefined) return named
    const regex = this.#regex
    // Topics that a regular expression brings together are meant to be.
    if (regex?.matches(topic)) return indexOfTopic(replace(topic, regex, this.#replacement, false))
    const index = indexOfTopic(topic)
    this.#warnOfSharing(topic, index)
    return index
  }

  #warnOfSharing(topic: string, index: string): void {
    const first = this.#topicByIndex.get(index)
    if (first === undefined) {
      if (this.#topicByIndex.size >= mostTopics) this.#topicByIndex.clear()
      this.#topicByIndex.set(index, topic)
    } else if (first !== topic) {
      this.#logger.warn(
        `topics ${first} and ${topic} both go to index ${index}: names of indices have no upper case, no ":", and no "-", "_" or "+" in front; topic.index.map can keep them apart`,
      )
    }
  }

  /** The pipeline of a topic's documents, or null. */
  pipelineOf(topic: string): string | null {
    const pipeline = this.#pipelineByTopic.get(topic) ?? this.#pipeline
    return pipeline === '' ? null : pipeline
  }
}

/** All pipelines that are named, each once. */
export function pipelinesOf(config: TopicConfig): readonly string[] {
  const named = new Set([config['ingest.pipeline'], ...pairsOf(config['topic.ingest.pipeline.map']).values()])
  return [...named].filter((pipeline) => pipeline !== '' && pipeline !== noPipeline)
}

/** Where the routing value is; null for none. */
export function routingReference(config: ElasticsearchSinkConfig): Reference | null {
  switch (config['routing.type']) {
    case 'none':
      return null
    case 'key':
      return { text: 'key', from: 'key', path: [] }
    case 'header':
      return { text: config['routing.header'], from: 'header', path: [config['routing.header']] }
    case 'value':
      return parseValuePath(config['routing.type.record.value.path'])
  }
}
