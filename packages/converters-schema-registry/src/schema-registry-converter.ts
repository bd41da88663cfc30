/**
 * Converts between Connect data and messages that name a schema in a schema registry. `prepare…` fetches or registers
 * schemas, so that the conversions themselves wait for nothing. What differs between Avro, JSON Schema and Protobuf is
 * behind schema-format.ts; the registry is behind registry/schema-registry.ts.
 */
import {
  type Converter,
  DataError,
  LruCache,
  nothing,
  RetriableError,
  type Schema,
  type SchemaAndValue,
} from '@penstock/core'
import type { RegistryConfig } from './registry/config.ts'
import type { SchemaDefinition, SchemaRegistry } from './registry/schema-registry.ts'
import { type SubjectNameStrategy, strategyOf, subjectName } from './registry/subject-name.ts'
import type { ParsedSchema, Reader, SchemaFormat, Writer } from './schema-format.ts'
import { framed, isFramed, payloadOf, schemaIdOf } from './wire-format.ts'

/** How long a failure counts before the registry is asked again for the same schema: it may be registered by then. */
const failureCountsMs = 5_000

/** Stands for the schema of values that have none. */
const schemaless = {}

export interface ConverterParts {
  readonly registry: SchemaRegistry
  readonly format: SchemaFormat
  readonly config: RegistryConfig
  readonly usage: 'key' | 'value'
  readonly now?: () => number
}

interface Failure {
  readonly error: DataError
  readonly until: number
}

interface ReadyWriter {
  readonly id: number
  readonly write: Writer
  /** When the registry is to be asked again. */
  readonly until: number
}

/** What is ready of one topic, and what is under way. */
interface TopicSchemas {
  readonly readers: LruCache<number, Reader>
  readonly failures: LruCache<number, Failure>
  readonly fetching: Map<number, Promise<void>>
  readonly writers: WeakMap<object, ReadyWriter>
  readonly preparing: Map<object, Promise<void>>
}

export class SchemaRegistryConverter implements Converter {
  readonly #registry: SchemaRegistry
  readonly #format: SchemaFormat
  readonly #config: RegistryConfig
  readonly #usage: 'key' | 'value'
  readonly #strategy: SubjectNameStrategy
  readonly #now: () => number
  readonly #topics = new Map<string, TopicSchemas>()
  /** Ids by subject and schema text. */
  readonly #ids: LruCache<string, number>

  constructor({ registry, format, config, usage, now = Date.now }: ConverterParts) {
    this.#registry = registry
    this.#format = format
    this.#config = config
    this.#usage = usage
    this.#now = now
    this.#strategy = strategyOf(config[`${usage}.subject.name.strategy`]) ?? 'TopicNameStrategy'
    this.#ids = new LruCache(config['max.schemas.per.subject'])
  }

