import { StageError } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { jsonConverters, message } from './fixtures/messages.ts'
import { MessageOrigin, toSinkRecord } from './record-decoder.ts'

const headers = [{ a: Buffer.from('1') }, { b: Buffer.from('2') }]
const full = { key: Buffer.from('"k"'), value: Buffer.from('{"v":1}'), headers }

/** What is thrown by a look at a record, as stage and class. */
function stageOf(look: () => unknown): unknown {
  try {
    look()
  } catch (error) {
    if (error instanceof StageError) return [error.stage, error.executingClass, error.message]
    throw error
  }
  return 'nothing was thrown'
}

describe('what a record decodes', () => {
  test('nothing before somebody looks', () => {
    const { converters, decoded } = jsonConverters()
    const record = toSinkRecord(message(full), converters)
    expect([record.topic, record.partition, record.offset, record.timestamp]).toEqual(['t', 0, 0n, 1_700_000_000_000])
    expect(String(record)).toBe('t-0@0')
    expect(record.valueJson).toBe(full.value)
    expect(decoded).toEqual([])
  })

  test('only the part that is looked at, and once', () => {
    const { converters, decoded } = jsonConverters()
    const record = toSinkRecord(message(full), converters)
    expect([record.value.value, record.value.value]).toEqual([{ v: 1 }, { v: 1 }])
    expect(decoded).toEqual(['value'])
    expect([record.key.value, record.headers.map(({ name, value }) => [name, value])]).toEqual([
      'k',
      [
        ['a', 1],
        ['b', 2],
      ],
    ])
    expect(record.headers).toBe(record.headers)
    expect(decoded).toEqual(['value', 'key', 'header a', 'header b'])
  })

  test('a record with another topic shares what was decoded', () => {
    const { converters, decoded } = jsonConverters()
    const record = toSinkRecord(message(full), converters)
    const renamed = record.with({ topic: 'u' })
    expect([renamed.value.value, record.value.value, renamed.valueJson]).toEqual([{ v: 1 }, { v: 1 }, full.value])
    expect(decoded).toEqual(['value'])
  })
})

describe('undecoded JSON', () => {
  test('is not offered by a converter whose values differ from their text', () => {
    expect(toSinkRecord(message(full), jsonConverters({ passesJsonThrough: false }).converters).valueJson).toBeNull()
  })

  test.each([
    ['a tombstone', null],
    ['an empty value', Buffer.alloc(0)],
  ])('is not there for %s', (_what, value) => {
    expect(toSinkRecord(message({ value }), jsonConverters().converters).valueJson).toBeNull()
  })
})

test.each([null, undefined])('what a key that is %s means, is its converter’s word', (key) => {
  const { converters, decoded } = jsonConverters()
  expect(toSinkRecord(message({ key }), converters).key.value).toBeNull()
  expect(decoded).toEqual(['key'])
})

test('a failure names its stage and converter, each time it is met', () => {
  const { converters } = jsonConverters()
  const broken = Buffer.from('{')
  const record = toSinkRecord(message({ key: broken, value: broken, headers: [{ h: broken }] }), converters)
  const reason = expect.stringContaining('JSON')
  for (let look = 0; look < 2; look++) {
    expect(stageOf(() => record.key)).toEqual(['KEY_CONVERTER', 'KeyJson', reason])
    expect(stageOf(() => record.value)).toEqual(['VALUE_CONVERTER', 'ValueJson', reason])
    expect(stageOf(() => record.headers)).toEqual(['HEADER_CONVERTER', 'HeaderJson', reason])
  }
})

describe('the origin', () => {
  test.each([undefined, -1])('a timestamp of %s is none', (timestamp) => {
    const origin = new MessageOrigin(message({ timestamp }))
    expect([origin.timestamp, origin.timestampType]).toEqual([null, 'NoTimestampType'])
  })

  test('keeps bytes, and headers in their order with their repetitions', () => {
    const repeated = [{ a: Buffer.from('1') }, { b: 'text' }, { a: Buffer.from('2') }]
    const origin = new MessageOrigin(message({ key: 'text', headers: repeated, offset: 2 ** 52 }))
    expect([origin.key, origin.value, origin.offset]).toEqual([Buffer.from('text'), Buffer.from('{}'), 2n ** 52n])
    expect(origin.headers).toEqual([
      ['a', Buffer.from('1')],
      ['b', Buffer.from('text')],
      ['a', Buffer.from('2')],
    ])
    expect(new MessageOrigin(message()).headers).toEqual([])
  })
})
