/** The task while requests fail that will get through later, or never do. */
import { isRetriable, type SinkRecord } from '@penstock/core'
import { sinkRecord } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { FakeElasticsearch, type ItemError } from './testing/fake-elasticsearch.ts'
import { consumed, order, orders, type RunningTask, runTask } from './testing/running-task.ts'

const rejected: ItemError = { status: 429, type: 'es_rejected_execution_exception', reason: 'queue full' }

test.each([
  ['429', { status: 429 }],
  ['503', { status: 503 }],
  ['500', { status: 500 }],
  ['a cut before the answer', { cut: 'before' as const }],
  ['a cut in the middle of the answer', { cut: 'during' as const }],
  ['no answer in time', { delayMs: 2500 }],
])(
  '%s: the request is sent again, every document is there once',
  async (_name, behaviour) => {
    await using s = await runTask({ 'read.timeout.ms': '1000' })
    s.server.onBulk = (_request, n) => (n < 2 ? behaviour : {})
    await s.task.put(orders(50))
    expect(await s.task.preCommit(consumed(50), { closing: true })).toEqual(consumed(50))
    expect(s.server.documents.size).toBe(50)
    expect(s.context.counts.get('documents_written')).toBe(50)
  },
  20_000,
)

test('only the items that failed are sent again', async () => {
  await using s = await runTask()
  s.server.onBulk = (_request, n) => (n < 2 ? { item: ({ id }) => (id.endsWith('5') ? rejected : undefined) } : {})
  await s.task.put(orders(20))
  await s.task.preCommit(consumed(20), { closing: true })
  expect(s.server.bulks.map(({ items }) => items.length)).toEqual([20, 2, 2])
  expect(s.context.counts.get('documents_written')).toBe(20)
  expect(s.context.counts.get('documents_retried')).toBe(4)
})

test('no offset passes a record that is still being retried', async () => {
  await using s = await runTask({ 'batch.size': '10' })
  let open = false
  s.server.onBulk = ({ items }) => (items.some(({ id }) => id === 'orders+0+15') && !open ? { status: 429 } : {})
  await s.task.put(orders(40))
  await expect.poll(() => s.server.documents.size).toBe(30)
  // The server has them before the task has its answers.
  await expect.poll(() => s.task.preCommit(consumed(40), { closing: false })).toEqual(consumed(10))
  open = true
  await expect.poll(() => s.task.preCommit(consumed(40), { closing: true })).toEqual(consumed(40))
})

test('Retry-After is honoured', async () => {
  await using s = await runTask()
  s.server.onBulk = (_request, n) => (n === 0 ? { status: 429, headers: { 'retry-after': '1' } } : {})
  const started = performance.now()
  await s.task.put(orders(1))
  await s.task.preCommit(consumed(1), { closing: true })
  expect(performance.now() - started).toBeGreaterThan(950)
})

test('while Elasticsearch is down put asks to be called again, and nothing is lost or written twice', async () => {
  const gone = await FakeElasticsearch.start()
  await using s = await runTask({ 'batch.size': '10', 'max.retries': '1', 'max.buffered.records': '50' }, gone)
  await s.task.put(orders(10))
  await s.task.preCommit(consumed(10), { closing: true })
  const { port } = gone
  await gone.close()
  const rest = orders(100, 10)
  const failure = () =>
    s.task.put(rest).then(String, (error: unknown) => (isRetriable(error) ? String(error) : 'failed'))
  await expect.poll(failure, { timeout: 10_000, interval: 10 }).toContain('takes no documents now')
  expect(await s.task.preCommit(consumed(110), { closing: false })).toEqual(consumed(10))

  await using back = new FakeElasticsearch()
  await back.listen(port)
  await s.untilTaken(rest)
  expect(await s.task.preCommit(consumed(110), { closing: true })).toEqual(consumed(110))
  expect(back.documents.size).toBe(100)
  expect(back.bulks.flatMap(({ items }) => items)).toHaveLength(100)
}, 20_000)

