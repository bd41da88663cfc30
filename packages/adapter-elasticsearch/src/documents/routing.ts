/** What the keys about topics, pipelines and shards say. */
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

export class TopicNames {
  readonly #indexByTopic: ReadonlyMap<string, string>
  readonly #pipelineByTopic: ReadonlyMap<string, string>
  readonly #pipeline: string
  readonly #regex: JavaRegex | null
  readonly #replacement: Replacement

  constructor(config: TopicConfig) {
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
    return indexOfTopic(regex?.matches(topic) ? replace(topic, regex, this.#replacement, false) : topic)
  }

  /** The pipeline of a topic's documents, or null. */
  pipelineOf(topic: string): string | null {
    const pipeline = this.#pipelineByTopic.get(topic) ?? this.#pipeline
    return pipeline === '' ? null : pipeline
  }

  /** All pipelines that are named, each once. */
  get pipelines(): readonly string[] {
    const named = new Set([this.#pipeline, ...this.#pipelineByTopic.values()])
    return [...named].filter((pipeline) => pipeline !== '' && pipeline !== noPipeline)
  }
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
