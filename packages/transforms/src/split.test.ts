import { type RawConfig, type SinkRecord, SourceRecord, Struct, schema } from '@penstock/core'
import { type SinkRecordFields, sinkRecord } from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'
import { structOf, transformation } from './testing/apply.ts'

const split = (raw: RawConfig, fields: SinkRecordFields) =>
  transformation('Split$Value', raw).apply(sinkRecord(fields)) as SinkRecord | readonly SinkRecord[] | null
const values = (made: ReturnType<typeof split>) => (made as readonly SinkRecord[]).map(({ value }) => value.value)

test('makes one record of each element, in order, with the other fields', () => {
  const made = split({ field: 'items' }, { key: 'k', value: { id: 7, items: [1, { a: 2 }] } })
  expect(values(made)).toEqual([
    { id: 7, items: 1 },
    { id: 7, items: { a: 2 } },
  ])
  expect((made as readonly SinkRecord[]).map(({ key }) => key.value)).toEqual(['k', 'k'])
})

test('without the other fields the elements are the values', () => {
  expect(values(split({ field: 'items', 'keep.fields': 'false' }, { value: { items: ['a', 'b'] } }))).toEqual([
    'a',
    'b',
  ])
  expect(values(split({}, { value: [{ a: 1 }] }))).toEqual([{ a: 1 }])
})

describe('with a schema', () => {
  const item = schema.struct([['a', schema.int8()]])
  const of = schema.struct(
    [
      ['id', schema.int64()],
      ['items', schema.array(item)],
    ],
    { name: 'n' },
  )
  const value = new Struct(of, { id: 1n, items: [new Struct(item, { a: 1 }), new Struct(item, { a: 2 })] })

  test('the field takes the schema of the elements', () => {
    const made = split({ field: 'items' }, { value, valueSchema: of }) as readonly SinkRecord[]
    expect(made[0]?.value.schema).toEqual(
      schema.struct(
        [
          ['id', schema.int64()],
          ['items', item],
        ],
        { name: 'n' },
      ),
    )
    expect(made[1]?.value.schema).toBe(made[0]?.value.schema)
    expect(values(made).map((part) => structOf(structOf(part).get('items')).get('a'))).toEqual([1, 2])
  })

  test('the elements keep theirs', () => {
    const made = split({ field: 'items', 'keep.fields': 'false' }, { value, valueSchema: of }) as readonly SinkRecord[]
    expect(made.map((part) => part.value.schema)).toEqual([item, item])
  })
})

test('splits records of a source', () => {
  const record = new SourceRecord({
    sourcePartition: {},
    sourceOffset: {},
    topic: 't',
    value: { schema: null, value: [1, 2] },
  })
  const made = transformation('Split$Value').apply(record) as readonly SourceRecord[]
  expect(made.map(({ value }) => value.value)).toEqual([1, 2])
})

test.each([[{ items: [] }], [{ items: null }], [{}]])('%o is kept, dropped or fails', (value) => {
  expect((split({ field: 'items' }, { value }) as SinkRecord).value.value).toBe(value)
  expect(split({ field: 'items', 'on.empty': 'drop' }, { value })).toBeNull()
  expect(() => split({ field: 'items', 'on.empty': 'fail' }, { value })).toThrow('there is no element')
})

test('a record without a value is kept, other things than arrays are refused', () => {
  expect((split({ 'on.empty': 'drop' }, { value: null }) as SinkRecord).value.value).toBeNull()
  expect(() => split({ field: 'a' }, { value: { a: 'x' } })).toThrow(
    'the field a is no array to split, but java.lang.String',
  )
  expect(() => split({ field: 'a' }, { value: 5 })).toThrow('[splitting], found: java.lang.Long')
})
