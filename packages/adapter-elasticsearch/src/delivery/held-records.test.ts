import { Lazy, type LazyPart, type RecordOrigin, type SchemaAndValue, SinkRecord } from '@penstock/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
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

const holding = (records: readonly SinkRecord[]): HeldRecords => {
  const held = new HeldRecords()
  for (const record of records) held.pushRaw(record, 4)
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

test('every record comes back in its place, whichever of them are held whole', () => {
  const record = fc
    .tuple(fc.nat(2), fc.nat(2), fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }), fc.boolean(), fc.boolean())
    .map(([topic, partition, offset, keyed, renamed]) => {
      const key = keyed ? { key: Buffer.from('k'), isBare: false } : {}
      const made = recordAt({ topic: `t${topic}`, partition, offset, value: Buffer.from(`{"o":${offset}}`), ...key })
      return renamed ? made.with({ topic: 'renamed' }) : made
    })
  fc.assert(
    fc.property(fc.array(record, { maxLength: 50 }), (records) => {
      const held = holding(records)
      expect(held.length).toBe(records.length)
      for (const [item, record] of records.entries()) {
        const again = held.at(item, (item) => records[item]?.origin.value ?? Buffer.alloc(0))
        expect([String(again), again.topic]).toEqual([String(record), record.topic])
        expect([again.value, again.origin.key]).toEqual([record.value, record.origin.key])
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
