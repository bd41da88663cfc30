/** Which index, id, version, shard and pipeline a record gets, and how it changes a document, on real nodes. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Cluster,
  endsOf,
  freshName,
  IndexView,
  type OpenSearch,
  type RecordToProduce,
  stack,
  startCluster,
  startOpenSearch,
} from './harness/index.ts'
import { elasticsearchRequest } from './stack/elasticsearch-request.ts'

let cluster: Cluster
let openSearch: OpenSearch | undefined
beforeAll(async () => {
  ;[cluster, openSearch] = await Promise.all([
    startCluster({ workers: 1, properties: { 'offset.flush.interval.ms': '500' } }),
    startOpenSearch(),
  ])
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
  await openSearch?.[Symbol.asyncDispose]()
})

const sink = {
  'connector.class': 'ElasticsearchSink',
  'key.ignore': 'false',
  'key.converter': 'StringConverter',
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.replication.factor': '1',
  'errors.deadletterqueue.context.headers.enable': 'true',
}

async function request(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const answer = await elasticsearchRequest(url, path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return JSON.parse(text)
}

/** Produces records, streams them all through a sink and stops it; resolves with the reasons in the dead letter queue. */
async function stream(
  name: string,
  records: readonly RecordToProduce[],
  config: Record<string, string>,
  topics: readonly string[] = [name],
): Promise<string[]> {
  const letters = `${name}-letters`
  await cluster.createConnector(name, {
    ...sink,
    topics: topics.join(),
    'errors.deadletterqueue.topic.name': letters,
    ...config,
  })
  const stored = await Promise.all(topics.map((topic) => cluster.produce(topic, records)))
  for (const [i, topic] of topics.entries()) {
    await cluster.group(name).untilCommitted(topic, endsOf(stored[i] ?? []))
  }
  await cluster.client.deleteConnector(name)
  const reported = await cluster.deadLetters(letters).all()
  return reported.map(({ headers }) => headers['__connect.errors.exception.message'] ?? '')
}

/** Documents by id, each with the text it has in the index. */
function sources(index: string, url: string = stack.elasticsearch): Promise<Record<string, string>> {
  const view = url === stack.elasticsearch ? cluster.index(index) : new IndexView(index, url)
  return view.byId()
}

test('index by header and local day, ids by fields, the key as routing value, metadata in the document', async () => {
  const topic = await cluster.createTopic()
  const noon = Date.parse('2026-01-01T12:00:00Z')
  const night = Date.parse('2026-01-01T23:30:00Z')
  const de = { key: 'eu', timestamp: noon, headers: { tenant: 'De' } }
  const reasons = await stream(
    topic,
    [
      { ...de, value: '{"order":{"id":"a+1"},"line":"1","price":0.10,"big":9007199254740993}' },
      { ...de, value: '{"order":{"id":"a"},"line":"1+1"}' },
      { ...de, value: '{"order":{"id":"a+1"},"line":"1","price":0.20,"meta":{"x":1,"kafka":"forged"}}' },
      { ...de, timestamp: night, value: '{"order":{"id":7},"line":"2"}' },
      { key: 'us', timestamp: noon, value: '{"order":{"id":8},"line":"3"}' },
      { ...de, value: '{"order":{"id":"a"}}' },
      { ...de, value: '{"order":{"id":"a"},"line":"4","meta":"x"}' },
    ],
    {
      'index.name.format': '{topic}-{header.tenant}-{+yyyy.MM.dd}',
      'index.name.missing': 'none',
      'index.timezone': 'Europe/Berlin',
      'document.id.source': 'fields',
      'document.id.fields': 'order.id,line',
      'document.metadata': 'key,headers,topic,partition,offset,timestamp',
      'document.metadata.field': 'meta.kafka',
      'routing.type': 'key',
    },
  )
  const kafka = (offset: number, time: string, key = 'eu', headers = '{"tenant":"De"}') =>
    `"kafka":{"key":"${key}","headers":${headers},"topic":"${topic}","partition":0,"offset":${offset},"timestamp":"2026-01-01T${time}:00.000Z"}`
  expect(await sources(`${topic}-de-2026.01.01`)).toEqual({
    'a\\+1+1': `{"order":{"id":"a+1"},"line":"1","price":0.20,"meta":{"x":1,${kafka(2, '12:00')}}}`,
    'a+1\\+1': `{"meta":{${kafka(1, '12:00')}},"order":{"id":"a"},"line":"1+1"}`,
  })
  expect(await sources(`${topic}-de-2026.01.02`)).toEqual({
    '7+2': `{"meta":{${kafka(3, '23:30')}},"order":{"id":7},"line":"2"}`,
  })
  expect(await sources(`${topic}-none-2026.01.01`)).toEqual({
    '8+3': `{"meta":{${kafka(4, '12:00', 'us', '{}')}},"order":{"id":8},"line":"3"}`,
  })
  expect(await request(stack.elasticsearch, 'GET', `${topic}-de-2026.01.02/_doc/7+2?routing=eu`)).toMatchObject({
    _routing: 'eu',
    _version: 3,
  })
  expect(reasons).toEqual([
    expect.stringContaining(`the field line (document.id.fields) of record ${topic}-0@5 is missing`),
    expect.stringContaining(`the field meta of record ${topic}-0@6 is no object`),
  ])
})

