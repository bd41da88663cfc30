/** Mappings made from schemas, and what documents are written to, on a real node: records carry their schema as JSON. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, idOf, NotYet, stack, startCluster, until } from './harness/index.ts'
import { elasticsearchRequest } from './stack/elasticsearch-request.ts'

let cluster: Cluster
const made: string[] = []
beforeAll(async () => {
  cluster = await startCluster({ workers: 1, properties: { 'offset.flush.interval.ms': '500' } })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  for (const path of made) await server('DELETE', path)
})

async function server(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await elasticsearchRequest(stack.elasticsearch, path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return await answer.json()
}

async function make(path: string, body: object = {}): Promise<void> {
  made.push(path)
  expect(await server('PUT', path, body)).toMatchObject({ acknowledged: true })
}

type Properties = Record<string, { type?: string; properties?: Properties; null_value?: unknown }>
async function properties(index: string): Promise<Properties> {
  const answer = (await server('GET', `${index}/_mapping`)) as Record<
    string,
    { mappings?: { properties?: Properties } }
  >
  return answer[index]?.mappings?.properties ?? {}
}

const field = (name: string, type: string, more: object = {}) => ({ field: name, type, optional: true, ...more })
const logical = (name: string, type: string, of: string, more: object = {}) =>
  field(name, type, { name: `org.apache.kafka.connect.data.${of}`, version: 1, ...more })
const id = field('id', 'int32')
const label = field('label', 'string')
const note = field('note', 'string')
/** A value with its schema, as the JSON converter reads it. */
const value = (payload: string, ...fields: object[]) =>
  `{"schema":{"type":"struct","fields":${JSON.stringify(fields)}},"payload":${payload}}`

const sink = {
  'connector.class': 'ElasticsearchSink',
  'schema.ignore': 'false',
  'key.converter': 'StringConverter',
  'value.converter': 'JsonConverter',
  'value.converter.schemas.enable': 'true',
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.replication.factor': '1',
  'errors.deadletterqueue.context.headers.enable': 'true',
}

/** Why records were refused, by their topic and key. */
async function reasons(letters: string, count: number): Promise<Record<string, string>> {
  const found = await cluster.deadLetters(letters).untilCount(count)
  return Object.fromEntries(
    found.map(({ key, headers }) => [
      `${headers['__connect.errors.topic']}/${key}`,
      headers['__connect.errors.exception.message'] ?? '',
    ]),
  )
}

/** Produces records until the mapping has what it should: indices are looked at every few seconds. */
async function untilMapped(topic: string, record: string, mapped: () => Promise<boolean>): Promise<number> {
  let produced = 0
  await until(
    async () => {
      if (await mapped()) return true
      await cluster.produce(topic, [{ key: `m${produced++}`, value: record }])
      return new NotYet(`not after ${produced} records`)
    },
    { what: `${topic} to be mapped again`, deadlineMs: 20_000, everyMs: 300 },
  )
  return produced
}

