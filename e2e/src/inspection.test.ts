import { ConnectClient, type DeadLetterPage, type PreviewWrite } from '@penstock/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Cluster,
  endsOf,
  freshName,
  idOf,
  NotYet,
  type StoredRecord,
  stack,
  startCluster,
  until,
  untilEnded,
} from './harness/index.ts'

const REDRIVEN_PER_SECOND = 200

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({
    workers: 2,
    properties: {
      'executor.processes': '1',
      'offset.flush.interval.ms': '500',
      'redrive.records.per.second': String(REDRIVEN_PER_SECOND),
      'inspection.records.per.second': '2000',
    },
  })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
})

/** One client of each worker: they answer alike. */
const clients = (): ConnectClient[] => cluster.workers.map(({ url }) => new ConnectClient({ baseUrl: url }))

test('a preview shows each step of the last records and what would be sent, on any worker, and writes nothing', async () => {
  const topic = await cluster.createTopic()
  const index = cluster.index(topic)
  await cluster.produce(topic, [
    { key: 'too-old', value: '{"id":0}' },
    { key: 'a', value: '{"id":1,"secret":"x"}', headers: { origin: 'shop' } },
    { key: 'b', value: '{"id":2' },
    { key: 'c', value: '[1]' },
  ])
  const config = {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'tasks.max': '1',
    'connection.url': stack.elasticsearch,
    'key.ignore': 'true',
    'schema.ignore': 'true',
    transforms: 'hide,stamp',
    'transforms.hide.type': 'org.apache.kafka.connect.transforms.ReplaceField$Value',
    'transforms.hide.exclude': 'secret',
    'transforms.stamp.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
    'transforms.stamp.static.field': 'by',
    'transforms.stamp.static.value': 'penstock',
  }
  const [first, second] = clients() as [ConnectClient, ConnectClient]
  const preview = await first.previewConfig('ElasticsearchSink', { config, records: 3 })
  expect(preview).toMatchObject({ topic, shows_writes: true })
  const [good, broken, array] = preview.records
  expect(good).toMatchObject({
    ...{ topic, partition: 0, offset: 1, dropped_by: null, error: null },
    raw: {
      key: { text: 'a' },
      value: { text: '{"id":1,"secret":"x"}' },
      headers: [{ name: 'origin', value: { text: 'shop' } }],
    },
    converted: { key: { schema: 'STRING', value: 'a' }, value: { schema: null, value: { id: 1, secret: 'x' } } },
    transformations: [
      { alias: 'hide', records: [{ value: { value: { id: 1 } } }] },
      { alias: 'stamp', records: [{ value: { value: { id: 1, by: 'penstock' } } }] },
    ],
  })
  const write: PreviewWrite = {
    kind: 'write',
    action: 'index',
    target: topic,
    id: `${topic}+0+1`,
    text: `{"index":{"_index":"${topic}","_id":"${topic}+0+1"}}\n{"id":1,"by":"penstock"}`,
    truncated: false,
  }
  expect(good?.writes).toEqual([write])
  expect(broken).toMatchObject({ offset: 2, converted: null, error: { stage: 'VALUE_CONVERTER' }, writes: [] })
  expect(array).toMatchObject({ offset: 3, transformations: [], error: { stage: 'TRANSFORMATION' } })
  expect(await index.count()).toBe(0)

  const name = freshName('preview')
  await cluster.createConnector(name, { ...config, 'errors.tolerance': 'all' })
  await cluster.untilRunning(name, { tasks: 1 })
  for (const client of [first, second]) {
    expect((await client.preview(name, { records: 3 })).records).toEqual(preview.records)
  }
  const dropping = { transforms: 'drop', 'transforms.drop.type': 'org.apache.kafka.connect.transforms.Filter' }
  const dropped = await second.preview(name, { records: 4, config: dropping })
  expect(dropped.records[0]).toMatchObject({ offset: 0, dropped_by: 'drop', writes: [] })
  await expect(first.preview(name, { topic: 'elsewhere' })).rejects.toMatchObject({ status: 400 })
})

