/** Where records go and how: worked out once per topic and index, looked up per record. */
import type { Logger, SinkRecord } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { IdPrefix } from '../delivery/bulk-body.ts'
import { type Resource, Resources, requiresAlias, writesToDataStreams } from '../indices/resources.ts'
import type { ActionSettings } from './action.ts'
import { idSettings, isShared, needsValue } from './document-id.ts'
import { IndexFormat } from './index-format.ts'
import type { MetadataName, MetadataSettings } from './metadata.ts'
import { routingReference, TopicNames } from './routing.ts'
import { type ScriptSettings, type SourceSettings, scriptSettings } from './source.ts'

export interface Route extends ActionSettings, SourceSettings {
  readonly topic: string
  readonly resource: Resource
  /** Name of the resource. */
  readonly index: string
  /** At least as long as the action line of a raw document. */
  readonly lineBytes: number
  /** Documents may be written as the undecoded bytes that came from Kafka. */
  readonly verbatim: boolean
  /** Also, the action line is the same for all records of a partition but for the offset. */
  readonly raw: boolean
  /** What of the record goes into the document, or null. */
  readonly metadata: MetadataSettings | null
}

/** The routes of one topic. */
interface TopicRoutes {
  readonly topic: string
  /** The name of the index by the topic alone. */
  readonly topicName: string
  /** All records go this way; null when it depends on the record. */
  readonly fixed: Route | null
  readonly byIndex: Map<string, Route>
  /** Where indices differ by time alone: the latest route, and the timestamps it is for. */
  latest: Route | null
  from: number
  until: number
}

/** More than this at once are made by a transformation or a format that names an index per record. */
const mostRoutes = 10_000

export class Routes {
  readonly #config: ElasticsearchSinkConfig
  readonly #names: TopicNames
  readonly #resources: Resources
  readonly #format: IndexFormat | null
  readonly #script: ScriptSettings | null
  readonly #metadata: MetadataSettings | null
  readonly #topics = new Map<string, TopicRoutes>()
  readonly #prefixes = new Map<number, IdPrefix>()
  #count = 0
  #latest: TopicRoutes | null = null
  #prefixRoute: Route | null = null
  #prefixIndex = ''
  #prefixPartition = -1
  #prefix: IdPrefix | null = null

  /** True when several records may write to one document, so that their order matters. */
  readonly ordered: boolean

  constructor(config: ElasticsearchSinkConfig, logger: Pick<Logger, 'warn'>) {
    this.#config = config
    this.#names = new TopicNames(config, logger)
    this.#resources = new Resources(config)
    const format = this.#resources.areIndices ? config['index.name.format'] : ''
    this.#format =
      format === ''
        ? null
        : new IndexFormat({
            format,
            missing: config['index.name.missing'],
            timestampField: config['index.timestamp.field'],
            timeZone: config['index.timezone'],
          })
    this.#script = scriptSettings(config)
    // Named twice it would be a member twice, which Elasticsearch refuses.
    const names = [...new Set(config['document.metadata'] as readonly MetadataName[])]
    const field = config['document.metadata.field']
    this.#metadata = names.length === 0 ? null : { names, path: field === '' ? [] : field.split('.') }
    this.ordered = isShared(idSettings(config, null))
  }

  /** Throws DataError when the record does not say where it belongs. */
  of(record: SinkRecord): Route {
    const topic = record.topic
    let routes = this.#latest
    if (routes === null || routes.topic !== topic) {
      routes = this.#topics.get(topic) ?? this.#routesOf(topic, record)
      this.#latest = routes
    }
    return routes.fixed ?? this.#indexed(routes, record, this.#format as IndexFormat)
  }

