import { NotFoundError } from '@penstock/core'
import { expect, test, vi } from 'vitest'
import { ForbiddenError } from '../herder/errors.ts'
import type { ConnectorMetricsView, OperatingControl, WorkerView } from '../herder/herder.ts'
import { fakeHerder } from './fixtures/fake-herder.ts'
import { startTestServer } from './fixtures/test-server.ts'

vi.setConfig({ testTimeout: 30_000 }) // real servers, on a machine that may be busy

const metrics: ConnectorMetricsView = {
  name: 'orders',
  type: 'sink',
  tasks: [
    {
      ...{ task: 0, state: 'RUNNING', workerId: 'a:1' },
      lastError: { message: 'no JSON', stage: 'VALUE_CONVERTER', topic: 'orders', partition: 2, offset: 7, at: 5 },
      facts: {
        ...{ connector: 'orders', task: 0, recordsPerSecond: 12.5, bytesPerSecond: 100, recordsTotal: 40, lag: 3 },
        ...{ errorsTotal: 1, deadLettersTotal: 1, retriesTotal: 0, putLatencyMs: { p50: 3, p99: 8 } },
        ...{ holding: 'Elasticsearch is away', lastError: null },
      },
    },
    { task: 1, state: 'FAILED', workerId: 'b:2', facts: null, lastError: null },
  ],
}
const workers: WorkerView[] = [
  {
    ...{ workerId: 'a:1', url: 'http://a:1/', leader: true, gone: false, state: 'RUNNING', error: null },
    report: {
      ...{
        workerId: 'a:1',
        version: '1.0.0',
        generation: 3,
        startedAt: 10,
        connectors: ['orders'],
        tasks: ['orders-0'],
      },
      rebalances: { completed: 2, lastAt: 20, delayMs: 0 },
      process: { pid: 1, cpuPercent: 12.5, rssBytes: 1_000 },
      executors: [
        { slot: 0, pid: 2, state: 'RUNNING', restarts: 1, cpuPercent: null, rssBytes: 2_000, tasks: ['orders-0'] },
      ],
      facts: [],
    },
  },
  {
    ...{ workerId: 'b:2', url: 'http://b:2/', leader: false, gone: false, state: 'UNREACHABLE' },
    ...{ error: 'it is silent', report: null },
  },
]

function herderWith(operating: Partial<OperatingControl>, methods: Parameters<typeof fakeHerder>[0] = {}) {
  const herder = fakeHerder(methods)
  return { ...herder, operating: { ...herder.operating, ...operating } }
}

test('workers are listed with what only they can tell, and null where they did not', async () => {
  await using rest = await startTestServer({ herder: herderWith({ workers: async () => workers }) })
  expect((await rest.call('GET', '/workers')).body).toEqual([
    {
      ...{ worker_id: 'a:1', url: 'http://a:1/', version: '1.0.0', leader: true, generation: 3, state: 'RUNNING' },
      ...{ error: null, started_at: 10, rebalances: { completed: 2, last_at: 20, delay_ms: 0 } },
      process: { pid: 1, cpu_percent: 12.5, rss_bytes: 1_000 },
      executors: [
        { slot: 0, state: 'RUNNING', restarts: 1, pid: 2, cpu_percent: null, rss_bytes: 2_000, tasks: ['orders-0'] },
      ],
      ...{ connectors: ['orders'], tasks: ['orders-0'] },
    },
    {
      ...{ worker_id: 'b:2', url: 'http://b:2/', version: null, leader: false, generation: null, state: 'UNREACHABLE' },
      ...{ error: 'it is silent', started_at: null, rebalances: null, process: null },
      ...{ executors: [], connectors: [], tasks: [] },
    },
  ])
})

test('the metrics of a connector say how each task fares', async () => {
  await using rest = await startTestServer({ herder: herderWith({ metrics: async () => metrics }) })
  const { body } = await rest.call('GET', '/connectors/orders/metrics')
  expect(body).toMatchObject({ name: 'orders', type: 'sink' })
  const [first, second] = (body as { tasks: unknown[] }).tasks
  expect(first).toEqual({
    ...{
      id: 0,
      worker_id: 'a:1',
      state: 'RUNNING',
      records_per_second: 12.5,
      bytes_per_second: 100,
      records_total: 40,
    },
    ...{ lag: 3, errors_total: 1, dead_letters_total: 1, retries_total: 0, put_latency_ms: { p50: 3, p99: 8 } },
    holding: 'Elasticsearch is away',
    last_error: { message: 'no JSON', stage: 'VALUE_CONVERTER', topic: 'orders', partition: 2, offset: 7, at: 5 },
  })
  expect(second).toMatchObject({ id: 1, state: 'FAILED', worker_id: 'b:2', lag: null, holding: null, last_error: null })
})

test('metrics of a connector that is not there are 404', async () => {
  const missing = () => Promise.reject(new NotFoundError('herder.unknown_connector', 'Connector x not found'))
  await using rest = await startTestServer({ herder: herderWith({ metrics: missing }) })
  expect(await rest.call('GET', '/connectors/x/metrics')).toMatchObject({ status: 404 })
})

test('the list of connectors has the metrics of all of them, gathered once', async () => {
  const overview = vi.fn(async () => ({ workers, metrics: new Map([['orders', metrics]]) }))
  const connectors = async () => ['orders', 'made-meanwhile']
  await using rest = await startTestServer({ herder: herderWith({ overview }, { connectors }) })
  const { body } = await rest.call('GET', '/connectors?expand=metrics')
  expect(body).toMatchObject({ orders: { metrics: { name: 'orders' } }, 'made-meanwhile': {} })
  expect(overview).toHaveBeenCalledTimes(1)
})

test('what workers ask of each other takes no user but a signature', async () => {
  const asked: unknown[] = []
  const herder = herderWith(
    {
      own: (question) => {
        asked.push(question)
        return workers[0]!.report!
      },
    },
    {
      checkInternal: (signature) => {
        if (signature === null) throw new ForbiddenError('internal', 'not signed')
      },
    },
  )
  await using rest = await startTestServer({ herder })
  expect((await rest.call('POST', '/workers/self', { facts: 'all' })).status).toBe(403)
  const signed = { 'X-Connect-Authorization': 'AAAA', 'X-Connect-Request-Signature-Algorithm': 'HmacSHA256' }
  const answer = await rest.call('POST', '/workers/self', { facts: { connector: 'orders' } }, signed)
  expect(answer).toMatchObject({ status: 200, body: { workerId: 'a:1' } })
  expect(asked).toEqual([{ facts: { connector: 'orders' } }])
  expect((await rest.call('POST', '/workers/self', { facts: 'some' }, signed)).status).toBe(400)
})
