import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConflictError } from '@penstock/core'
import { hashSync } from 'bcryptjs'
import { describe, expect, test, vi } from 'vitest'
import type { InspectionSnapshot, Refusal } from '../execution/inspection/job.ts'
import type { Preview } from '../execution/inspection/preview.ts'
import type { InspectionControl, InspectionView } from '../herder/herder.ts'
import { fakeHerder } from './fixtures/fake-herder.ts'
import { startTestServer, type TestServerOptions } from './fixtures/test-server.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

const withInspections = (inspections: Partial<InspectionControl>, options: TestServerOptions = {}) =>
  startTestServer({
    ...options,
    herder: fakeHerder({ inspections: { ...fakeHerder().inspections, ...inspections } }),
  })

const refusal: Refusal = {
  ...{ topic: 't', partition: 0, offset: 4, stage: 'TASK_PUT', executingClass: 'SinkTask' },
  ...{ exceptionClass: 'DataError', message: 'no number' },
}
const counts = { read: 9, found: 3, missing: 2, duplicated: 1, dropped: 1, failed: 1, notVerifiable: 1 }
const progress = { recordsRead: 9, offsetsDone: 9, offsetsTotal: 20, recordsPerSecond: 100 }
const verified: InspectionSnapshot = {
  progress,
  report: {
    ...{ kind: 'verify', total: counts, gapsNotListed: 1, failures: [refusal] },
    partitions: [{ topic: 't', partition: 0, from: 0, to: 20, ...counts }],
    gaps: [{ topic: 't', partition: 0, from: 3, to: 5, records: 2 }],
    duplicates: [{ topic: 't', partition: 0, offset: 7, where: ['a', 'b'] }],
    notVerifiable: [{ why: 'made-up ids', records: 1 }],
  },
}
const view = (changes: Partial<InspectionView> = {}): InspectionView => ({
  ...{ id: 'i1', connector: 'a', kind: 'verify', state: 'RUNNING', workerId: 'one:8083' },
  ...{ startedAt: 5, endedAt: null, reason: null, snapshot: null },
  ...changes,
})
const shown = { schema: 'STRING', json: '"k"', truncated: false }
const bytes = { text: 'k', base64: null, bytes: 1, truncated: false }
const record = { topic: 't', partition: 0, timestamp: 5, key: shown, headers: [{ name: 'h', ...shown }] }
const preview: Preview = {
  topic: 't',
  showsWrites: true,
  records: [
    {
      ...{ topic: 't', partition: 0, offset: 1, timestamp: 5, droppedBy: null },
      raw: { key: bytes, value: { ...bytes, text: null, base64: 'AA==' }, headers: [{ name: 'h', value: null }] },
      converted: { ...record, value: { schema: null, json: '{"a":9007199254740993}', truncated: false } },
      transformations: [
        { alias: 'x', className: 'X', records: [{ ...record, value: { schema: null, json: '{"a', truncated: true } }] },
      ],
      error: refusal,
      writes: [
        { kind: 'write', action: 'index', target: 'i', id: null, text: '{}', truncated: false },
        { kind: 'skipped' },
        { ...refusal, kind: 'refused' },
      ],
    },
  ],
}

