/** Converters with a real schema registry: records are made up, written with a converter, read with it, and indexed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Cluster,
  freshName,
  NotYet,
  readRecords,
  type SchemaRegistry,
  startCluster,
  startSchemaRegistry,
  until,
} from './harness/index.ts'

let registry: SchemaRegistry | undefined
let cluster: Cluster
beforeAll(async () => {
  registry = await startSchemaRegistry()
  cluster = await startCluster({ workers: 1 })
}, 240_000)
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  await registry?.[Symbol.asyncDispose]()
})

const converters = ['AvroConverter', 'ProtobufConverter', 'JsonSchemaConverter'] as const
const byJavaName = {
  AvroConverter: 'io.confluent.connect.avro.AvroConverter',
  ProtobufConverter: 'io.confluent.connect.protobuf.ProtobufConverter',
  JsonSchemaConverter: 'io.confluent.connect.json.JsonSchemaConverter',
} as const
type Config = Readonly<Record<string, string>>

const always = (type: string, value: unknown) => ({ type, 'arg.properties': { options: [value] } })
const numbered = { type: 'long', 'arg.properties': { iteration: { start: 0 } } }

/** An order, with more fields where given. */
function orderSchema(...more: object[]): string {
  const tags = { type: 'array', items: always('string', 'new'), 'arg.properties': { length: 2 } }
  const home = { type: 'record', name: 'Address', fields: [{ name: 'zip', type: always('string', '01099') }] }
  return JSON.stringify({
    ...{ type: 'record', name: 'Order', namespace: 'com.shop' },
    fields: [
      { name: 'id', type: numbered },
      { name: 'big', type: always('long', 9007199254740991) },
      { name: 'small', type: always('int', -7) },
      { name: 'price', type: always('double', 1.25) },
      { name: 'paid', type: always('boolean', true) },
      { name: 'customer', type: always('string', 'Zoë') },
      { name: 'tags', type: tags },
      { name: 'home', type: home },
      ...more,
    ],
  })
}
const order = (id: number, more: object = {}) => ({
  ...{ id, big: 9007199254740991, small: -7, price: 1.25, paid: true, customer: 'Zoë' },
  ...{ tags: ['new', 'new'], home: { zip: '01099' }, ...more },
})

function withConverter(className: string, options: Config = {}): Config {
  const named = { 'schema.registry.url': registry?.url ?? '', ...options }
  const prefixed = Object.entries(named).map(([key, value]) => [`value.converter.${key}`, value])
  return { 'value.converter': className, ...Object.fromEntries(prefixed) }
}

/** Makes up so many records for a topic. */
async function makeUp(topic: string, schema: string, converter: Config, iterations = 5): Promise<string> {
  const name = freshName('datagen')
  await cluster.createConnector(name, {
    ...{ 'connector.class': 'DatagenSource', 'kafka.topic': topic, 'schema.string': schema, 'max.interval': '0' },
    ...{ iterations: String(iterations), 'key.converter': 'StringConverter' },
    ...converter,
  })
  return name
}

async function startSink(topic: string, converter: Config, more: Config = {}) {
  await cluster.createConnector(topic, { 'connector.class': 'ElasticsearchSink', topics: topic, ...converter, ...more })
  await cluster.untilRunning(topic, { tasks: 1 })
  return cluster.index(topic)
}

function untilDocuments(topic: string, expected: readonly object[]): Promise<unknown> {
  const index = cluster.index(topic)
  return until(
    async () => {
      const documents = (await index.all()).map(({ source }) => JSON.parse(source) as object)
      if (documents.length < expected.length) return new NotYet(documents)
      expect(documents).toHaveLength(expected.length)
      expect(documents).toEqual(expect.arrayContaining(expected as object[]))
      return true
    },
    { what: `${expected.length} documents in ${topic}` },
  )
}

const orders = (count: number, more?: object) => Array.from({ length: count }, (_, id) => order(id, more))

