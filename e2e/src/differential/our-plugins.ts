/** Our plugins asked the same as Kafka Connect's classes, see connect-classes.ts. */
import converters from '@penstock/converters'
import {
  type Converter,
  Decimal,
  type HeaderConverter,
  Lazy,
  type Plugin,
  type Predicate,
  type SchemaAndValue,
  SinkRecord,
  SourceRecord,
  type Transformation,
} from '@penstock/core'
import transforms from '@penstock/transforms'
import type { Outcome, PortableRecord, Question } from './connect-classes.ts'

const plugins: readonly Plugin[] = [...converters, ...transforms]
const instances = new Map<string, Transformation | Predicate | Converter | HeaderConverter>()
const envelope = converterOf(pluginOf('org.apache.kafka.connect.json.JsonConverter'))

export function answer(question: Question): Outcome {
  try {
    switch (question.does) {
      case 'transformation':
        return transformed(instanceOf(question) as Transformation, recordOf(question.record))
      case 'predicate':
        return { holds: (instanceOf(question) as Predicate).test(recordOf(question.record)) }
      case 'toConnect':
        return { value: written((instanceOf(question) as Converter).toConnectData('topic', bytesOf(question.bytes))) }
      case 'toHeader': {
        const converter = instanceOf(question) as HeaderConverter
        return { value: written(converter.toConnectHeader('topic', 'name', bytesOf(question.bytes))) }
      }
      case 'fromConnect': {
        const { schema, value } = read(question.value)
        return { bytes: base64((instanceOf(question) as Converter).fromConnectData('topic', schema, value)) }
      }
      case 'fromHeader': {
        const { schema, value } = read(question.value)
        const converter = instanceOf(question) as HeaderConverter
        return { bytes: base64(converter.fromConnectHeader('topic', 'name', schema, value)) }
      }
    }
  } catch (error) {
    return { error: String(error) }
  }
}

function transformed(transformation: Transformation, record: SinkRecord | SourceRecord): Outcome {
  const made = record instanceof SinkRecord ? transformation.apply(record) : transformation.apply(record)
  if (made === null) return { dropped: true }
  const { topic, partition, timestamp, key, value, headers } = made as SinkRecord | SourceRecord
  return {
    topic,
    partition,
    timestamp,
    key: written(key),
    value: written(value),
    headers: headers.map((header) => [header.name, written(header)]),
  }
}

function instanceOf(question: Question) {
  const id = JSON.stringify([question.does, question.class, question.config])
  const known = instances.get(id)
  if (known) return known
  const made = create(pluginOf(question.class), question)
  instances.set(id, made)
  return made
}

function create(plugin: Plugin, { does, config }: Question) {
  switch (plugin.kind) {
    case 'transformation':
      return plugin.create(plugin.config.parse(config), context)
    case 'predicate':
    case 'header_converter':
      return plugin.create(plugin.config.parse(config))
    case 'converter': {
      if (does !== 'toHeader' && does !== 'fromHeader') return converterOf(plugin, config)
      const forHeaders = plugin.createForHeaders?.(plugin.config.parse(config))
      if (forHeaders) return forHeaders
      throw new Error(`${plugin.name} is no converter of headers`)
    }
    default:
      throw new Error(`${plugin.name} is a ${plugin.kind}`)
  }
}

function converterOf(plugin: Plugin, config: Readonly<Record<string, string>> = {}): Converter {
  if (plugin.kind !== 'converter') throw new Error(`${plugin.name} is a ${plugin.kind}`)
  return plugin.create(plugin.config.parse(config), 'value')
}

function pluginOf(name: string): Plugin {
  const plugin = plugins.find(({ aliases }) => aliases.includes(name))
  if (!plugin) throw new Error(`no plugin ${name}`)
  return plugin
}

const context = {
  connector: 'connector',
  task: 0,
  logger: { error() {}, warn() {}, info() {}, debug() {} },
  clock: { now: () => Date.now() },
  openTable: () => Promise.reject(new Error('there is no topic')),
}

function recordOf(from: PortableRecord): SinkRecord | SourceRecord {
  const { topic, partition, timestamp } = from
  const [key, value] = [read(from.key), read(from.value)]
  const headers = from.headers.map(([name, text]) => ({ name, ...read(text) }))
  if (from.source) {
    const position = { sourcePartition: { file: 'x' }, sourceOffset: { position: 1 } }
    return new SourceRecord({ ...position, topic, partition, timestamp, key, value, headers })
  }
  const origin = { key: null, value: null, headers: [], timestampType: 'CreateTime' } as const
  return new SinkRecord(
    { ...origin, topic, partition, timestamp, offset: BigInt(from.offset) },
    Lazy.of(key),
    Lazy.of(value),
    headers,
  )
}

function read(text: string | null): SchemaAndValue {
  return envelope.toConnectData('topic', text === null ? null : Buffer.from(text))
}

function written({ schema, value }: SchemaAndValue): string | null {
  const bytes = envelope.fromConnectData('topic', schema, schema === null ? printable(value) : value)
  return bytes === null ? null : bytes.toString()
}

/** What has no form in JSON without a schema gets one. */
function printable(value: unknown): unknown {
  if (value instanceof Date) return `date:${value.getTime()}`
  if (value instanceof Decimal) return `decimal:${value}`
  if (Array.isArray(value)) return value.map(printable)
  if (value instanceof Map) return new Map([...value].map(([name, item]) => [name, printable(item)]))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, printable(item)]))
}

function bytesOf(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, 'base64')
}

function base64(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('base64')
}
