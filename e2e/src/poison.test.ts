import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Cluster,
  type FaultProxy,
  faultProxy,
  freshName,
  idOf,
  NotYet,
  type RecordToProduce,
  type StoredRecord,
  stack,
  startCluster,
  until,
} from './harness/index.ts'

interface Failure {
  readonly stage: keyof typeof CLASSES
  readonly message: RegExp
}

interface Poison extends RecordToProduce, Failure {
  readonly what: string
  /** How it fails where a transformation comes first; the same way where not given. */
  readonly transformed?: Failure
}

const CLASSES = {
  VALUE_CONVERTER: 'org.apache.kafka.connect.json.JsonConverter',
  TRANSFORMATION: 'org.apache.kafka.connect.transforms.ReplaceField$Value',
  TASK_PUT: 'org.apache.kafka.connect.sink.SinkTask',
}

const NESTING = 10_000
const REQUEST_LIMIT = 1_000_000
const LARGE_RECORDS = { 'max.message.bytes': '5000000' }

const POISONS: readonly Poison[] = [
  { what: 'bad JSON', value: '{"number": 1,', stage: 'VALUE_CONVERTER', message: /JSON/ },
  { what: 'a forged action line', value: '{"a":1}\n{"delete":{"_id":"x"}}', stage: 'VALUE_CONVERTER', message: /JSON/ },
  { what: 'text', value: 'just text', stage: 'VALUE_CONVERTER', message: /JSON/ },
  {
    what: 'invalid UTF-8',
    value: Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')]),
    stage: 'VALUE_CONVERTER',
    message: /UTF-8/,
  },
  {
    what: 'an array',
    value: '[1,2,3]',
    stage: 'TASK_PUT',
    message: /not an object/,
    transformed: { stage: 'TRANSFORMATION', message: /object|map/i },
  },
  {
    what: 'a mapping conflict',
    value: '{"number":"many"}',
    stage: 'TASK_PUT',
    message: /document_parsing_exception.*number/s,
  },
  { what: 'no value', value: null, stage: 'TASK_PUT', message: /value/ },
  {
    what: `nesting ${NESTING} deep`,
    value: `${'{"a":'.repeat(NESTING)}1${'}'.repeat(NESTING)}`,
    stage: 'TASK_PUT',
    message: /nest|depth|deep/i,
  },
  {
    what: 'a document larger than a request may be',
    value: `{"text":"${'x'.repeat(REQUEST_LIMIT * 1.5)}"}`,
    stage: 'TASK_PUT',
    message: /413/,
  },
]

let cluster: Cluster
let proxy: FaultProxy
beforeAll(async () => {
  proxy = await faultProxy(stack.elasticsearch, { maxBodyBytes: REQUEST_LIMIT })
  cluster = await startCluster({ workers: 1, properties: { 'offset.flush.interval.ms': '1000' } })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  await proxy?.[Symbol.asyncDispose]()
})

const good = (number: number): RecordToProduce => ({
  key: `good-${number}`,
  value: `{"number":${number},"text":"good"}`,
})

/** A topic with an index that says what a number is. */
async function createTarget(partitions = 1) {
  const topic = await cluster.createTopic({ partitions, config: LARGE_RECORDS })
  const index = cluster.index(topic)
  await index.create({ number_of_replicas: 0 }, { properties: { number: { type: 'long' }, text: { type: 'text' } } })
  return { topic, index }
}

function sink(topic: string, config: Record<string, string>): Promise<unknown> {
  return cluster.createConnector(topic, {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'connection.url': proxy.url,
    'behavior.on.null.values': 'fail',
    'consumer.override.max.partition.fetch.bytes': '10000000',
    ...config,
  })
}

const RAW = {}
const TRANSFORMED = {
  transforms: 'same',
  'transforms.same.type': 'org.apache.kafka.connect.transforms.ReplaceField$Value',
  'transforms.same.exclude': 'nothing',
}