describe.each(converters)('%s', (name) => {
  const converter = () => withConverter(byJavaName[name])

  test('records go through a topic into an index as they were', async ({ skip }) => {
    skip(!registry, 'there is no schema registry')
    const topic = await cluster.createTopic()
    await makeUp(topic, orderSchema(), converter())
    await startSink(topic, converter())
    await untilDocuments(topic, orders(5))
    expect(await registry?.versions(`${topic}-value`)).toHaveLength(1)
    const [first] = await readRecords(topic)
    expect(first?.value?.[0]).toBe(0)
  })

  test('a field that is added flows on without a restart', async ({ skip }) => {
    skip(!registry, 'there is no schema registry')
    const topic = await cluster.createTopic()
    await startSink(topic, converter())
    await makeUp(topic, orderSchema(), converter())
    await untilDocuments(topic, orders(5))
    const note = { name: 'note', type: always('string', 'by air'), default: '' }
    await makeUp(topic, orderSchema(note), converter())
    await untilDocuments(topic, [...orders(5), ...orders(5, { note: 'by air' })])
    expect(await registry?.versions(`${topic}-value`)).toHaveLength(2)
  })

  test('a record of another format is reported, the others are written', async ({ skip }) => {
    skip(!registry, 'there is no schema registry')
    const topic = await cluster.createTopic()
    const letters = `${topic}-letters`
    await cluster.produce(topic, [
      { key: null, value: '{"no":"schema id"}' },
      { key: null, value: Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1]) },
    ])
    await makeUp(topic, orderSchema(), converter())
    await startSink(topic, converter(), {
      ...{ 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': letters },
      ...{ 'errors.deadletterqueue.topic.replication.factor': '1' },
      'errors.deadletterqueue.context.headers.enable': 'true',
    })
    await untilDocuments(topic, orders(5))
    const dead = await cluster.deadLetters(letters).untilCount(2)
    expect(dead.map(({ headers }) => headers['__connect.errors.stage'])).toEqual(['VALUE_CONVERTER', 'VALUE_CONVERTER'])
    const reasons = dead.map(({ headers }) => headers['__connect.errors.exception.message']).sort()
    expect(reasons).toEqual([
      expect.stringMatching(/^Unknown magic byte/),
      expect.stringMatching(/the schema registry has not got schema 2147483647/),
    ])
  })
})

test('a schema that is not compatible fails the source with the registry’s reason', async ({ skip }) => {
  skip(!registry, 'there is no schema registry')
  const topic = await cluster.createTopic()
  const converter = withConverter('AvroConverter')
  await makeUp(topic, orderSchema(), converter)
  await until(async () => (await readRecords(topic)).length === 5, { what: 'five records' })
  await registry?.setCompatibility(`${topic}-value`, 'BACKWARD')
  const required = { name: 'note', type: always('string', 'by air') }
  const name = await makeUp(topic, orderSchema(required), converter)
  await until(
    async () => {
      const { tasks } = await cluster.client.status(name)
      return /not compatible with those of subject .*-value/.test(tasks[0]?.trace ?? '') || new NotYet(tasks)
    },
    { what: 'the source to fail' },
  )
  expect(await registry?.versions(`${topic}-value`)).toHaveLength(1)
})

/** How often a connector's tasks have tried a conversion again. */
async function retriesOf(connector: string): Promise<number> {
  const page = await (await fetch(`${cluster.worker(0).url}/metrics`)).text()
  const lines = page.split('\n').filter((line) => line.includes('total_retries') && line.includes(`"${connector}"`))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

test('a sink waits for a registry that is away for a moment', async ({ skip }) => {
  skip(!registry?.controllable, 'there is no schema registry of our own')
  const topic = await cluster.createTopic()
  await makeUp(topic, orderSchema(), withConverter('AvroConverter'))
  await until(async () => (await readRecords(topic)).length === 5, { what: 'five records' })
  registry?.pause()
  const impatient = { 'http.read.timeout.ms': '300', 'max.retries': '0' }
  const retries = { 'errors.retry.timeout': '120000', 'errors.retry.delay.max.ms': '500' }
  const index = await startSink(topic, withConverter('AvroConverter', impatient), retries)
  await until(async () => (await retriesOf(topic)) > 0, { what: 'the sink to have asked in vain' })
  expect(await index.count()).toBe(0)
  registry?.resume()
  await untilDocuments(topic, orders(5))
})
