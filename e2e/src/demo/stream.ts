/** One data set on its way: topic, connector and index, with what was sent and what is there. */
import {
  type Cluster,
  type DeadLetters,
  freshName,
  type IndexView,
  type RecordToProduce,
  type StoredRecord,
} from '../harness/index.ts'
import { type DataSet, isDamaged } from './data-sets.ts'
import { requestJson } from './elasticsearch.ts'

export const partitions = 6
export const tasksEach = 3

export class Stream {
  readonly dataSet: DataSet
  /** Of the topic, the index and the connector. */
  readonly name: string
  readonly index: IndexView
  readonly deadLetters: DeadLetters | undefined
  /** Acknowledged by Kafka. */
  readonly stored: StoredRecord[] = []
  sent = 0
  /** Documents that a search found when last asked. */
  found = 0
  readonly #cluster: Cluster
  readonly #held: RecordToProduce[]
  readonly #flowing: RecordToProduce[]

  static async create(cluster: Cluster, dataSet: DataSet): Promise<Stream> {
    const stream = new Stream(cluster, dataSet)
    await cluster.createTopic({ name: stream.name, partitions })
    await requestJson(`_index_template/${stream.name}`, 'PUT', indexTemplate(stream))
    await cluster.createConnector(stream.name, {
      'connector.class': 'io.confluent.connect.elasticsearch.ElasticsearchSinkConnector',
      topics: stream.name,
      'tasks.max': String(tasksEach),
      'read.timeout.ms': '30000', // three workers, Kafka and Elasticsearch on one machine may be slow
      ...(stream.deadLetters ? { 'errors.deadletterqueue.topic.name': stream.deadLetters.topic } : {}),
      ...dataSet.config,
    })
    return stream
  }

  private constructor(cluster: Cluster, dataSet: DataSet) {
    this.dataSet = dataSet
    this.name = freshName(dataSet.name)
    this.index = cluster.index(this.name)
    if (dataSet.config['errors.tolerance'] === 'all')
      this.deadLetters = cluster.deadLetters(`${this.name}-dead-letters`)
    this.#cluster = cluster
    this.#held = dataSet.records.filter((record) => !isDamaged(record)).slice(0, partitions)
    const held = new Set(this.#held)
    this.#flowing = dataSet.records.filter((record) => !held.has(record))
  }

  get total(): number {
    return this.dataSet.records.length
  }

  /** Sends all records but the held ones, evenly over that time. */
  async send(durationMs: number): Promise<void> {
    const perSecond = (this.#flowing.length * 1000) / durationMs
    this.#keep(await this.#cluster.produce(this.name, this.#counted(this.#flowing), { perSecond }))
  }

  /** Sends the records held back until now, one to each partition; resolves with where they are. */
  async sendHeld(): Promise<StoredRecord[]> {
    const records = this.#held.map((record, partition) => ({ ...record, partition }))
    const stored = await this.#cluster.produce(this.name, this.#counted(records))
    this.#keep(stored)
    return stored
  }

  /** Updates `found`; what was found last stays where Elasticsearch can't tell, as while the index is being created. */
  async look(): Promise<void> {
    const answer = requestJson(`${this.name}/_count?ignore_unavailable=true`) as Promise<{ count: number }>
    this.found = (await answer.catch(() => ({ count: this.found }))).count
  }

  /** What the cluster's end leaves. */
  async removeTemplate(): Promise<void> {
    await requestJson(`_index_template/${this.name}`, 'DELETE')
  }

  #keep(records: readonly StoredRecord[]): void {
    for (const record of records) this.stored.push(record)
  }

  *#counted(records: readonly RecordToProduce[]): Iterable<RecordToProduce> {
    for (const record of records) {
      this.sent++
      yield record
    }
  }
}

/**
 * Mappings are otherwise left to Elasticsearch, which takes a field for whole numbers if the first document has one:
 * the fractions behind it would be searchable only rounded.
 */
function indexTemplate({ name, dataSet }: Stream): object {
  return {
    index_patterns: [name],
    template: {
      settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: '500ms' },
      mappings: {
        dynamic_templates: [{ fractions: { match_mapping_type: 'long', mapping: { type: 'double' } } }],
        properties: dataSet.fields,
      },
    },
  }
}