test('the mapping follows the schemas; what does not fit it is refused with the reason, alone; tombstones need no schema', async () => {
  const topic = await cluster.createTopic()
  const index = cluster.index(topic)
  const letters = `${topic}-letters`
  const all = [
    { ...id, default: 7 },
    label,
    logical('amount', 'bytes', 'Decimal', { parameters: { scale: '2' } }),
    logical('day', 'int32', 'Date'),
    logical('clock', 'int32', 'Time'),
    logical('at', 'int64', 'Timestamp'),
    field('home', 'struct', { fields: [field('zip', 'string'), field('no', 'int16')] }),
    field('tags', 'array', { items: { type: 'string' } }),
    field('labels', 'map', { keys: { type: 'string' }, values: { type: 'int64' } }),
    field('byNumber', 'map', { keys: { type: 'int32' }, values: { type: 'string' } }),
    field('raw', 'bytes'),
    field('ratio', 'double'),
  ]
  const payload =
    '{"id":null,"label":"x","amount":"BNI=","day":20455,"clock":1234,"at":1767312000123,"home":{"zip":"01099","no":3},"tags":["a"],"labels":{"a":9007199254740993},"byNumber":[[1,"b"]],"raw":"aGk=","ratio":2}'
  await cluster.produce(topic, [
    { key: 'gone', value: null },
    { key: null, value: null },
    { key: 'a', value: value(payload, ...all) },
    { key: 'b', value: value('{"id":1,"note":"new"}', id, note) },
    { key: 'c', value: value('{"id":5}', field('id', 'int64')) },
    { key: 'd', value: value('{"id":3000000000}', field('id', 'int64')) },
    { key: 'e', value: value('{"label":{"de":"x"}}', field('label', 'struct', { fields: [field('de', 'string')] })) },
    { key: 'f', value: value('"text"').replace('{"type":"struct","fields":[]}', '{"type":"string"}') },
    { key: 'g', value: value('{"id":2}', id) },
    { key: 'b', value: null },
    { key: 'h', value: value('{"ratio":"NaN"}', field('ratio', 'double')) },
  ])
  await cluster.createConnector(topic, {
    ...sink,
    topics: topic,
    'key.ignore': 'false',
    'behavior.on.null.values': 'delete',
    'errors.deadletterqueue.topic.name': letters,
  })
  await cluster.group(topic).untilCommitted(topic, 11n)

  const documents = await index.byId()
  expect(documents).toEqual({
    a: '{"id":7,"label":"x","amount":12.34,"day":1767312000000,"clock":1234,"at":1767312000123,"home":{"zip":"01099","no":3},"tags":["a"],"labels":{"a":9007199254740993},"byNumber":[{"key":1,"value":"b"}],"raw":"aGk=","ratio":2.0}',
    c: '{"id":5}',
    g: '{"id":2}',
  })
  const mapped = await properties(topic)
  expect(mapped).toMatchObject({
    id: { type: 'integer', null_value: 7 },
    label: { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } },
    amount: { type: 'double' },
    home: { properties: { zip: { type: 'text' }, no: { type: 'short' } } },
    tags: { type: 'text' },
    byNumber: { properties: { key: { type: 'integer' }, value: { type: 'text' } } },
    raw: { type: 'binary' },
    note: { type: 'text' },
  })
  for (const name of ['day', 'clock', 'at']) expect(mapped[name]?.type).toBe('date')
  // Elasticsearch reads them as what they are.
  const found = await server('POST', `${topic}/_search`, {
    query: { ids: { values: ['a'] } },
    _source: false,
    docvalue_fields: ['day', 'clock', 'at'].map((name) => ({ field: name, format: 'strict_date_time' })),
  })
  expect(JSON.stringify(found)).toContain(
    '"fields":{"at":["2026-01-02T00:00:00.123Z"],"clock":["1970-01-01T00:00:01.234Z"],"day":["2026-01-02T00:00:00.000Z"]}',
  )
  expect(await reasons(letters, 4)).toEqual({
    [`${topic}/d`]: expect.stringContaining(`field id of ${topic} is integer, the schema of the record asks for long`),
    [`${topic}/e`]: expect.stringContaining(
      `field label of ${topic} is text, the schema of the record asks for object`,
    ),
    [`${topic}/f`]: expect.stringContaining('is STRING, not an object'),
    // What is no number is told of, not written as null.
    [`${topic}/h`]: expect.stringContaining('NaN'),
  })
  await cluster.client.deleteConnector(topic)
})

test('an index that is deleted under way is set up again with its mapping, and nothing after that is lost', async () => {
  const topic = await cluster.createTopic()
  const index = cluster.index(topic)
  const mapped = value('{"day":20455,"note":null}', logical('day', 'int32', 'Date'), note)
  await cluster.produce(topic, [{ value: mapped }])
  await cluster.createConnector(topic, { ...sink, topics: topic })
  await cluster.group(topic).untilCommitted(topic, 1n)

  // Where Elasticsearch makes the index by itself, what it lacks is added within seconds.
  await index.delete()
  const produced = await untilMapped(topic, mapped, async () => (await properties(topic)).note !== undefined)
  await cluster.group(topic).untilCommitted(topic, BigInt(1 + produced))
  expect(await index.count()).toBe(produced)

  // Where it may not, nothing is written before the mapping is there.
  const setting = (list: string | null) =>
    server('PUT', '_cluster/settings', { persistent: { 'action.auto_create_index': list } })
  await setting(`-${topic}*,+*`)
  try {
    await index.delete()
    const records = await cluster.produce(topic, [{ value: mapped }, { value: mapped }])
    await index.untilHoldsExactly(records, { content: () => '{"day":1767312000000,"note":null}' })
    expect(await properties(topic)).toMatchObject({ day: { type: 'date' }, note: { type: 'text' } })
  } finally {
    await setting(null)
  }
  await cluster.untilRunning(topic, { tasks: 1 })
  await cluster.client.deleteConnector(topic)
})