test('parts that were not taken over before a failure are taken when they are put again', async () => {
  await using s = await runTask({ 'batch.size': '10', 'max.retries': '1', 'max.buffered.records': '15' })
  s.server.onBulk = () => ({ status: 503 })
  const parts = Array.from({ length: 3 }, (_, offset) =>
    Array.from({ length: 12 }, (_, i) => order(offset, { offset, i }).asPart(i)),
  ).flat()
  await expect(s.task.put(parts)).rejects.toSatisfy(isRetriable)
  expect(await s.task.preCommit(consumed(3), { closing: false })).toEqual([])
  s.server.onBulk = () => ({})
  await s.untilTaken(parts)
  expect(await s.task.preCommit(consumed(3), { closing: true })).toEqual(consumed(3))
  expect(s.server.documents.size).toBe(36)
}, 20_000)

test('after flush.timeout.ms of trying the task fails, says where and why, and has committed nothing', async () => {
  const server = await FakeElasticsearch.start()
  const url = server.url.replace('//', '//me:secret@')
  await using s = await runTask({ 'connection.url': url, 'max.retries': '1', 'flush.timeout.ms': '1000' }, server)
  server.onBulk = () => ({ status: 503 })
  await s.task.put(orders(5))
  const failure = () => s.task.put([]).catch((error: unknown) => (isRetriable(error) ? '' : String(error)))
  await expect
    .poll(failure, { timeout: 5000 })
    .toMatch(
      /writing to Elasticsearch at http:\/\/127.* failed after \d+ attempts: HTTP status 503: some_exception: because/,
    )
  expect(await failure()).not.toContain('secret')
  expect(await s.task.preCommit(consumed(5), { closing: true })).toEqual([])
})

test('rights that are missing for longer than flush.timeout.ms fail the task, with the document and the reason', async () => {
  await using s = await runTask({ 'max.retries': '2', 'flush.timeout.ms': '1000' })
  s.server.onBulk = () => ({ item: () => ({ status: 403, type: 'security_exception', reason: 'no write' }) })
  await s.task.put(orders(1))
  await expect
    .poll(() => s.task.put([]).catch((error: unknown) => (isRetriable(error) ? '' : String(error))), {
      timeout: 5000,
    })
    .toMatch(/document orders\+0\+0 of index orders \(record orders-0@0\): security_exception: no write/)
  expect(s.context.counts.get('setbacks_access_denied')).toBe(s.server.bulks.length)
})

test('a full buffer makes put wait until there is room', async () => {
  await using s = await runTask({ 'batch.size': '5', 'max.in.flight.requests': '2', 'max.buffered.records': '10' })
  s.server.onBulk = () => ({ delayMs: 50 })
  const started = performance.now()
  await s.task.put(orders(30))
  expect(performance.now() - started).toBeGreaterThan(80)
  expect(s.server.documents.size).toBeGreaterThanOrEqual(10)
  await s.task.preCommit(consumed(30), { closing: true })
  expect(s.server.documents.size).toBe(30)
})

/** What becomes of a `put`: `taken`, or the error, after `FATAL` where it fails the task. */
async function outcomeOf({ task }: RunningTask, records: readonly SinkRecord[]): Promise<string> {
  try {
    await task.put(records)
    return 'taken'
  } catch (error) {
    return `${isRetriable(error) ? '' : 'FATAL '}${(error as Error).message}`
  }
}

/** Has time pass for the task. */
function clockOf({ context }: RunningTask): { skip(ms: number): void } {
  let skippedMs = 0
  Object.assign(context.clock, { now: () => Date.now() + skippedMs })
  return {
    skip(ms) {
      skippedMs += ms
    },
  }
}