  /** Writes the action lines of raw documents; `batchIndex` is the index in the request's path. */
  idPrefix(record: SinkRecord, route: Route, batchIndex: string): IdPrefix {
    const partition = record.origin.partition
    if (this.#prefixRoute === route && this.#prefixPartition === partition && this.#prefixIndex === batchIndex) {
      return this.#prefix as IdPrefix
    }
    if (this.#prefixRoute !== route || this.#prefixIndex !== batchIndex) this.#prefixes.clear()
    let prefix = this.#prefixes.get(partition)
    if (prefix === undefined) {
      const action = route.method === 'create' ? 'create' : 'index'
      const target = batchIndex === route.index ? '' : `"_index":${JSON.stringify(route.index)},`
      const alias = route.requireAlias ? '"require_alias":true,' : ''
      const pipeline = route.pipeline === null ? '' : `"pipeline":${JSON.stringify(route.pipeline)},`
      prefix = new IdPrefix(`{"${action}":{${target}${alias}${pipeline}"_id":"${route.topic}+${partition}+`)
      this.#prefixes.set(partition, prefix)
    }
    this.#prefixRoute = route
    this.#prefixIndex = batchIndex
    this.#prefixPartition = partition
    this.#prefix = prefix
    return prefix
  }

  #indexed(routes: TopicRoutes, record: SinkRecord, format: IndexFormat): Route {
    const { timestamp } = record
    const byTime = !format.perRecord && timestamp !== null
    if (byTime && routes.latest !== null && timestamp >= routes.from && timestamp < routes.until) return routes.latest
    const index = format.nameFor(record, routes.topicName)
    let route = routes.byIndex.get(index)
    if (route === undefined) {
      this.#makeRoom()
      route = this.#routeTo(index, routes.topic)
      routes.byIndex.set(index, route)
    }
    if (byTime) {
      routes.latest = route
      const stepMs = format.stepAt(timestamp)
      routes.from = Math.floor(timestamp / stepMs) * stepMs
      routes.until = routes.from + stepMs
    }
    return route
  }

  #routesOf(topic: string, record: SinkRecord): TopicRoutes {
    this.#makeRoom()
    const format = this.#format
    const topicName = this.#names.of(topic)
    let fixed: Route | null = null
    if (format === null) fixed = this.#routeTo(topicName, topic)
    else if (!format.perRecord && !format.timed) fixed = this.#routeTo(format.nameFor(record, topicName), topic)
    const routes = { topic, topicName, fixed, byIndex: new Map<string, Route>(), latest: null, from: 0, until: 0 }
    this.#topics.set(topic, routes)
    return routes
  }

  #makeRoom(): void {
    if (++this.#count <= mostRoutes) return
    this.#topics.clear()
    this.#latest?.byIndex.clear()
    this.#count = 1
  }

  #routeTo(indexName: string, topic: string): Route {
    const config = this.#config
    const resource = this.#resources.of(topic, indexName)
    const index = resource.name
    const inDataStream = writesToDataStreams(config)
    const method = inDataStream ? 'create' : config['write.method']
    const id = idSettings(config, topic)
    const routing = routingReference(config)
    const pipeline = this.#names.pipelineOf(topic)
    const useSchema = !config['schema.ignore'] && !config['topic.schema.ignore'].includes(topic)
    const verbatim =
      !useSchema && (method === 'insert' || method === 'create') && !needsValue(id) && routing?.from !== 'value'
    return {
      topic,
      resource,
      index,
      requireAlias: requiresAlias(resource),
      lineBytes: topic.length + Buffer.byteLength(index) + (pipeline?.length ?? 0) + 105,
      verbatim,
      raw:
        verbatim &&
        !inDataStream &&
        id.source === 'position' &&
        routing === null &&
        this.#metadata === null &&
        /^[a-zA-Z0-9._-]{1,400}$/.test(topic) &&
        /^[\x20-\x7e]*$/.test(index + (pipeline ?? '')),
      id,
      method,
      onNull: config['behavior.on.null.values'],
      version: config['document.version'],
      versionHeader: config['external.version.header'],
      retryOnConflict: Math.min(config['max.in.flight.requests'], 5),
      routing,
      pipeline,
      script: this.#script,
      metadata: this.#metadata,
      useSchema,
      compactMaps: config['compact.map.entries'],
      timestampFields: inDataStream ? config['data.stream.timestamp.field'] : null,
    }
  }
}
