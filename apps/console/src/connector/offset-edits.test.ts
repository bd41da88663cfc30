import { expect, test } from 'vitest'
import { offsetEdits, offsetRows } from './offset-edits.ts'

const sink = offsetRows('sink', [
  { partition: { kafka_topic: 'orders', kafka_partition: 10 }, offset: { kafka_offset: 7 } },
  { partition: { kafka_topic: 'orders', kafka_partition: 2 }, offset: { kafka_offset: 5 } },
])
const source = offsetRows('source', [{ partition: { filename: '/in' }, offset: { position: 10 } }])

test('partitions are ordered as people count', () => {
  expect(sink.map(({ label, text }) => [label, text])).toEqual([
    ['orders-2', '5'],
    ['orders-10', '7'],
  ])
})

test('only changed partitions are sent, an empty field resets, and no digit is lost', () => {
  const [two, ten] = sink.map(({ key }) => key) as [string, string]
  expect(offsetEdits('sink', sink, { [two]: '5', [ten]: '9007199254740993' })).toEqual({
    ok: true,
    offsets: [
      { partition: { kafka_topic: 'orders', kafka_partition: 10 }, offset: { kafka_offset: '9007199254740993' } },
    ],
  })
  expect(offsetEdits('sink', sink, { [two]: '' })).toMatchObject({ offsets: [{ offset: null }] })
})

test('what is no offset is told at its field', () => {
  const key = sink[0]?.key ?? ''
  expect(offsetEdits('sink', sink, { [key]: '-1' })).toMatchObject({ ok: false, key })
  const position = source[0]?.key ?? ''
  expect(offsetEdits('source', source, { [position]: '[1]' })).toMatchObject({ ok: false, key: position })
  expect(offsetEdits('source', source, { [position]: '{"position": 4}' })).toEqual({
    ok: true,
    offsets: [{ partition: { filename: '/in' }, offset: { position: 4 } }],
  })
})
