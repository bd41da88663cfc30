import fc from 'fast-check'
import { expect, test } from 'vitest'
import { message } from '../fixtures/messages.ts'
import { deadLetters } from '../fixtures/task-parts.ts'
import { MessageOrigin } from '../record-decoder.ts'
import { contextOf, matches, originalOf } from './dead-letter.ts'

const bytes = fc.option(fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array)))
const name = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('__connect.errors.topic', '__connect.errors.stage'))
const record = fc.record({
  topic: fc.string({ minLength: 1 }),
  partition: fc.nat(),
  offset: fc.nat(Number.MAX_SAFE_INTEGER),
  key: bytes,
  value: bytes,
  headers: fc.array(fc.tuple(name, bytes).map(([header, value]) => ({ [header]: value as Buffer }))),
})
const failure = { stage: 'VALUE_CONVERTER', executingClass: 'JsonConverter', error: new TypeError('no JSON') } as const

test('a dead letter is made into the record that it was, also one that has been a dead letter before', async () => {
  await fc.assert(
    fc.asyncProperty(record, async (fields) => {
      const original = message({ ...fields, timestamp: 1_700_000_000_000 })
      const { queue, produced } = deadLetters()
      await queue.add(new MessageOrigin(original), failure)
      await queue.settled()
      const [copy] = produced
      const headers = (copy?.headers ?? []).map(([header, value]) => ({ [header]: value as Buffer }))
      const { key = null, value = null, timestamp } = copy ?? {}
      const letter = message({
        topic: 'dlq',
        partition: 0,
        offset: 7,
        key: key as Buffer,
        value: value as Buffer,
        headers,
        timestamp: timestamp ?? 0,
      })

      const context = contextOf(letter)
      expect(context).toMatchObject({
        ...{ topic: fields.topic, partition: fields.partition, offset: fields.offset },
        ...{ connector: 'dlqsink', stage: 'VALUE_CONVERTER', executingClass: 'JsonConverter' },
        ...{ exceptionClass: 'TypeError', exceptionMessage: 'no JSON' },
      })
      if (context === null) return
      const again = new MessageOrigin(originalOf(letter, context))
      const before = new MessageOrigin(original)
      for (const part of ['topic', 'partition', 'offset', 'timestamp', 'key', 'value', 'headers'] as const) {
        expect(again[part]).toEqual(before[part])
      }
    }),
  )
})

test('a record without context is nobody’s', () => {
  expect(contextOf(message())).toBe(null)
  const half = [{ '__connect.errors.topic': Buffer.from('t') }, { '__connect.errors.offset': Buffer.from('-1') }]
  expect(contextOf(message({ headers: half }))).toBe(null)
})

test('letters are chosen by connector, topic and a part of stage, class or message', () => {
  const context = {
    ...{
      topic: 't',
      partition: 0,
      offset: 1,
      connector: 'a',
      task: '0',
      stage: 'TASK_PUT',
      executingClass: 'SinkTask',
    },
    ...{ exceptionClass: 'DataError', exceptionMessage: 'mapper_parsing_exception: no number' },
  }
  const all = { reason: null, topic: null }
  expect(matches(context, 'a', all)).toBe(true)
  expect(matches(context, 'b', all)).toBe(false)
  expect(matches(context, 'a', { ...all, topic: 'u' })).toBe(false)
  for (const reason of ['MAPPER_', 'task_put', 'dataerror'])
    expect(matches(context, 'a', { ...all, reason })).toBe(true)
  expect(matches(context, 'a', { ...all, reason: 'timeout' })).toBe(false)
})
