import { type RawConfig, type SinkRecord, Struct, schema } from '@penstock/core'
import { fakeTransformationContext, type SinkRecordFields, sinkRecord } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { structOf, transformation } from './testing/apply.ts'

const now = 1_700_000_000_123
const context = fakeTransformationContext({}, { now: () => now })
const apply = (raw: RawConfig, fields: SinkRecordFields, side = 'Value') =>
  transformation(`TimestampNow$${side}`, raw, context).apply(sinkRecord(fields)) as SinkRecord

test.each<[RawConfig, unknown]>([
  [{}, now],
  [{ 'target.type': 'unix', 'unix.precision': 'seconds' }, 1_700_000_000],
  [{ 'target.type': 'string' }, '2023-11-14T22:13:20.123Z'],
  [{ 'target.type': 'string', format: 'yyyyMMdd' }, '20231114'],
])('%o in a map', (raw, expected) => {
  const record = apply({ field: 'at', ...raw }, { value: { at: 'old', b: 1 }, timestamp: 5 })
  expect([record.value.value, record.timestamp]).toEqual([{ at: expected, b: 1 }, 5])
})

test('a field of a struct holds a Timestamp, whatever was there', () => {
  const of = schema.struct([['at', schema.string()]], { name: 'n' })
  const record = apply({ field: 'at' }, { key: new Struct(of, { at: 'old' }), keySchema: of }, 'Key')
  expect(record.key.schema).toEqual(schema.struct([['at', schema.timestamp()]], { name: 'n' }))
  expect(structOf(record.key.value).get('at')).toEqual(new Date(now))
})

test("the record's timestamp is set, of records without a value too", () => {
  expect(apply({ 'record.timestamp': 'true' }, { value: 'any' }).timestamp).toBe(now)
  expect(apply({ 'record.timestamp': 'true', field: 'at' }, { value: null })).toMatchObject({ timestamp: now })
  expect(apply({ field: 'at' }, { value: null }).value.value).toBeNull()
})

test.each([
  [{}, 'there is nothing to do: set field, or record.timestamp to true'],
  [{ field: 'a', 'target.type': 'Date' }, 'String must be one of: Timestamp, unix, string'],
  [{ field: 'a', format: 'bb' }, "Illegal pattern character 'b'"],
])('%o is refused', (raw, message) => expect(() => apply(raw, {})).toThrow(message))