  prepareToConnect(topic: string, bytes: Uint8Array | null): Promise<void> | null {
    if (bytes === null || !isFramed(bytes)) return null
    const id = schemaIdOf(bytes)
    const schemas = this.#ofTopic(topic)
    if (schemas.readers.get(id) !== undefined) return null
    return inFlight(schemas.fetching, id, () => this.#fetch(topic, schemas, id))
  }

  toConnectData(topic: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return nothing
    const id = schemaIdOf(bytes)
    const read = this.#ofTopic(topic).readers.get(id)
    if (read === undefined) throw notReady(`schema ${id}`)
    return read(payloadOf(bytes))
  }

  prepareFromConnect(topic: string, schema: Schema | null, value: unknown): Promise<void> | null {
    if (value === null || value === undefined) return null
    const key = schema ?? schemaless
    const schemas = this.#ofTopic(topic)
    const ready = schemas.writers.get(key)
    if (ready !== undefined && (ready.until === Number.POSITIVE_INFINITY || ready.until > this.#now())) return null
    return inFlight(schemas.preparing, key, async () => {
      schemas.writers.set(key, await this.#prepareWriter(topic, schema))
    })
  }

  fromConnectData(topic: string, schema: Schema | null, value: unknown): Buffer | null {
    if (value === null || value === undefined) {
      if (schema === null || schema.optional) return null
      throw new DataError(
        'schema_registry.null',
        `Invalid value: null used for required ${this.#usage} of topic ${topic}, schema type: ${schema.type}`,
      )
    }
    const ready = this.#ofTopic(topic).writers.get(schema ?? schemaless)
    if (ready === undefined) throw notReady(`the schema of a ${this.#usage} of topic ${topic}`)
    return framed(ready.id, ready.write(value))
  }

  async close(): Promise<void> {
    await this.#registry.close()
  }

  #ofTopic(topic: string): TopicSchemas {
    let schemas = this.#topics.get(topic)
    if (schemas === undefined) {
      const size = this.#config['schemas.cache.config']
      schemas = {
        readers: new LruCache(size),
        failures: new LruCache(size),
        fetching: new Map(),
        writers: new WeakMap(),
        preparing: new Map(),
      }
      this.#topics.set(topic, schemas)
    }
    return schemas
  }

  async #fetch(topic: string, schemas: TopicSchemas, id: number): Promise<void> {
    const failure = schemas.failures.get(id)
    if (failure !== undefined && failure.until > this.#now()) throw failure.error
    try {
      const parsed = this.#parse(await this.#registry.schemaById(id), `schema ${id}`)
      schemas.readers.set(id, parsed.reader(await this.#versionOf(topic, id, parsed)))
    } catch (error) {
      if (error instanceof DataError) schemas.failures.set(id, { error, until: this.#now() + failureCountsMs })
      throw error
    }
  }

  async #versionOf(topic: string, id: number, { recordName }: ParsedSchema): Promise<number | null> {
    if (this.#strategy !== 'TopicNameStrategy' && recordName === null) return null
    return await this.#registry.versionOf(id, subjectName(this.#strategy, topic, this.#usage, recordName))
  }

  async #prepareWriter(topic: string, schema: Schema | null): Promise<ReadyWriter> {
    const config = this.#config
    const definition = this.#format.derive(schema)
    const own = this.#parse({ ...definition, used: [] }, 'the schema of the record')
    const subject = (): string => subjectName(this.#strategy, topic, this.#usage, own.recordName)
    if (config['auto.register.schemas']) {
      const id = await this.#idOf('register', subject(), definition)
      return { id, write: own.writer(schema, true), until: Number.POSITIVE_INFINITY }
    }
    if (config['use.schema.id'] >= 0) {
      const id = config['use.schema.id']
      const given = this.#parse(await this.#registry.schemaById(id), `schema ${id}`)
      return { id, write: given.writer(schema, config['id.compatibility.strict']), until: Number.POSITIVE_INFINITY }
    }
    if (config['use.latest.version']) {
      const { id, source } = await this.#registry.latest(subject())
      const write = this.#parse(source, `schema ${id}`).writer(schema, config['latest.compatibility.strict'])
      const ttlSec = config['latest.cache.ttl.sec']
      return { id, write, until: ttlSec < 0 ? Number.POSITIVE_INFINITY : this.#now() + ttlSec * 1000 }
    }
    const id = await this.#idOf('lookUp', subject(), definition)
    return { id, write: own.writer(schema, true), until: Number.POSITIVE_INFINITY }
  }

  #parse(source: SchemaDefinition & { readonly used: readonly { name: string; text: string }[] }, what: string) {
    if (source.kind === this.#format.kind) return this.#format.parse(source)
    throw new DataError(
      'schema_registry.wrong_kind',
      `${what} is ${source.kind}, and this converter reads and writes ${this.#format.kind}; choose the converter for ${source.kind}`,
    )
  }

  /** Schemas that are made anew for each record are registered once all the same. */
  async #idOf(how: 'register' | 'lookUp', subject: string, definition: SchemaDefinition): Promise<number> {
    const key = `${subject}\n${definition.text}`
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = await this.#registry[how](subject, definition)
    this.#ids.set(key, id)
    return id
  }
}

/** One call at a time for the same thing; whoever asks meanwhile shares it. */
function inFlight<Key>(calls: Map<Key, Promise<void>>, key: Key, call: () => Promise<void>): Promise<void> {
  const running = calls.get(key)
  if (running !== undefined) return running
  const started = call().finally(() => calls.delete(key))
  calls.set(key, started)
  return started
}

/** Between its preparation and its conversion a record's schema may have left the cache; the next try fetches it anew. */
function notReady(what: string): RetriableError {
  return new RetriableError('schema_registry.not_ready', `${what} is not in the cache; raise schemas.cache.config`)
}