test('a verification finds what is missing or there twice, driving again mends it, and every worker tells of it', async () => {
  const topic = await cluster.createTopic({ partitions: 3 })
  const [index, copies] = [cluster.index(topic), cluster.index(`${topic}-copies`)]
  const name = freshName('verify')
  await cluster.createConnector(name, {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'tasks.max': '2',
    transforms: 'live',
    'transforms.live.type': 'org.apache.kafka.connect.transforms.Filter',
    'transforms.live.predicate': 'dead',
    'predicates.dead.type': 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
    predicates: 'dead',
  })
  const records = await cluster.produce(topic, 3_000)
  const tombstones = await cluster.produce(topic, [{ key: 'x', value: null, partition: 0 }])
  await index.untilHoldsExactly(records)
  await cluster.group(name).untilCommitted(topic, endsOf([...records, ...tombstones]))
  const [first, second] = clients() as [ConnectClient, ConnectClient]

  expect(await first.verify(name)).toMatchObject({ connector: name, kind: 'verify', state: 'RUNNING' })
  await expect(second.verify(name)).rejects.toMatchObject({ status: 409 })
  const clean = await untilEnded(() => second.verification(name))
  expect(clean).toMatchObject({
    state: 'DONE',
    reason: null,
    result: { read: 3_001, found: 3_000, missing: 0, duplicated: 0, dropped: 1, failed: 0, gaps: [] },
  })

  const ofFirst = records.filter(({ partition }) => partition === 0)
  const lost = [...ofFirst.slice(10, 15), ...ofFirst.slice(40, 41)]
  const twice = records.find(({ partition }) => partition === 2) as StoredRecord
  const bulk = lost.map((record) => `{"delete":{"_id":"${idOf(record)}"}}\n`).join('')
  const headers = { 'content-type': 'application/json' }
  const deleted = await fetch(`${stack.elasticsearch}/${topic}/_bulk`, { method: 'POST', headers, body: bulk })
  expect(deleted.ok).toBe(true)
  await copies.put(idOf(twice), '{}')
  await second.verify(name, { within: `${topic}*` })
  const found = await untilEnded(() => first.verification(name))
  const from = (at: number): number => Number(ofFirst[at]?.offset)
  expect(found).toMatchObject({
    state: 'DONE',
    result: {
      ...{ read: 3_001, found: 2_993, missing: 6, duplicated: 1, dropped: 1 },
      gaps: [
        { topic, partition: 0, from: from(10), to: from(14) + 1, records: 5 },
        { topic, partition: 0, from: from(40), to: from(40) + 1, records: 1 },
      ],
      duplicates: [{ topic, partition: 2, offset: Number(twice.offset) }],
    },
  })
  expect([...(found.result?.duplicates[0]?.where ?? [])].sort()).toEqual([topic, `${topic}-copies`])

  await second.redriveGaps(name)
  expect(await untilEnded(() => first.gapRedrive(name))).toMatchObject({
    state: 'DONE',
    result: { taken: 6, written: 6, refused: 0, complete: true },
  })
  await first.verify(name)
  expect(await untilEnded(() => second.verification(name))).toMatchObject({
    result: { found: 3_000, missing: 0, duplicated: 0, gaps: [] },
  })
  await index.untilHoldsExactly(records)

  await first.verify(name, { partitions: [0], from: { 0: from(5) }, to: { 0: from(25) } })
  expect(await untilEnded(() => first.verification(name))).toMatchObject({
    result: { read: 20, found: 20, partitions: [{ partition: 0, from: from(5), to: from(25) }] },
  })
  await first.verify(name)
  await second.cancelVerification(name)
  expect(await untilEnded(() => first.verification(name))).toMatchObject({ state: 'CANCELLED' })
  await expect(first.redriveGaps(name)).rejects.toMatchObject({ status: 409 })
})