describe('previews', () => {
  test('show each step, with every digit', async () => {
    const ask = vi.fn(async () => preview)
    await using rest = await withInspections({ preview: ask })
    const { status, body } = await rest.call(
      'POST',
      '/connectors/a/preview',
      '{"topic":"t","partitions":[0],"records":3}',
    )
    expect(ask).toHaveBeenCalledWith('a', { topic: 't', partitions: [0], records: 3 }, null)
    const error = { stage: 'TASK_PUT', class: 'SinkTask', exception: 'DataError', message: 'no number' }
    expect([status, body]).toMatchObject([
      200,
      {
        records: [
          {
            raw: { key: { text: 'k' }, value: { base64: 'AA==' } },
            converted: { key: { schema: 'STRING', value: 'k' } },
            transformations: [{ alias: 'x', class: 'X', records: [{ value: { schema: null, beginning: '{"a' } }] }],
            error,
            writes: [{ kind: 'write', id: null }, { kind: 'skipped' }, { kind: 'refused', ...error }],
          },
        ],
      },
    ])
    const text = await (await fetch(`${rest.server.url}connectors/a/preview`, { method: 'POST' })).text()
    expect(text).toContain('{"a":9007199254740993}')
    expect(ask).toHaveBeenLastCalledWith('a', { topic: null, partitions: null, records: 10 }, null)
  })

  test('of a config alone check that it is one of the plugin', async () => {
    const ask = vi.fn(async () => preview)
    await using rest = await withInspections({ previewConfig: ask })
    const config = { 'connector.class': 'TestSink', topics: 't' }
    const path = '/connector-plugins/TestSink/config/preview'
    expect((await rest.call('POST', path, { config, records: 1 })).status).toBe(200)
    expect(ask).toHaveBeenCalledWith({ ...config, name: 'preview' }, { topic: null, partitions: null, records: 1 })
    expect((await rest.call('POST', '/connector-plugins/Other/config/preview', { config })).status).toBe(400)
    expect((await rest.call('POST', path, {})).status).toBe(400)
  })

  test('of another config than the connector’s need the role admin', async () => {
    const file = join(tmpdir(), `penstock-users-${process.pid}`)
    const hash = hashSync('word', 4)
    await writeFile(file, `op:${hash}:operate\nboss:${hash}:admin\nreader:${hash}:read\n`)
    const config = { 'rest.authentication.methods': 'basic', 'rest.authentication.basic.file': file }
    await using rest = await withInspections(
      { preview: async () => preview, inspection: async () => view(), redriveGaps: async () => view() },
      { config },
    )
    const as = (user: string) => ({ authorization: `Basic ${Buffer.from(`${user}:word`).toString('base64')}` })
    const statusOf = async (user: string, method: string, path: string, body?: unknown) =>
      (await rest.call(method, path, body, as(user))).status
    const changed = { config: { topics: 'u' } }
    expect(await statusOf('op', 'POST', '/connectors/a/preview', {})).toBe(200)
    expect(await statusOf('op', 'POST', '/connectors/a/preview', changed)).toBe(403)
    expect(await statusOf('boss', 'POST', '/connectors/a/preview', changed)).toBe(200)
    expect(await statusOf('op', 'POST', '/connector-plugins/TestSink/config/preview', changed)).toBe(403)
    expect(await statusOf('reader', 'GET', '/connectors/a/verify')).toBe(403)
    expect(await statusOf('op', 'GET', '/connectors/a/verify')).toBe(200)
    expect(await statusOf('op', 'POST', '/connectors/a/verify/redrive')).toBe(403)
    expect(await statusOf('op', 'POST', '/connectors/a/dlq/redrive', {})).toBe(403)
  })
})

test('a verification is begun, watched and cancelled', async () => {
  const verify = vi.fn(async () => view())
  const inspection = vi.fn(async () => view({ state: 'FAILED', reason: 'gone', endedAt: 9, snapshot: verified }))
  const cancelInspection = vi.fn(async () => view({ state: 'CANCELLED' }))
  await using rest = await withInspections({ verify, inspection, cancelInspection })
  const asked = { topic: 't', partitions: [1, 2], from: { 1: 10 }, to: '2026-01-31T12:00:00Z', within: 'logs-*' }
  expect(await rest.call('POST', '/connectors/a/verify', asked)).toMatchObject({
    status: 202,
    body: { id: 'i1', state: 'RUNNING', worker_id: 'one:8083', progress: null, result: null },
  })
  expect(verify).toHaveBeenCalledWith('a', {
    ...{ topic: 't', partitions: [1, 2], within: 'logs-*' },
    from: { kind: 'offsets', byPartition: new Map([[1, 10]]) },
    to: { kind: 'time', ms: Date.UTC(2026, 0, 31, 12) },
  })
  await rest.call('POST', '/connectors/a/verify', { from: '1969-12-31T23:59:59.999Z' })
  expect(verify).toHaveBeenLastCalledWith('a', expect.objectContaining({ from: { kind: 'time', ms: 0 } }))
  expect(await rest.call('GET', '/connectors/a/verify')).toMatchObject({
    status: 200,
    body: {
      state: 'FAILED',
      reason: 'gone',
      progress: { records_read: 9, offsets_done: 9, offsets_total: 20, records_per_second: 100 },
      result: {
        ...{ read: 9, found: 3, missing: 2, duplicated: 1, dropped: 1, failed: 1, not_verifiable: 1 },
        gaps: [{ topic: 't', partition: 0, from: 3, to: 5, records: 2 }],
        gaps_not_listed: 1,
        failures: [{ offset: 4, class: 'SinkTask', exception: 'DataError' }],
      },
    },
  })
  expect((await rest.call('DELETE', '/connectors/a/verify')).status).toBe(202)
  expect((await rest.call('DELETE', '/connectors/a/verify/redrive')).status).toBe(202)
  expect(cancelInspection.mock.calls).toEqual([
    ['a', 'verify'],
    ['a', 'redrive-gaps'],
  ])
})

