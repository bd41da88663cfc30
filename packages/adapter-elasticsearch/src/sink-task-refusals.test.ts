/** Documents that Elasticsearch, or the task before it, will never take. */
import { Lazy, SinkRecord, StageError } from '@penstock/core'
import { expect, test } from 'vitest'
import type { ItemError } from './testing/fake-elasticsearch.ts'
import { consumed, order, orders, runTask } from './testing/running-task.ts'

const unreadable = { type: 'x_content_parse_exception', reason: 'unexpected end of file' }
const malformed: ItemError = { status: 400, type: 'document_parsing_exception', reason: 'failed to parse field [n]' }
const bad = { item: ({ id }: { id: string }) => (id === 'orders+0+1' ? malformed : undefined) }

test('errors.tolerance all: reported with the reason, the others are written, all is committed', async () => {
  await using s = await runTask()
  s.context.tolerance = 'all'
  s.server.onBulk = () => bad
  await s.task.put(orders(3))
  expect(await s.task.preCommit(consumed(3), { closing: true })).toEqual(consumed(3))
  expect(s.server.documents.size).toBe(2)
  expect(s.context.reported).toMatchObject([{ tolerated: false, record: { offset: 1n } }])
  expect((s.context.reported[0]!.error as Error).message).toBe(
    'Elasticsearch refused document orders+0+1 of index orders (record orders-0@1): document_parsing_exception: failed to parse field [n] (status 400)',
  )
})

test('errors.tolerance none: the task fails with the reason, the offset stays', async () => {
  await using s = await runTask()
  s.server.onBulk = () => bad
  await s.task.put(orders(3))
  expect(await s.task.preCommit(consumed(3), { closing: true })).toEqual([])
  await expect(s.task.put([])).rejects.toThrow('failed to parse field [n]')
})

test.each(['ignore', 'warn'])('%s goes on whatever errors.tolerance says', async (behaviour) => {
  await using s = await runTask({ 'behavior.on.malformed.documents': behaviour })
  s.server.onBulk = () => bad
  await s.task.put(orders(3))
  expect(await s.task.preCommit(consumed(3), { closing: true })).toEqual(consumed(3))
  expect(s.context.reported).toMatchObject([{ tolerated: true }])
})

test('fail reports and fails the task even with errors.tolerance all', async () => {
  await using s = await runTask({ 'behavior.on.malformed.documents': 'fail' })
  s.context.tolerance = 'all'
  s.server.onBulk = () => bad
  await s.task.put(orders(3))
  expect(await s.task.preCommit(consumed(3), { closing: true })).toEqual([])
  expect(s.context.reported).toHaveLength(1)
  await expect(s.task.put([])).rejects.toThrow('document orders+0+1')
})

test('one that can not be decoded is reported as the converter’s error', async () => {
  await using s = await runTask()
  s.context.tolerance = 'all'
  s.server.onBulk = () => bad
  const stage = new StageError('VALUE_CONVERTER', 'JsonConverter', new SyntaxError('no JSON'))
  const undecodable = (offset: bigint, bytes: string) =>
    new SinkRecord(
      order(Number(offset)).origin,
      Lazy.of({ schema: null, value: null }),
      Lazy.from(() => {
        throw stage
      }, Buffer.from(bytes)),
      [],
    )
  await s.task.put([order(0), undecodable(1n, '{"n":x}'), undecodable(2n, 'no braces')])
  expect(await s.task.preCommit(consumed(3), { closing: true })).toEqual(consumed(3))
  expect(s.context.reported.map(({ error }) => error)).toEqual([stage, stage])
})

test('a value that is no object is reported; drop.invalid.message passes over it', async () => {
  await using s = await runTask()
  await expect(s.task.put([order(0, [1])])).rejects.toThrow('an array, not an object')
  await using dropping = await runTask({ 'drop.invalid.message': 'true' })
  await dropping.task.put([order(0, [1]), order(1)])
  expect(await dropping.task.preCommit(consumed(2), { closing: true })).toEqual(consumed(2))
  expect(dropping.context.reported).toMatchObject([{ tolerated: true }])
})

test('a request that is too large is split until the one document is found', async () => {
  await using s = await runTask()
  s.context.tolerance = 'all'
  s.server.onBulk = ({ bytes }) => (bytes > 2000 ? { status: 413 } : {})
  await s.task.put([...orders(30), order(30, { big: 'x'.repeat(3000) }), ...orders(30, 31)])
  expect(await s.task.preCommit(consumed(61), { closing: true })).toEqual(consumed(61))
  expect(s.server.documents.size).toBe(60)
  expect(s.context.reported).toMatchObject([{ record: { offset: 30n } }])
  expect((s.context.reported[0]!.error as Error).message).toContain('HTTP status 413')
})

test('one document that makes the whole request unreadable is found too', async () => {
  await using s = await runTask()
  s.context.tolerance = 'all'
  s.server.onBulk = ({ items }) =>
    items.some(({ source }) => source === '{"n":7}') ? { status: 400, error: unreadable } : {}
  await s.task.put(orders(20))
  expect(await s.task.preCommit(consumed(20), { closing: true })).toEqual(consumed(20))
  expect(s.context.reported).toMatchObject([{ record: { offset: 7n } }])
  expect(s.server.documents.size).toBe(19)
})