test.each([
  ['as the bytes that they are', RAW],
  ['through a transformation', TRANSFORMED],
])('poison of every kind sent %s goes to the dead letter queue, all else into the index', async (_how, config) => {
  const { topic, index } = await createTarget(2)
  const dlq = await cluster.createTopic({ name: freshName('dlq'), config: LARGE_RECORDS })
  const mixed = POISONS.flatMap((poison, number): RecordToProduce[] => [
    ...Array.from({ length: 20 }, (_, n) => good(number * 100 + n)),
    { ...poison, key: poison.what, headers: { trace: `trace-${number}` }, timestamp: 1_700_000_000_000 + number },
  ])
  const produced = await cluster.produce(topic, mixed)
  await sink(topic, {
    ...config,
    'tasks.max': '2',
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': dlq,
    'producer.override.max.request.size': LARGE_RECORDS['max.message.bytes'],
    'errors.deadletterqueue.context.headers.enable': 'true',
  })
  const isPoison = (record: StoredRecord) => !String(record.key).startsWith('good-')
  await index.untilHoldsExactly(produced.filter((record) => !isPoison(record)))
  const letters = await cluster.deadLetters(dlq).untilCount(POISONS.length)
  const running = await cluster.untilRunning(topic, { tasks: 2 })
  expect(running.tasks.map(({ state }) => state)).toEqual(['RUNNING', 'RUNNING'])

  expect(letters.map(({ key }) => String(key)).sort()).toEqual(POISONS.map(({ what }) => what).sort())
  for (const letter of letters) {
    const record = produced.find(({ key }) => String(key) === String(letter.key))!
    const number = POISONS.findIndex(({ what }) => what === String(letter.key))
    const poison = POISONS[number]!
    const { what } = poison
    const { stage, message } = (config === TRANSFORMED && poison.transformed) || poison
    const { headers } = letter
    expect(letter.value === null ? null : letter.value.compare(record.value!), what).toBe(
      record.value === null ? null : 0,
    )
    expect(letter.timestamp, what).toBe(1_700_000_000_000 + number)
    expect(headers, what).toMatchObject({
      trace: `trace-${number}`,
      '__connect.errors.topic': topic,
      '__connect.errors.partition': String(record.partition),
      '__connect.errors.offset': String(record.offset),
      '__connect.errors.connector.name': topic,
      '__connect.errors.task.id': expect.stringMatching(/^[01]$/),
      '__connect.errors.exception.class.name': expect.stringMatching(/\w/),
      '__connect.errors.exception.stacktrace': expect.stringMatching(/\w/),
    })
    expect(headers['__connect.errors.stage'], what).toBe(stage)
    expect(headers['__connect.errors.class.name'], what).toBe(CLASSES[stage])
    expect(headers['__connect.errors.exception.message'], what).toMatch(message)
  }
})

test.each(POISONS.map((poison) => [poison.what, poison] as const))(
  'without tolerance %s fails the task, which names the record and commits nothing beyond it',
  async (_what, poison) => {
    const { topic, index } = await createTarget()
    const before = await cluster.produce(topic, [good(1), good(2)])
    const [poisoned] = await cluster.produce(topic, [poison])
    await cluster.produce(topic, [good(3), good(4)])
    await sink(topic, {})
    const failed = await until(
      async () => {
        const status = await cluster.client.status(topic)
        return status.tasks.find(({ state }) => state === 'FAILED') ?? new NotYet(status)
      },
      { what: 'the task to fail' },
    )
    const { partition, offset } = poisoned!
    expect(failed.trace).toContain(`${topic}-${partition}@${offset}`)
    expect(failed.trace).toMatch(poison.message)
    const committed = (await cluster.group(topic).committed(topic)).get(0) ?? 0n
    expect(committed).toBeLessThanOrEqual(offset)
    await cluster.client.deleteConnector(topic)
    for (const record of before) {
      // What was before the poison may have been written already, but only as it is.
      const document = await index.get(idOf(record))
      expect(document?.source ?? String(record.value)).toBe(String(record.value))
    }
  },
)

test('a task that failed of a poison record goes on where it was once the poison is tolerated', async () => {
  const { topic, index } = await createTarget()
  const dlq = freshName('dlq')
  const before = await cluster.produce(topic, [good(1), good(2)])
  const [poisoned] = await cluster.produce(topic, [{ ...POISONS[0]!, key: 'a', headers: { own: 'b' } }])
  const after = await cluster.produce(topic, [good(3), good(4)])
  await sink(topic, {})
  await until(async () => (await cluster.client.status(topic)).tasks[0]?.state === 'FAILED', {
    what: 'the task to fail',
  })
  await cluster.client.patchConfig(topic, {
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': dlq,
    'errors.deadletterqueue.topic.replication.factor': '1',
  })
  await cluster.untilRunning(topic, { tasks: 1 })
  await index.untilHoldsExactly([...before, ...after])
  const [letter] = await cluster.deadLetters(dlq).untilCount(1)
  expect([letter!.key, letter!.value, letter!.headers]).toEqual([poisoned!.key, poisoned!.value, { own: 'b' }])
})

test('null values are ignored or delete their document where the connector says so', async () => {
  const { topic, index } = await createTarget()
  await sink(topic, { 'key.ignore': 'false', 'behavior.on.null.values': 'delete' })
  await cluster.produce(topic, [
    { key: 'kept', value: '{"number":1}' },
    { key: 'gone', value: '{"number":2}' },
    { key: 'gone', value: null },
    { key: 'never there', value: null },
    { key: 'last', value: '{"number":3}' },
  ])
  await until(async () => (await index.get('last')) !== undefined, { what: 'the last document' })
  expect((await index.all()).map(({ id }) => id).sort()).toEqual(['kept', 'last'])
  const ignoring = await createTarget()
  await sink(ignoring.topic, { 'behavior.on.null.values': 'ignore' })
  const produced = await cluster.produce(ignoring.topic, [{ key: 'a', value: null }, good(1)])
  await ignoring.index.untilHoldsExactly(produced.slice(1))
  await cluster.untilRunning(ignoring.topic, { tasks: 1 })
})