test('dead letters are listed with their reasons and driven again through a corrected config, also after a kill', async () => {
  const topic = await cluster.createTopic()
  const deadLetters = cluster.deadLetters(`${topic}-dlq`)
  const index = cluster.index(topic)
  await index.create({ number_of_replicas: 0 }, { properties: { number: { type: 'long' } } })
  const name = freshName('dlq')
  await cluster.createConnector(name, {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'behavior.on.malformed.documents': 'report',
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': deadLetters.topic,
    'errors.deadletterqueue.topic.replication.factor': '1',
    'errors.deadletterqueue.context.headers.enable': 'true',
  })
  const good = { value: '{"number":1,"text":"good"}' }
  const misfits = Array.from({ length: 700 }, (_, number) => ({
    key: `key-${number}`,
    value: `{"number":"many","text":"misfit ${number}"}`,
    headers: { trace: String(number) },
    timestamp: 1_700_000_000_000 + number,
  }))
  const broken = Array.from({ length: 5 }, () => ({ value: '{"number":' }))
  const stored = await cluster.produce(topic, [good, ...misfits, ...broken])
  await deadLetters.untilCount(705)
  const [first, second] = clients() as [ConnectClient, ConnectClient]

  const page = await first.deadLetters(name, { reason: 'value_converter', limit: 3 })
  expect(page.letters).toHaveLength(3)
  expect(page.letters[0]).toMatchObject({
    origin: { topic, partition: 0, offset: 705, connector: name, task: '0' },
    stage: 'VALUE_CONVERTER',
    record: { value: { text: '{"number":' }, headers: [] },
  })
  const offsets: number[] = []
  let next: string | null = null
  do {
    const client = next === null ? first : second
    const letters: DeadLetterPage = await client.deadLetters(name, {
      order: 'oldest',
      limit: 300,
      reason: 'document_parsing_exception',
      ...(next === null ? {} : { from: next }),
    })
    offsets.push(...letters.letters.map(({ origin }) => origin?.offset ?? -1))
    next = letters.next
  } while (next !== null)
  expect(offsets.sort((a, b) => a - b)).toEqual(misfits.map((_, number) => number + 1))

  const corrected = {
    transforms: 'without',
    'transforms.without.type': 'org.apache.kafka.connect.transforms.ReplaceField$Value',
    'transforms.without.exclude': 'number',
  }
  const group = cluster.group(`${name}-dlq-redrive`)
  const started = await first.redriveDeadLetters(name, { config: corrected })
  await until(
    async () => ((await group.committed(deadLetters.topic)).get(0) ?? 0n) > 0n || new NotYet('nothing committed'),
    { what: 'a part to be written' },
  )
  const owner = cluster.workers.find(({ workerId }) => workerId === started.worker_id)
  for (const pid of (await owner?.executorPids()) ?? []) process.kill(pid, 'SIGKILL')
  const died = await untilEnded(() => second.deadLetterRedrive(name))
  expect(died).toMatchObject({ state: 'FAILED', reason: expect.stringMatching(/executor \d .*died/) })
  const reached = (await group.committed(deadLetters.topic)).get(0) ?? 0n
  expect(Number(reached)).toBeLessThan(705)
  await cluster.untilRunning(name, { tasks: 1 })

  await second.redriveDeadLetters(name, { config: corrected })
  const resumed = await untilEnded(() => first.deadLetterRedrive(name))
  expect(resumed).toMatchObject({ state: 'DONE', result: { taken: 705 - Number(reached), complete: true } })
  await first.redriveDeadLetters(name, { config: corrected, from: 'beginning', reason: 'value_converter' })
  const refused = await untilEnded(() => second.deadLetterRedrive(name))
  expect(refused).toMatchObject({ state: 'DONE', result: { taken: 5, refused: 5, skipped: 700, complete: true } })
  expect(refused.result?.refusals.map(({ offset }) => offset)).toEqual([701, 702, 703, 704, 705])
  expect(refused.result?.refusals[0]).toMatchObject({ topic, partition: 0, stage: 'VALUE_CONVERTER' })

  const written = stored.slice(0, 701)
  await index.untilHoldsExactly(written, {
    content: (record) => (record.offset === 0n ? good.value : `{"text":"misfit ${Number(record.offset) - 1}"}`),
  })
  expect(await deadLetters.all()).toHaveLength(705)
  const some = { reason: 'document_parsing_exception', from: 'beginning', max_records: 50 } as const
  await first.redriveDeadLetters(name, { config: corrected, ...some })
  expect(await untilEnded(() => second.deadLetterRedrive(name))).toMatchObject({
    state: 'DONE',
    result: { taken: 50, written: 50, complete: false },
  })
})
