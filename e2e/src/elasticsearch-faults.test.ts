/** One connector under full load, and one fault after the other; nobody restarts anything. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectorStatus } from '@penstock/client'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  type Cluster,
  type FaultProxy,
  faultProxy,
  freshName,
  idOf,
  LoadedSink,
  type RecordToProduce,
  type StoredRecord,
  sampleRecord,
  stack,
  startCluster,
  until,
  Watch,
} from './harness/index.ts'
import { Authority, type Certificate } from './stack/certificates.ts'
import { elasticsearchRequest } from './stack/elasticsearch-request.ts'

const PER_SECOND = 3_000
/** More than is written in a second: the sink is at its limit when the fault comes. */
const BURST = 15_000
const PARTITIONS = 4
/** Known to the workers only, and only while there is a file that says so. */
const HOST = 'search.penstock.test'
const connector = freshName('faults')
const deadLetters = freshName('dead-letters')

let folder: string
let authority: Authority
let certificate: Certificate
let proxy: FaultProxy
let cluster: Cluster
let statuses: Watch<ConnectorStatus>
const topics: string[] = []
/** Records that Elasticsearch is right to refuse, of all tests. */
const offenders: StoredRecord[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-faults-'))
  authority = await Authority.create(folder, 'authority')
  certificate = await authority.issue({ name: 'search', host: HOST })
  proxy = await faultProxy(stack.elasticsearch, { tls: certificate })
  proxy.requireBasic('sink', 'right')
  await writeFile(join(folder, 'resolves'), '')
  await writeFile(join(folder, 'names.mjs'), namesModule(join(folder, 'resolves')))
  cluster = await startCluster({
    workers: 1,
    properties: { 'offset.flush.interval.ms': '1000' },
    env: { NODE_OPTIONS: `--import=${join(folder, 'names.mjs')}` },
  })
  for (let i = 0; i < 14; i++) topics.push(await cluster.createTopic({ partitions: PARTITIONS }))
  await cluster.createConnector(connector, {
    'connector.class': 'ElasticsearchSink',
    topics: topics.join(','),
    'tasks.max': '2',
    'connection.url': `https://${HOST}:${proxy.port}`,
    'connection.username': 'sink',
    'connection.password': 'right',
    'elastic.security.protocol': 'SSL',
    'elastic.https.ssl.truststore.certificates': authority.certificate,
    'read.timeout.ms': '2000',
    'batch.size': '500',
    'linger.ms': '5',
    'max.retries': '3',
    'retry.backoff.max.ms': '500',
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': deadLetters,
    'errors.deadletterqueue.topic.replication.factor': '1',
    'errors.deadletterqueue.context.headers.enable': 'true',
  })
  await cluster.untilRunning(connector, { tasks: 2 })
  statuses = new Watch(() => cluster.client.status(connector), { everyMs: 500 })
})
afterEach(() => {
  proxy.pass()
  proxy.requireBasic('sink', 'right')
})
afterAll(async () => {
  await statuses?.stop()
  await cluster?.[Symbol.asyncDispose]()
  await proxy?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Resolves names as ever, but ours only while the file is there. */
function namesModule(file: string): string {
  return `import dns from 'node:dns'
import { existsSync } from 'node:fs'
const { lookup } = dns
dns.lookup = (name, options, callback) => {
  if (name !== '${HOST}') return lookup(name, options, callback)
  if (existsSync(${JSON.stringify(file)})) return lookup('127.0.0.1', options, callback)
  callback(Object.assign(new Error('getaddrinfo ENOTFOUND ${HOST}'), { code: 'ENOTFOUND' }))
}
`
}

/** Full load into a topic and index that no other test uses; resolves when documents arrive. */
function startLoad(record = sampleRecord, options: { arrives?: boolean } = {}): Promise<LoadedSink> {
  const topic = topics.pop() as string
  const records = (number: number) => record(topic, number)
  return LoadedSink.start({
    cluster,
    connector,
    topic,
    perSecond: PER_SECOND,
    burst: BURST,
    record: records,
    ...options,
  })
}

test('a node that is killed and comes back', async ({ skip }) => {
  skip(!(await stack.controllable()).includes('elasticsearch'), 'the node is run by somebody else')
  await using load = await startLoad()
  await stack.control('elasticsearch', 'kill')
  await load.untilTold({
    trouble: 'unreachable',
    reason: /HTTP status 50\d|ECONN|closed/,
  })
  // What there is by now takes its time: the node is back after many seconds only.
  await load.stop()
  await stack.control('elasticsearch', 'start')
  await load.expectUnharmed()
})

test('an index that is closed, and open again', async () => {
  await using load = await startLoad()
  await load.ask('_close', 'POST')
  await load.untilTold({ trouble: 'index_unavailable', reason: /document .* index_closed_exception/ })
  await load.ask('_open', 'POST')
  await load.expectUnharmed()
})

test('an index that is red because no node may have its shard', async () => {
  const body = JSON.stringify({ settings: { 'index.routing.allocation.require._name': 'nobody' } })
  const path = `${topics.at(-1)}?wait_for_active_shards=0`
  const made = await elasticsearchRequest(stack.elasticsearch, path, { method: 'PUT', body })
  expect(made.status).toBe(200)
  await using load = await startLoad(sampleRecord, { arrives: false })
  await load.untilTold({
    trouble: 'index_unavailable',
    reason: /unavailable_shards_exception: .*primary shard is not active/,
  })
  await load.settings({ 'index.routing.allocation.require._name': null })
  await load.expectUnharmed()
})

test('an index that a full disk has made read-only', async () => {
  await using load = await startLoad()
  // The node looks at its disk twice a minute, and lifts the block as there is room.
  await using block = new Watch(() => load.settings({ 'index.blocks.read_only_allow_delete': true }), { everyMs: 250 })
  await load.untilTold({
    trouble: 'index_unavailable',
    reason: /cluster_block_exception.*read-only/,
  })
  await block.stop()
  await load.settings({ 'index.blocks.read_only_allow_delete': null })
  await load.expectUnharmed()
})

test('a storm of 429 for requests, then for documents', async () => {
  await using load = await startLoad()
  proxy.answer(429, { probability: 0.8 })
  await load.untilTold({ trouble: 'overloaded', held: false })
  proxy.rejectItems({ share: 0.7 })
  const { faults } = proxy.seen
  await until(() => proxy.seen.faults >= faults + 20, { what: 'refused documents' })
  proxy.pass()
  await load.expectUnharmed()
})

test('answers that drip for longer than read.timeout.ms', async () => {
  await using load = await startLoad()
  proxy.drip(3_000)
  await load.untilTold({ trouble: 'unreachable', held: false, reason: /no answer within \d+ ms \(read.timeout.ms\)/ })
  proxy.pass()
  await load.expectUnharmed()
})

test('connections that break in the middle of requests', async () => {
  await using load = await startLoad()
  proxy.cutRequest()
  await load.untilTold({ trouble: 'unreachable' })
  proxy.pass()
  await load.expectUnharmed()
})

test('answers that break off, and half ones that look whole', async () => {
  await using load = await startLoad()
  proxy.cut()
  await load.untilTold({ trouble: 'unreachable' })
  proxy.truncate()
  await load.untilTold({
    trouble: 'bad_answer',
    reason: /the answer to a bulk request of \d+ documents makes no sense: /,
  })
  proxy.pass()
  await load.expectUnharmed()
})

test('pages of a proxy instead of answers', async () => {
  await using load = await startLoad()
  const page = { body: '<html><body>Please log in</body></html>', headers: { 'content-type': 'text/html' } }
  for (const status of [200, 302, 400, 502]) {
    proxy.answer(status, page)
    const { faults } = proxy.seen
    await until(() => proxy.seen.faults >= faults + 10, { what: `answers of ${status}` })
  }
  await load.untilTold({ trouble: 'bad_answer|request_refused|unreachable', reason: /Please log in/ })
  proxy.pass()
  await load.expectUnharmed()
})

test('a node without space', async () => {
  await using load = await startLoad()
  const error = { type: 'i_o_exception', reason: 'No space left on device' }
  proxy.answer(500, { body: JSON.stringify({ error, status: 500 }) })
  await load.untilTold({ trouble: 'server_error', reason: /No space left on device/ })
  proxy.rejectItems({ status: 500, share: 0.9, error })
  const { faults } = proxy.seen
  await until(() => proxy.seen.faults >= faults + 10, { what: 'refused documents' })
  proxy.pass()
  await load.expectUnharmed()
})

test('an index that may have no more fields: only documents with new ones are refused', async () => {
  const fields = {
    number: 'long',
    precise: 'long',
    price: 'double',
    topic: 'keyword',
    message: 'text',
    level: 'keyword',
  }
  const properties = Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, { type }]))
  const settings = { 'index.mapping.total_fields.limit': Object.keys(fields).length }
  await cluster.index(topics.at(-1) as string).create(settings, { properties })
  const offends = ({ value }: Pick<RecordToProduce, 'value'>) => String(value).includes('"new-')
  await using load = await startLoad((topic, number) => {
    const record = sampleRecord(topic, number)
    return number % 500 === 0 ? { ...record, value: `{"new-${number}":1,${String(record.value).slice(1)}` } : record
  })
  await until(async () => (await load.index.count()) > 2 * PER_SECOND, { what: 'documents under load' })
  const records = await load.stop()
  offenders.push(...records.filter(offends))
  await load.expectUnharmed((record) => !offends(record))
  const letters = await cluster.deadLetters(deadLetters).untilCount(offenders.length)
  const [letter] = letters
  expect(letter?.headers['__connect.errors.exception.message']).toMatch(/Limit of total fields \[6\] has been exceeded/)
})

