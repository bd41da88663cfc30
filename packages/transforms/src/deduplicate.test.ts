import { type RawConfig, SourceRecord, Struct, schema } from '@penstock/core'
import { fakeTransformationContext, type SinkRecordFields, sinkRecord } from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'
import { transformation } from './testing/apply.ts'

/** Says which of some records pass, each with an offset of its own unless it has one. */
function passing(raw: RawConfig, records: readonly (SinkRecordFields & { at?: number })[]): boolean[] {
  let now = 0
  const made = transformation('Deduplicate', raw, fakeTransformationContext({}, { now: () => now }))
  return records.map(({ at = now, ...fields }, i) => {
    now = at
    return made.apply(sinkRecord({ offset: BigInt(i), ...fields })) !== null
  })
}

test('only the first record of a key passes', () => {
  expect(passing({}, [{ key: 'a' }, { key: 'b' }, { key: 'a' }, { key: 1 }, { key: '1' }])).toEqual([
    ...[true, true, false],
    ...[true, true],
  ])
})

test('records without a key pass', () =>
  expect(passing({ field: 'a.b' }, [{ value: {} }, { value: { a: null } }, { value: null }])).toEqual([
    true,
    true,
    true,
  ]))

test('a path in the value or a header may be the key', () => {
  expect(passing({ field: 'a.b' }, [{ value: { a: { b: 1 } } }, { value: { a: { b: 1, c: 2 } } }])).toEqual([
    true,
    false,
  ])
  const header = (value: unknown) => ({ headers: [{ name: 'id', schema: null, value }] })
  expect(passing({ header: 'id' }, [header(1), header(2), header(1)])).toEqual([true, true, false])
})

test('structures are equal when they say the same', () => {
  const of = schema.struct([['a', schema.int8()]])
  const struct = () => ({ key: new Struct(of, { a: 1 }), keySchema: of })
  expect(passing({}, [struct(), struct()])).toEqual([true, false])
  expect(passing({}, [{ key: { a: 1, b: [2] } }, { key: { b: [2], a: 1 } }])).toEqual([true, false])
  expect(passing({}, [{ key: 'x'.repeat(1000) }, { key: 'x'.repeat(1000) }, { key: 'x'.repeat(1001) }])).toEqual([
    ...[true, false, true],
  ])
})

describe('the window', () => {
  test('forgets the oldest keys beyond its size', () => {
    const keys = ['a', 'b', 'c', 'a', 'c'].map((key) => ({ key }))
    expect(passing({ 'window.size': '2' }, keys)).toEqual([true, true, true, true, false])
  })

  test('forgets a key some time after the record that passed', () => {
    const times = [0, 60, 99, 100, 199, 200].map((at) => ({ key: 'a', at }))
    expect(passing({ 'window.ttl.ms': '100' }, times)).toEqual([true, false, false, true, false, true])
    expect(passing({ 'window.ttl.ms': '0' }, [{ key: 'a' }, { key: 'a', at: 1e12 }])).toEqual([true, false])
  })
})

test('a record that comes again, after a retry or a rewind, is no duplicate of itself', () => {
  const again = { key: 'a', offset: 5n }
  expect(passing({}, [again, { key: 'a', offset: 6n }, again, { key: 'a', offset: 6n }])).toEqual([
    true,
    false,
    true,
    false,
  ])
})

test('parts of one record are told apart', () => {
  const made = transformation('Deduplicate')
  const record = sinkRecord({ key: 'a' })
  expect([record.asPart(0), record.asPart(1)].map((part) => made.apply(part) !== null)).toEqual([true, false])
})

test('records of a source are told apart by their place there', () => {
  const made = transformation('Deduplicate')
  const record = (n: number) =>
    new SourceRecord({
      sourcePartition: {},
      sourceOffset: { n },
      topic: 't',
      key: { schema: null, value: 'a' },
      value: { schema: null, value: 1 },
    })
  expect([1, 2, 1].map((n) => made.apply(record(n)) !== null)).toEqual([true, false, true])
})

test.each([
  [{ field: 'a', header: 'b' }, 'field and header are both set'],
  [{ field: '`a' }, 'Incomplete backtick pair'],
  [{ 'window.size': '0' }, 'Value must be at least 1'],
])('%o is refused', (raw, message) => expect(() => transformation('Deduplicate', raw)).toThrow(message))