test('a write alias is made and rolled over; the mapping of a template wins, and what it lacks is added to each index', async () => {
  const topic = await cluster.createTopic()
  await make(`_index_template/${topic}`, {
    index_patterns: [`${topic}-*`],
    template: {
      settings: { number_of_replicas: 0 },
      mappings: {
        dynamic_templates: [{ codes: { match: '*_code', mapping: { type: 'keyword' } } }],
        properties: { label: { type: 'keyword' }, closed: { type: 'object', dynamic: false } },
      },
    },
  })
  made.push(`${topic}-000001`, `${topic}-000002`)
  const closed = field('closed', 'struct', { fields: [field('inner', 'string')] })
  const fields = [id, label, note, field('zip_code', 'string'), closed]
  const record = value('{"id":1,"label":"x","note":null,"zip_code":"01099","closed":{"inner":"y"}}', ...fields)
  const before = await cluster.produce(topic, [{ value: record }])
  await cluster.createConnector(topic, {
    ...sink,
    topics: topic,
    'index.rollover': 'true',
    'index.settings': '{"number_of_shards": 2, "index.refresh_interval": "7s"}',
  })
  await cluster.group(topic).untilCommitted(topic, 1n)
  const first = (await server('GET', `${topic}-000001`)) as Record<
    string,
    { aliases: object; settings: { index: object } }
  >
  expect(first[`${topic}-000001`]?.aliases).toEqual({ [topic]: { is_write_index: true } })
  expect(first[`${topic}-000001`]?.settings.index).toMatchObject({
    number_of_shards: '2',
    number_of_replicas: '0',
    refresh_interval: '7s',
  })
  const mapped = {
    id: { type: 'integer' },
    label: { type: 'keyword' },
    note: { type: 'text' },
    zip_code: { type: 'keyword' },
    closed: { type: 'object', dynamic: 'false' },
  }
  expect(await properties(`${topic}-000001`)).toMatchObject(mapped)

  expect(await server('POST', `${topic}/_rollover`)).toMatchObject({ rolled_over: true })
  const second = `${topic}-000002`
  const produced = await untilMapped(topic, record, async () => (await properties(second)).note !== undefined)
  expect(await properties(second)).toMatchObject({ label: { type: 'keyword' }, note: { type: 'text' } })
  await cluster.group(topic).untilCommitted(topic, BigInt(1 + produced))
  expect((await cluster.index(second).all()).length).toBe(produced)
  expect((await cluster.index(`${topic}-000001`).all()).map((document) => document.id)).toEqual(before.map(idOf))
  await cluster.client.deleteConnector(topic)
})

test('external resources are written to, never made; a topic without one goes to the dead letters', async () => {
  const topic = await cluster.createTopic()
  const other = await cluster.createTopic({ name: `${topic}-other` })
  const letters = `letters-of-${topic}`
  const target = `target-${topic}`
  await make(`${target}-1`, {
    aliases: { [target]: {} },
    mappings: { dynamic: 'strict', properties: { id: { type: 'long' } } },
  })
  const [kept] = await cluster.produce(topic, [
    { key: 'a', value: value('{"id":1}', id) },
    { key: 'b', value: value('{"id":2,"note":"x"}', id, note) },
  ])
  await cluster.produce(other, [{ key: 'c', value: value('{"id":3}', id) }])
  await cluster.createConnector(topic, {
    ...sink,
    'topics.regex': `${topic}(-other)?`,
    'external.resource.usage': 'alias_index',
    'topic.to.external.resource.mapping': `${topic}:${target}`,
    'errors.deadletterqueue.topic.name': letters,
  })
  await cluster.group(topic).untilCommitted(topic, 2n)
  await cluster.group(topic).untilCommitted(other, 1n)
  expect(await cluster.index(`${target}-1`).all()).toEqual([
    { id: idOf(kept as NonNullable<typeof kept>), source: '{"id":1}' },
  ])
  expect(await reasons(letters, 2)).toEqual({
    [`${topic}/b`]: expect.stringContaining('strict_dynamic_mapping_exception'),
    [`${other}/c`]: expect.stringContaining(`topic ${other} is not in topic.to.external.resource.mapping`),
  })
  expect(await server('GET', other)).toMatchObject({ status: 404 })
  await cluster.client.deleteConnector(topic)
})
