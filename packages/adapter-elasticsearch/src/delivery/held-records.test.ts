import { Lazy, type LazyPart, type RecordOrigin, type SchemaAndValue, SinkRecord, schema } from '@penstock/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BufferPool } from './bulk-body.ts'
import { HeldRecords } from './held-records.ts'

/** Decodes to the text of its bytes. */
function encoded(origin: RecordOrigin, part: 'key' | 'value'): LazyPart {
  const get = (): SchemaAndValue => ({ schema: null, value: String(origin[part]) })
  return { json: origin[part], get, of: (other) => encoded(other, part) }
}

function recordAt(origin: Partial<RecordOrigin>): SinkRecord {
  const whole: RecordOrigin = {
    ...{ topic: 'orders', partition: 0, offset: 0n, timestamp: 5, timestampType: 'CreateTime' },
    ...{ key: null, value: Buffer.from('{}'), headers: [], isBare: true, ...origin },
  }
  return new SinkRecord(whole, encoded(whole, 'key'), encoded(whole, 'value'), [])
}

const emptyHeld = () => new HeldRecords(new BufferPool(1_000_000), 4)
const holding = (records: readonly SinkRecord[]): HeldRecords => {
  const held = emptyHeld()
  for (const record of records) held.pushRaw(record)
  return held
}

test('a record is made again with its place, its time and its value', () => {
  const first = recordAt({ partition: 3, offset: 41n, value: Buffer.from('{"a":1}') })
  const second = recordAt({ partition: 3, offset: 43n, timestamp: 7, value: Buffer.from('{"a":2}') })
  const again = holding([first, second]).at(1, () => Buffer.from('{"a":2}'))
  expect(again).not.toBe(second)
  expect(String(again)).toBe('orders-3@43')
  expect(again.value).toEqual(second.value)
  expect(again.origin).toMatchObject({ key: null, offset: 43n, timestamp: 7, value: second.origin.value, headers: [] })
})

test.each([
  ['with a key or headers', recordAt({ key: Buffer.from('k'), isBare: false })],
  ['without a time', recordAt({ timestamp: null, timestampType: 'NoTimestampType' })],
  ['of a framework that does not say what it has', recordAt({ isBare: undefined as never })],
  ['with a changed value', recordAt({}).with({ value: { schema: null, value: {} } })],
  ['with a changed key', recordAt({}).with({ key: { schema: null, value: 'k' } })],
  ['that is a part', recordAt({}).asPart(0)],
])('a record %s is held as it is', (_, record) => {
  const held = holding([recordAt({}), record, recordAt({})])
  expect(held.at(1, () => Buffer.from('other'))).toBe(record)
})

test('of a record that was changed what came from Kafka is held', () => {
  const held = emptyHeld()
  const came = recordAt({ partition: 3, offset: 41n, value: Buffer.from('{"a":1}') })
  held.pushMade(came.with({ topic: 'renamed', value: { schema: null, value: { a: 2 } } }))
  const again = held.at(0, () => Buffer.from('never asked'))
  expect([String(again), again.topic]).toEqual(['orders-3@41', 'renamed'])
  expect(again.origin).toMatchObject({ key: null, offset: 41n, timestamp: 5, value: came.origin.value, headers: [] })
  expect(() => again.value).toThrow(/is not held/)
  expect(held.holdsValue(0)).toBe(false)
})

test('a record that was copied without being decoded is not decoded, and comes back as it came', () => {
  let decoded = 0
  const part = (origin: RecordOrigin): LazyPart => ({
    json: origin.value,
    get: () => {
      decoded++
      throw new Error('no JSON')
    },
    of: part,
  })
  const { origin } = recordAt({ offset: 7n, value: Buffer.from('{a}') })
  const held = emptyHeld()
  held.pushMade(new SinkRecord(origin, encoded(origin, 'key'), part(origin), []))
  expect(decoded).toBe(0)
  const again = held.at(0, () => Buffer.from('never asked'))
  expect([String(again), String(again.origin.value)]).toEqual(['orders-0@7', '{a}'])
  expect(held.holdsValue(0)).toBe(true)
  expect(() => again.value).toThrow('no JSON')
})

test.each([
  ['with a key or headers', recordAt({ key: Buffer.from('k'), isBare: false })],
  ['without a time', recordAt({ timestamp: null, timestampType: 'NoTimestampType' })],
  ['with a schema', recordAt({}).with({ value: { schema: schema.int32(), value: 1 } })],
  ['without a value', recordAt({ value: null })],
  ['that is a part', recordAt({}).asPart(0)],
])('a decoded record %s is held as it is', (_, record) => {
  const held = emptyHeld()
  held.pushMade(record)
  expect(held.at(0, () => Buffer.from('other'))).toBe(record)
  expect(held.holdsValue(0)).toBe(true)
})

test('every record comes back in its place, whichever of them are held whole', () => {
  const record = fc
    .tuple(fc.nat(2), fc.nat(2), fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }), fc.boolean(), fc.boolean(), fc.boolean())
    .map(([topic, partition, offset, keyed, renamed, isMade]) => {
      const key = keyed ? { key: Buffer.from('k'), isBare: false } : {}
      const made = recordAt({ topic: `t${topic}`, partition, offset, value: Buffer.from(`{"o":${offset}}`), ...key })
      return { record: renamed ? made.with({ topic: 'renamed' }) : made, isMade }
    })
  fc.assert(
    fc.property(fc.array(record, { maxLength: 50 }), (pushes) => {
      const held = emptyHeld()
      for (const { record, isMade } of pushes) {
        if (isMade) held.pushMade(record)
        else held.pushRaw(record)
      }
      expect(held.length).toBe(pushes.length)
      for (const [item, { record, isMade }] of pushes.entries()) {
        const again = held.at(item, (item) => pushes[item]?.record.origin.value ?? Buffer.alloc(0))
        expect([String(again), again.topic]).toEqual([String(record), record.topic])
        expect([again.origin.key, again.origin.value]).toEqual([record.origin.key, record.origin.value])
        if (!isMade) expect(again.value).toEqual(record.value)
        expect(held.partitionOf(item)).toMatchObject({ topic: record.origin.topic, partition: record.origin.partition })
      }
    }),
  )
})

test('a record that is there already is no encoded one', () => {
  const { origin } = recordAt({})
  const part = Lazy.of({ schema: null, value: 1 })
  expect(new SinkRecord(origin, part, part, []).isEncoded).toBe(false)
})
