import { expect, test } from 'vitest'
import { Redactor } from '../telemetry/redactor.ts'
import type { Failure } from './error-policy.ts'
import { message } from './fixtures/messages.ts'
import { deadLetters, figuresOf } from './fixtures/task-parts.ts'
import { MessageOrigin } from './record-decoder.ts'

const failure: Failure = {
  stage: 'VALUE_CONVERTER',
  executingClass: 'org.apache.kafka.connect.json.JsonConverter',
  error: new TypeError('malformed'),
}
const originOf = (fields: Parameters<typeof message>[0]) => new MessageOrigin(message({ topic: 'cref-bad', ...fields }))
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a copy has the record’s own bytes and timestamp, and what went wrong after its own headers', async () => {
  const { queue, produced } = deadLetters()
  const [key, value] = [Buffer.from('k'), Buffer.from('{')]
  const headers = [{ own: Buffer.from('x') }, { none: null as never }]
  await queue.add(originOf({ key, value, headers, partition: 2, offset: 7, timestamp: 5 }), failure)
  const [copy] = produced
  expect(copy).toMatchObject({ topic: 'dlq', key, value, timestamp: 5 })
  expect(copy).not.toHaveProperty('partition')
  expect(copy?.headers?.map(([name, bytes]) => [name, bytes === null ? null : Buffer.from(bytes).toString()])).toEqual([
    ['own', 'x'],
    ['none', null],
    ['__connect.errors.topic', 'cref-bad'],
    ['__connect.errors.partition', '2'],
    ['__connect.errors.offset', '7'],
    ['__connect.errors.connector.name', 'dlqsink'],
    ['__connect.errors.task.id', '0'],
    ['__connect.errors.stage', 'VALUE_CONVERTER'],
    ['__connect.errors.class.name', 'org.apache.kafka.connect.json.JsonConverter'],
    ['__connect.errors.exception.class.name', 'TypeError'],
    ['__connect.errors.exception.message', 'malformed'],
    ['__connect.errors.exception.stacktrace', expect.stringMatching(/^TypeError: malformed\n\s+at /)],
  ])
})

test('secrets in the text of an error stay out of the headers', async () => {
  const redactor = new Redactor()
  redactor.hide('s3cret-1', `\${env:P}`)
  const { queue, produced } = deadLetters({ redactor })
  await queue.add(originOf({ value: Buffer.from('s3cret-1') }), { ...failure, error: new Error('401 for s3cret-1') })
  const texts = (produced[0]?.headers ?? []).map(([, bytes]) => String(bytes)).join('\n')
  expect(texts).toContain(`401 for \${env:P}`)
  expect(texts).not.toContain('s3cret')
  // The record itself is copied as it is.
  expect(String(produced[0]?.value)).toBe('s3cret-1')
})

test('without context headers a copy has its own only', async () => {
  const { queue, produced } = deadLetters({ contextHeaders: false })
  await queue.add(originOf({ headers: [{ own: Buffer.from('x') }] }), failure)
  expect(produced[0]?.headers).toEqual([['own', Buffer.from('x')]])
})

test('a record without key, value and timestamp stays one', async () => {
  const { queue, produced } = deadLetters()
  await queue.add(originOf({ key: null, value: null, timestamp: -1 }), failure)
  expect(produced[0]).toMatchObject({ key: null, value: null, timestamp: null })
})

test('what was thrown need not be an error', async () => {
  const { queue, produced } = deadLetters()
  await queue.add(originOf({}), { ...failure, error: 'just text' })
  const texts = new Map(produced[0]?.headers?.map(([name, bytes]) => [name, String(bytes)]))
  expect(texts.get('__connect.errors.exception.class.name')).toBe('Error')
  expect(texts.get('__connect.errors.exception.message')).toBe('just text')
})

test('copies are on their way together, and settled when all are acknowledged', async () => {
  const acknowledgements: (() => void)[] = []
  const { queue, produced } = deadLetters({
    acknowledge: () => new Promise((resolve) => void acknowledgements.push(resolve)),
  })
  for (let offset = 0; offset < 3; offset++) await queue.add(originOf({ offset }), failure)
  expect(produced).toHaveLength(3)
  let settled = false
  const waiting = queue.settled().then(() => {
    settled = true
  })
  for (const acknowledge of acknowledgements) {
    await turn()
    expect(settled).toBe(false)
    acknowledge()
  }
  await waiting
})

test('five hundred copies may wait, the next is held back until one is acknowledged', async () => {
  const acknowledgements: (() => void)[] = []
  const { queue, produced } = deadLetters({
    acknowledge: () => new Promise((resolve) => void acknowledgements.push(resolve)),
  })
  for (let offset = 0; offset < 500; offset++) await queue.add(originOf({ offset }), failure)
  const next = queue.add(originOf({ offset: 500 }), failure)
  await turn()
  expect(produced).toHaveLength(500)
  acknowledgements[250]?.()
  await next
  expect(produced).toHaveLength(501)
})

test('a copy that got lost is told with its record, for ever after', async () => {
  const { queue, meter } = deadLetters({ acknowledge: () => Promise.reject(new Error('not enough replicas')) })
  await queue.add(originOf({ partition: 1, offset: 8 }), failure)
  const lost = {
    code: 'dead_letters.produce',
    message: 'record cref-bad-1@8 could not be copied to dead letter queue dlq: not enough replicas',
  }
  await expect(queue.settled()).rejects.toMatchObject(lost)
  await expect(queue.add(originOf({ offset: 9 }), failure)).rejects.toMatchObject(lost)
  await expect(queue.settled()).rejects.toMatchObject(lost)
  expect(figuresOf(meter)).toEqual({ 'deadletterqueue-produce-requests': 1, 'deadletterqueue-produce-failures': 1 })
})

test('a copy that is too large for the topic goes without its stack trace', async () => {
  const answers = [Promise.reject(Object.assign(new Error('too large'), { code: 10 })), Promise.resolve()]
  const { queue, produced } = deadLetters({ acknowledge: () => answers.shift() ?? Promise.resolve() })
  await queue.add(originOf({}), failure)
  await queue.settled()
  const namesOf = (copy: (typeof produced)[number] | undefined) => copy?.headers?.map(([name]) => name) ?? []
  expect(namesOf(produced[0]).filter((name) => !namesOf(produced[1]).includes(name))).toEqual([
    '__connect.errors.exception.stacktrace',
  ])
})

test('the topic is created with one partition, for records as large as the largest of its sources', async () => {
  const { queue, created } = deadLetters()
  await queue.start(['cref-bad'])
  expect(created).toEqual([
    { name: 'dlq', partitions: 1, replicationFactor: 3, config: { 'max.message.bytes': String(1_048_588 + 65_536) } },
  ])
})