test('after a rebalance in a long while of 429 the records that are read again are given their own time', async () => {
  const small = { 'batch.size': '10', 'max.buffered.records': '20', 'max.in.flight.requests': '1' }
  await using s = await runTask({ ...small, 'max.retries': '20', 'flush.timeout.ms': '60000' })
  const clock = clockOf(s)
  s.server.onBulk = () => ({ status: 429 })
  await expect.poll(() => outcomeOf(s, orders(60))).toContain('takes no documents now')
  clock.skip(120_000)
  await s.task.preCommit(consumed(1), { closing: true })
  s.task.close([{ topic: 'orders', partition: 0 }])
  // What is left of the batch that is dropped is not sent again.
  await expect.poll(() => s.context.held).toBeNull()
  const again = orders(60)
  await expect.poll(() => outcomeOf(s, again)).toMatch(/^FATAL|takes no documents now/)
  expect(await outcomeOf(s, again)).not.toContain('FATAL')
})

test('an index that could not be set up is given its own time after a long while of 429', async () => {
  await using s = await runTask({ 'max.retries': '1', 'flush.timeout.ms': '60000', 'linger.ms': '0' })
  const clock = clockOf(s)
  const answer = s.server.indices.answer.bind(s.server.indices)
  const noMaster = { status: 503, body: { error: { type: 'master_not_discovered_exception', reason: 'no master' } } }
  let hasMaster = false
  s.server.indices.answer = (method, path, body) =>
    path.startsWith('/other') && !hasMaster ? noMaster : answer(method, path, body)
  s.server.onBulk = () => ({ status: 429 })
  const other = [sinkRecord({ topic: 'other', offset: 0n, valueJson: '{}' })]
  await s.task.put(orders(5))
  expect(await outcomeOf(s, other)).toContain('no master')
  await expect.poll(() => outcomeOf(s, other)).toContain('takes no documents now')
  clock.skip(120_000)
  await outcomeOf(s, other)
  s.server.onBulk = () => ({})
  await expect.poll(() => outcomeOf(s, other)).toMatch(/no master/)
  expect(await outcomeOf(s, other)).not.toContain('FATAL')
  hasMaster = true
  await expect.poll(() => outcomeOf(s, other)).toBe('taken')
})

test('what is held of large records counts, however little of them is written', async () => {
  await using s = await runTask({ 'bulk.size.bytes': '1000000', 'linger.ms': '60000' })
  const json = `{"n":1,"text":"${'x'.repeat(100_000)}"}`
  const made = (offset: number, key: string | null) =>
    sinkRecord({ topic: 'orders', offset: BigInt(offset), valueJson: json, ...(key === null ? {} : { key }) }).with({
      value: { schema: null, value: { n: offset } },
    })
  await s.task.put(Array.from({ length: 20 }, (_, at) => made(at, at < 10 ? null : 'k')))
  await expect.poll(() => s.server.bulks.map(({ items }) => items.length)).toEqual([10, 10])
})

test.each(['fail', 'report'])(
  '%s: a record that its own successor has overtaken, as an answer was lost, is no conflict',
  async (behavior) => {
    await using s = await runTask({ 'key.ignore': 'false', 'behavior.on.version.conflict': behavior })
    const newer = (item: { readonly index: string; readonly id: string; readonly version: number | null }) => {
      const version = s.server.documents.get(`${item.index}/${item.id}`)?.version ?? -1
      if (item.version === null || version < item.version) return undefined
      const reason = `[k]: version conflict, current version [${version}] is higher or equal to the one provided [${item.version}]`
      return { status: 409, type: 'version_conflict_engine_exception', reason }
    }
    s.server.onBulk = (_request, n) => (n === 0 ? { cut: 'during' } : { item: newer })
    const ofKey = (offset: number) =>
      sinkRecord({ topic: 'orders', offset: BigInt(offset), key: 'k', valueJson: `{"n":${offset}}` })
    await s.task.put([ofKey(10), ofKey(11)])
    expect(await s.task.preCommit(consumed(12), { closing: true })).toEqual(consumed(12))
    await s.task.put([])
    expect(s.context.reported).toEqual([])
    expect(s.context.counts.get('version_conflicts')).toBe(2)
  },
)