test('topics brought together by a regular expression go to one index a day, each through its own pipeline', async () => {
  const base = freshName('logs')
  const topics = [`${base}-v1`, `${base}-v2`]
  for (const name of topics) await cluster.createTopic({ name })
  await request(stack.elasticsearch, 'PUT', `_ingest/pipeline/${base}`, { processors: [] })
  const at = (day: string, value: string) => ({ timestamp: Date.parse(`${day}T23:59:59.999Z`), value })
  await stream(
    base,
    [at('2026-01-01', '{"n": 1.0}'), at('2026-01-02', '{"n":2}'), at('2026-01-01', '{"n":3}')],
    {
      'key.ignore': 'true',
      'index.topic.regex': '(.+)-v\\d+',
      'index.topic.replacement': '$1',
      'index.name.format': '{topic}-{+yyyy.MM.dd}',
      'ingest.pipeline': base,
      'topic.ingest.pipeline.map': `${base}-v2:_none`,
    },
    topics,
  )
  expect(await sources(`${base}-2026.01.01`)).toEqual({
    [`${base}-v1+0+0`]: '{"n":1.0}',
    [`${base}-v1+0+2`]: '{"n":3}',
    [`${base}-v2+0+0`]: '{"n":1.0}',
    [`${base}-v2+0+2`]: '{"n":3}',
  })
  expect(await sources(`${base}-2026.01.02`)).toEqual({ [`${base}-v1+0+1`]: '{"n":2}', [`${base}-v2+0+1`]: '{"n":2}' })
  await request(stack.elasticsearch, 'DELETE', `_ingest/pipeline/${base}`)
})

test('create keeps what is there, update changes it, hashes are the same for the same; what can’t be is told', async () => {
  const [created, updated, hashed, newest] = await Promise.all(Array.from({ length: 4 }, () => cluster.createTopic()))
  if (!created || !updated || !hashed || !newest) throw new Error('topics are missing')
  const [ofCreate, ofUpdate, , ofVersions] = await Promise.all([
    stream(
      created,
      ['a', 'b', 'a'].map((id, n) => ({ headers: { id }, value: `{"n":${n}}` })),
      {
        'write.method': 'create',
        'document.id.source': 'header',
        'document.id.header': 'id',
        'behavior.on.version.conflict': 'report',
      },
    ),
    cluster
      .index(updated)
      .put('a', '{"x":0,"y":0}')
      .then(() =>
        stream(
          updated,
          [
            { key: 'a', value: '{"x":1}' },
            { key: 'gone', value: '{"x":2}' },
            { key: 'a', value: '{"z":{"n":3}}' },
          ],
          { 'write.method': 'update' },
        ),
      ),
    stream(
      hashed,
      ['1', '2', '1'].flatMap((n) => [{ key: 'k', value: `{"n":${n}}` }, { value: `{"n":${n}}` }]),
      { 'document.id.source': 'hash' },
    ),
    stream(
      newest,
      [
        { key: 'k', value: '{"n":1}', headers: { v: '7' } },
        { key: 'k', value: '{"n":2}', headers: { v: '6' } },
        { key: 'k', value: '{"n":1}', headers: { v: '7' } },
        { key: 'l', value: '{"n":3}', headers: { v: '1' } },
        { key: 'l', value: null, headers: { v: '2' } },
      ],
      {
        'external.version.header': 'v',
        'behavior.on.version.conflict': 'report',
        'behavior.on.null.values': 'delete',
      },
    ),
  ])
  expect(await sources(created)).toEqual({ a: '{"n":0}', b: '{"n":1}' })
  expect(ofCreate).toEqual([expect.stringContaining('document already exists')])
  expect(await sources(updated)).toEqual({ a: '{"x":1,"y":0,"z":{"n":3}}' })
  expect(ofUpdate).toEqual([expect.stringContaining('document_missing_exception')])
  expect(Object.values(await sources(hashed)).sort()).toEqual(['{"n":1}', '{"n":1}', '{"n":2}', '{"n":2}'])
  expect(Object.keys(await sources(hashed)).every((id) => /^[\w-]{43}$/.test(id))).toBe(true)
  expect(await sources(newest)).toEqual({ k: '{"n":1}' })
  expect(ofVersions).toEqual([
    expect.stringMatching(/current version \[7\] is higher or equal to the one provided \[6\]/),
  ])
})

