/** The task while Elasticsearch takes nothing, seen from the framework. */
import { isRetriable, type SinkRecord } from '@penstock/core'
import { sinkRecord } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import type { FakeElasticsearch, ItemError } from './testing/fake-elasticsearch.ts'
import { type RunningTask, runTask } from './testing/running-task.ts'

const json = (partition: number, offset: number): SinkRecord =>
  sinkRecord({ topic: 'orders', partition, offset: BigInt(offset), valueJson: `{"n":${offset}}` })
const at = (partition: number, offset: number) => ({ topic: 'orders', partition, offset: BigInt(offset) })
const id = (partition: number, offset: number) => `orders/orders+${partition}+${offset}`
const denied: ItemError = { status: 403, type: 'security_exception', reason: 'no rights' }
const malformed: ItemError = { status: 400, type: 'document_parsing_exception', reason: 'no number' }

/** Requests hold four records, and soon say that they don't get through. */
const setUp = () => runTask({ 'max.retries': '1', 'batch.size': '4' })
const untilHeld = ({ task }: RunningTask, reason: string) =>
  expect
    .poll(() => task.put([]).catch((error: unknown) => (isRetriable(error) ? String(error) : 'failed')))
    .toContain(reason)

test('partitions that go during a hold: what is written is named at once, the rest is left to their next task', async () => {
  await using s = await setUp()
  await s.untilTaken([0, 1, 2, 3].map((offset) => json(0, offset)))
  await s.task.preCommit([at(0, 4)], { closing: true })
  let open = false
  s.server.onBulk = () => (open ? {} : { item: () => denied })
  await s.untilTaken([json(0, 4), json(1, 0), json(0, 5), json(1, 1)])
  await untilHeld(s, 'security_exception: no rights')
  expect(s.context.gauges.get('held')).toBe(1)
  expect(s.context.held).toContain('security_exception: no rights')
  const started = performance.now()
  expect(await s.task.preCommit([at(0, 6)], { closing: true })).toEqual([at(0, 4)])
  expect(performance.now() - started).toBeLessThan(10_000)
  s.task.close([{ topic: 'orders', partition: 0 }])
  // What was under way when the partition went is refused yet.
  const sent = s.server.bulks.length
  await expect.poll(() => s.server.bulks.length).toBeGreaterThan(sent)
  open = true
  await expect.poll(() => s.task.preCommit([at(1, 2)], { closing: true })).toEqual([at(1, 2)])
  expect(s.server.documents.has(id(0, 4))).toBe(false)
  expect(s.server.documents.has(id(1, 1))).toBe(true)
  await s.untilTaken([])
  expect(s.context.gauges.get('held')).toBe(0)
  expect(s.context.held).toBeNull()
})

test('stopping during a hold is quick, and names nothing that is not written', async () => {
  await using s = await setUp()
  s.server.onBulk = () => ({ status: 401 })
  await s.untilTaken([0, 1, 2].map((offset) => json(0, offset)))
  await untilHeld(s, 'HTTP status 401')
  const started = performance.now()
  expect(await s.task.preCommit([at(0, 3)], { closing: true })).toEqual([])
  await s.task.stop()
  expect(performance.now() - started).toBeLessThan(10_000)
})

test('a document that is refused while others are held is reported once, and all are accounted for in the end', async () => {
  await using s = await setUp()
  s.context.tolerance = 'all'
  s.server.onBulk = (_request, n) => ({
    item: (item) => (item.id === 'orders+0+1' ? malformed : n < 6 && item.id !== 'orders+0+3' ? denied : undefined),
  })
  await s.untilTaken([0, 1, 2, 3].map((offset) => json(0, offset)))
  await expect.poll(() => s.task.preCommit([at(0, 4)], { closing: true })).toEqual([at(0, 4)])
  expect(s.context.reported.map(({ record }) => record.offset)).toEqual([1n])
  expect(s.server.documents.size).toBe(3)
  expect(s.context.counts.get('documents_written')).toBe(3)
})

test('an index that may not be made yet is waited for, and then nothing is missing', async () => {
  await using s = await setUp()
  const reasons: string[] = []
  const indices = s.server.indices as Partial<FakeElasticsearch['indices']>
  indices.answer = () => ({ status: 403, body: { error: { type: 'security_exception', reason: 'no rights' } } })
  await s.untilTaken([json(0, 0), json(0, 1)], ({ message }) => {
    reasons.push(message)
    if (reasons.length === 3) delete indices.answer
  })
  expect(reasons[0]).toContain('HTTP status 403')
  expect(await s.task.preCommit([at(0, 2)], { closing: true })).toEqual([at(0, 2)])
  expect(s.server.documents.size).toBe(2)
})