test('an index that is deleted: what comes later is there', async () => {
  let produced = 0
  await using load = await startLoad((topic, number) => {
    produced = number
    return sampleRecord(topic, number)
  })
  await load.index.delete()
  const mark = produced
  await until(() => produced > mark + 2 * PER_SECOND, { what: 'records after the deletion' })
  const records = await load.stop()
  await load.untilCommitted(records)
  const { missing, unexpected, different } = await load.index.compare(records)
  expect([unexpected, different]).toEqual([[], []])
  const later = new Set(records.slice(mark + 1).map(idOf))
  expect(missing.filter((id) => later.has(id))).toEqual([])
})

test('a certificate that expires, and a name that does not resolve', async () => {
  await using load = await startLoad()
  proxy.present(await authority.issue({ name: 'search', host: HOST, expired: true }))
  await load.untilTold({ trouble: 'unreachable', reason: /certificate has expired/ })
  await rm(join(folder, 'resolves'))
  proxy.present(certificate)
  await load.untilTold({ trouble: 'unreachable', reason: /getaddrinfo ENOTFOUND search.penstock.test/ })
  await writeFile(join(folder, 'resolves'), '')
  await load.expectUnharmed()
})

test('credentials that are revoked and given back, while tasks move to another worker', async () => {
  await using load = await startLoad()
  proxy.requireBasic('sink', 'another')
  await load.untilTold({
    trouble: 'access_denied',
    reason: /HTTP status 401: security_exception/,
  })
  await statuses.stop()
  await cluster.addWorker()
  await cluster.untilRunning(connector, { tasks: 2, workers: 2 })
  expect(await load.committedAndMissing()).toEqual([])
  proxy.requireBasic('sink', 'right')
  await load.expectUnharmed()
  expect((await cluster.untilRunning(connector, { tasks: 2, workers: 2 })).tasks).toHaveLength(2)
})

test('through all of it both tasks ran, and only documents that are to blame are dead letters', async () => {
  const states = statuses.seen.flatMap(({ value }) => [value.connector, ...value.tasks].map(({ state }) => state))
  expect(new Set(states)).toEqual(new Set(['RUNNING']))
  const letters = await cluster.deadLetters(deadLetters).all()
  const numbers = (records: readonly StoredRecord[]) => records.map(({ value }) => String(value)).sort()
  expect(numbers(letters)).toEqual(numbers(offenders))
})
