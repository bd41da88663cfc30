import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Admin } from '@platformatic/kafka'
import { afterAll, expect, test } from 'vitest'
import {
  comparableText,
  freshName,
  IndexView,
  produceRecords,
  readRecords,
  type StoredRecord,
  sampleRecord,
  stack,
  until,
} from './harness/index.ts'

const admin = new Admin({ clientId: 'e2e', bootstrapBrokers: stack.kafka.split(',') })
afterAll(() => admin.close())

const samples = (topic: string, count: number) =>
  Array.from({ length: count }, (_, number) => sampleRecord(topic, number))

async function createTopic(partitions: number): Promise<string> {
  const topic = freshName('stack')
  await admin.createTopics({ topics: [topic], partitions, replicas: 1 })
  return topic
}

test('records come out of a topic as they went in', async () => {
  const topic = await createTopic(3)
  const produced = await produceRecords(topic, [
    ...samples(topic, 500),
    { key: null, value: null, partition: 2, headers: { trace: 'a' } },
  ])
  const byPlace = (a: StoredRecord, b: StoredRecord) => a.partition - b.partition || Number(a.offset - b.offset)
  const withoutTime = (record: StoredRecord) => ({ ...record, timestamp: 0 })
  expect((await readRecords(topic)).map(withoutTime)).toEqual(produced.toSorted(byPlace).map(withoutTime))
})

test('an index holds exactly the documents that were put into it', async () => {
  const topic = freshName('stack')
  const index = new IndexView(topic)
  await index.create({ number_of_replicas: 0 })
  const value = '{"big":9007199254740993,"price":1.10}'
  const records: StoredRecord[] = [0n, 1n].map((offset) => ({
    ...{ topic, partition: 0, offset, key: null, headers: {}, timestamp: undefined },
    value: Buffer.from(value),
  }))
  await index.put(`${topic}+0+0`, value)
  expect(await index.get(`${topic}+0+0`)).toEqual({ id: `${topic}+0+0`, source: value })
  expect(await index.compare(records)).toEqual({ missing: [`${topic}+0+1`], unexpected: [], different: [] })
  await index.put(`${topic}+0+1`, '{"big":9007199254740992,"price":1.10}')
  expect(await index.compare(records)).toMatchObject({ missing: [], unexpected: [], different: [expect.any(String)] })
  await index.put(`${topic}+0+1`, '{ "price": 1.10, "big": 9007199254740993 }')
  await index.untilHoldsExactly(records)
  await index.delete()
})

test('an index without a connector or documents counts as empty', async () => {
  expect(await new IndexView(freshName('nothing')).count()).toBe(0)
  expect(await new IndexView(freshName('nothing')).all()).toEqual([])
})

test('a restarted broker still has its records', async ({ skip }) => {
  skip(!(await stack.controllable()).includes('kafka'), 'the broker is run by somebody else')
  const topic = await createTopic(1)
  const produced = await produceRecords(topic, samples(topic, 10))
  await stack.control('kafka', 'restart')
  expect(await readRecords(topic)).toHaveLength(produced.length)
})

test('a node that was stopped, killed and paused still has its documents', async ({ skip }) => {
  skip(!(await stack.controllable()).includes('elasticsearch'), 'the node is run by somebody else')
  const index = new IndexView(freshName('stack'))
  await index.put('a', '{"n":1}')
  await stack.control('elasticsearch', 'stop')
  await expect(index.count()).rejects.toThrow('fetch failed')
  await stack.control('elasticsearch', 'start')
  await until(() => index.get('a'), { what: 'the document to be back' })
  await index.put('b', '{"n":2}')
  await stack.control('elasticsearch', 'kill')
  await stack.control('elasticsearch', 'start')
  await until(async () => (await index.count()) === 2, { what: 'both documents to be back' })
  await stack.control('elasticsearch', 'pause')
  const counting = index.count()
  await stack.control('elasticsearch', 'resume')
  expect(await counting).toBe(2)
  await index.delete()
})

test('the logs of our own servers can be read', async ({ skip }) => {
  skip(!stack.logs, 'the servers are run by somebody else')
  expect(await readFile(join(stack.logs ?? '', 'kafka.log'), 'utf8')).toMatch(/^\[\d{4}-.*INFO/m)
  expect(await readFile(join(stack.logs ?? '', 'elasticsearch.log'), 'utf8')).toMatch(/^\[\d{4}-.*\[INFO/m)
})

test('numbers are compared as they are spelled, keys in any order', () => {
  expect(comparableText('{"b": 9007199254740993, "a": [1.0]}')).toBe('{"a":[1.0],"b":9007199254740993}')
  expect(comparableText('1.0')).not.toBe(comparableText('1'))
})