test('updated documents are deleted however often they were updated, and come again', async () => {
  const topic = await cluster.createTopic()
  const records = [
    ...Array.from({ length: 5 }, (_, n) => ({ key: 'a', value: `{"n":${n}}` })),
    { key: 'a', value: null },
    { key: 'b', value: '{"n":1}' },
    { key: 'b', value: null },
    { key: 'b', value: '{"m":2}' },
  ]
  const config = { 'write.method': 'upsert', 'behavior.on.null.values': 'delete', 'batch.size': '2' }
  expect(await stream(topic, records, config)).toEqual([])
  expect(await sources(topic)).toEqual({ b: '{"m":2}' })
})

test('scripts count in order, pipelines change documents, children are routed to their parents', async ({ skip }) => {
  if (openSearch === undefined) return skip('there is no OpenSearch, which has the modules for this')
  const { url } = openSearch
  const [scripted, piped, joined] = await Promise.all(Array.from({ length: 3 }, () => cluster.createTopic()))
  if (!scripted || !piped || !joined) throw new Error('topics are missing')
  await request(url, 'PUT', `_ingest/pipeline/${piped}`, { processors: [{ set: { field: 'by', value: 'pipeline' } }] })
  await request(url, 'PUT', joined, {
    settings: { number_of_shards: 3 },
    mappings: { properties: { relation: { type: 'join', relations: { question: 'answer' } } } },
  })
  const toOpenSearch = { 'connection.url': url }
  const source =
    'if (params.doc.offset > ctx._source.offset) { ctx._source.sum += params.doc.sum; ctx._source.seen += "," + params.offset; ctx._source.offset = params.doc.offset }'
  const [, , ofJoin] = await Promise.all([
    stream(
      scripted,
      Array.from({ length: 30 }, (_, n) => ({ key: n % 3 ? 'a' : 'b', value: `{"sum":${n},"seen":"-"}` })),
      {
        ...toOpenSearch,
        'write.method': 'script',
        'script.source': source,
        'script.params': 'doc,offset',
        'document.metadata': 'offset',
        'document.metadata.field': '',
        'batch.size': '8',
      },
    ),
    stream(piped, [{ value: '{"n":1}' }], { ...toOpenSearch, 'key.ignore': 'true', 'ingest.pipeline': piped }),
    stream(
      joined,
      [
        { key: 'q1', value: '{"relation":"question","thread":"q1"}' },
        ...[1, 2, 3].map((n) => ({
          key: `a${n}`,
          value: `{"relation":{"name":"answer","parent":"q1"},"thread":"q1","n":${n}}`,
        })),
        { key: 'lost', value: '{"relation":"question"}' },
      ],
      { ...toOpenSearch, 'routing.type': 'value', 'routing.type.record.value.path': '/thread' },
    ),
  ])
  const numbers = Array.from({ length: 30 }, (_, n) => n)
  const expected = (mine: readonly number[]) =>
    `{"offset":${mine.at(-1)},"sum":${mine.reduce((sum, n) => sum + n, 0)},"seen":"-,${mine.slice(1).join()}"}`
  expect(await sources(scripted, url)).toEqual({
    a: expected(numbers.filter((n) => n % 3 > 0)),
    b: expected(numbers.filter((n) => n % 3 === 0)),
  })
  expect(await sources(piped, url)).toEqual({ [`${piped}+0+0`]: '{"n":1,"by":"pipeline"}' })
  const query = { query: { has_parent: { parent_type: 'question', query: { match_all: {} } } } }
  await new IndexView(joined, url).refresh()
  const found = (await request(url, 'POST', `${joined}/_search`, query)) as { hits: { hits: { _id: string }[] } }
  expect(found.hits.hits.map(({ _id }) => _id).sort()).toEqual(['a1', 'a2', 'a3'])
  expect(ofJoin).toEqual([expect.stringContaining('has no routing value: /thread (routing.type value)')])
})