test('work that is under way already is a conflict', async () => {
  const verify = () => Promise.reject(new ConflictError('inspection.busy', 'connector a has a verify under way'))
  await using rest = await withInspections({ verify })
  expect(await rest.call('POST', '/connectors/a/verify')).toMatchObject({
    status: 409,
    body: { message: 'connector a has a verify under way' },
  })
})

test('dead letters are listed by page, and driven again', async () => {
  const letter = {
    ...{ partition: 0, offset: 3, timestamp: 5, message: { key: null, value: bytes, headers: [] } },
    context: {
      ...{ topic: 't', partition: 2, offset: 40, connector: 'a', task: '0', stage: 'TASK_PUT' },
      ...{ executingClass: 'SinkTask', exceptionClass: 'DataError', exceptionMessage: 'no number' },
    },
  }
  const deadLetters = vi.fn(async () => ({
    topic: 'dlq',
    letters: [letter, { ...letter, context: null }],
    next: 'newest:0-3',
  }))
  const snapshot: InspectionSnapshot = {
    progress,
    report: {
      ...{ kind: 'redrive', taken: 3, written: 1, refused: 1, dropped: 1, skipped: 2 },
      ...{ refusals: [refusal], refusalsNotListed: 0, complete: true },
    },
  }
  const redriveDeadLetters = vi.fn(async () => view({ kind: 'redrive-dead-letters', snapshot }))
  await using rest = await withInspections({ deadLetters, redriveDeadLetters })
  expect(
    (await rest.call('GET', '/connectors/a/dlq?limit=2&reason=number&topic=t&from=oldest:0-9')).body,
  ).toMatchObject({
    letters: [
      {
        origin: { topic: 't', partition: 2, offset: 40, connector: 'a', task: '0' },
        class: 'SinkTask',
        message: 'no number',
      },
      { origin: null, stage: null },
    ],
    next: 'newest:0-3',
  })
  expect(deadLetters).toHaveBeenCalledWith('a', {
    ...{ limit: 2, order: 'oldest', positions: new Map([[0, 9]]) },
    filter: { reason: 'number', topic: 't' },
  })
  const asked = { reason: 'number', config: { a: 1, b: null }, max_records: 7, from: 'beginning' }
  expect(await rest.call('POST', '/connectors/a/dlq/redrive', asked)).toMatchObject({
    status: 202,
    body: {
      kind: 'redrive-dead-letters',
      result: { taken: 3, written: 1, refused: 1, dropped: 1, skipped: 2, complete: true },
    },
  })
  expect(redriveDeadLetters).toHaveBeenCalledWith('a', {
    ...{ filter: { reason: 'number', topic: null }, config: { a: '1', b: null }, maxRecords: 7, fromBeginning: true },
  })
})

test.each([
  ['POST', '/connectors/a/preview', '{"records":101}', /"records" must be at least 1 and at most 100/],
  ['POST', '/connectors/a/preview', '{"n":1}', /unknown field "n", known are topic, partitions, records, config/],
  ['POST', '/connectors/a/preview', '{"partitions":[]}', /"partitions" must be an array/],
  ['POST', '/connectors/a/verify', '{"from":{"x":1}}', /"x" in "from" must be the number of a partition/],
  ['POST', '/connectors/a/verify', '{"to":{"0":-1}}', /offset of partition 0 in "to" must be a whole number/],
  ['POST', '/connectors/a/verify', '{"from":"yesterday"}', /"from" must be a time such as/],
  ['POST', '/connectors/a/verify', '{"from":[1]}', /"from" must be a time, or an object of offsets/],
  ['POST', '/connectors/a/verify', '{"topic":""}', /"topic" must be a string that is not empty/],
  ['POST', '/connectors/a/dlq/redrive', '{"from":"newest"}', /"from" must be "beginning", or "last"/],
  ['POST', '/connectors/a/dlq/redrive', '{"max_records":0}', /"max_records" must be at least 1/],
  ['GET', '/connectors/a/dlq?limit=501', undefined, /limit: it must be a number from 1 to 500/],
  ['GET', '/connectors/a/dlq?from=3', undefined, /from: it must be the "next" of another page/],
  ['GET', '/connectors/a/dlq?order=oldest&from=newest:0-1', undefined, /order: it must be newest/],
])('%s %s %s is refused with what is wrong', async (method, path, body, message) => {
  await using rest = await withInspections({})
  expect(await rest.call(method, path, body)).toMatchObject({
    status: 400,
    body: { message: expect.stringMatching(message) },
  })
})
