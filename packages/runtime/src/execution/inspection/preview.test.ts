import { DataError, type PlannedWrite, type SinkInspector } from '@penstock/core'
import { expect, test } from 'vitest'
import { Redactor } from '../../telemetry/redactor.ts'
import { message } from '../fixtures/messages.ts'
import { doubling, inspectedConnector } from './fixtures/inspected.ts'
import { previewRecord } from './preview.ts'
import { Shower } from './shown.ts'

const inspector: SinkInspector = {
  preview: ({ value: { value } }): PlannedWrite | null => {
    if (value === 0) return null
    if (value === 2) throw new DataError('x', 'no twos')
    return { action: 'index', target: 'i', id: 'id', text: `write ${value}` }
  },
  find: async () => [],
}
const shower = new Shower(new Redactor(), 100)
const previewOf = (value: string | null, sees: SinkInspector | null = inspector) =>
  previewRecord(
    message({ value: value === null ? null : Buffer.from(value), offset: 7 }),
    inspectedConnector({}, doubling),
    sees,
    shower,
    new AbortController().signal,
  )

test('each step of a record is shown, and what would be written of it', async () => {
  const { transformations, writes, ...rest } = await previewOf('21')
  expect(rest).toMatchObject({
    ...{ topic: 't', partition: 0, offset: 7, timestamp: 1_700_000_000_000, droppedBy: null, error: null },
    raw: { key: null, value: { text: '21', bytes: 2, truncated: false }, headers: [] },
    converted: { topic: 't', value: { schema: null, json: '21' } },
  })
  expect(transformations).toMatchObject([
    { alias: 'twice', className: 'com.example.Double', records: [{ value: { json: '42' } }] },
  ])
  expect(writes).toEqual([
    { kind: 'write', action: 'index', target: 'i', id: 'id', text: 'write 42', truncated: false },
  ])
})

test('of a record that becomes several, each is shown with what becomes of it', async () => {
  const { transformations, writes } = await previewOf('[2,0,7]')
  expect(transformations[0]?.records.map(({ value }) => value.json)).toEqual(['2', '0', '7'])
  expect(writes).toMatchObject([
    { kind: 'refused', stage: 'TASK_PUT', message: 'no twos' },
    { kind: 'skipped' },
    { kind: 'write', text: 'write 7' },
  ])
})

test('it is told where a record was dropped or failed', async () => {
  expect(await previewOf('"drop"')).toMatchObject({ droppedBy: 'twice', error: null, writes: [] })
  expect(await previewOf('"text"')).toMatchObject({
    converted: { value: { json: '"text"' } },
    error: { stage: 'TRANSFORMATION', executingClass: 'com.example.Double', message: 'text is no number' },
  })
  expect(await previewOf('{')).toMatchObject({
    converted: null,
    error: { stage: 'VALUE_CONVERTER', exceptionClass: 'DataError' },
  })
})

test('sinks that can not tell what they would send are previewed up to there', async () => {
  expect(await previewOf('21', null)).toMatchObject({ transformations: [{ alias: 'twice' }], writes: [] })
})
