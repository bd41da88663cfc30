import { expect, test, vi } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { type ClusterEvent, ClusterEvents } from './cluster-events.ts'
import type { ConnectorMetricsView, WorkerView } from './herder.ts'

const patience = { timeout: 15_000 }

const workerOf = (workerId: string, change: Partial<WorkerView> = {}): WorkerView => ({
  ...{ workerId, url: `http://${workerId}/`, leader: false, gone: false, state: 'RUNNING', error: null },
  report: {
    ...{ workerId, version: '1', generation: 3, startedAt: 1, connectors: [], tasks: [], facts: [], executors: [] },
    rebalances: { completed: 1, lastAt: 1, delayMs: 0 },
    process: { pid: 1, cpuPercent: 1, rssBytes: 1 },
  },
  ...change,
})
const metricsOf = (name: string, type: 'sink' | 'source' = 'sink'): ConnectorMetricsView => ({ name, type, tasks: [] })
const unreachable = { state: 'UNREACHABLE', error: 'silent', report: null } as const

function start() {
  let workers = [workerOf('a:1', { leader: true }), workerOf('b:2')]
  let metrics = [metricsOf('orders'), metricsOf('files')]
  const overview = vi.fn(async () => ({ workers, metrics: new Map(metrics.map((view) => [view.name, view])) }))
  const events = new ClusterEvents({
    operating: { overview },
    workerId: 'a:1',
    logger: recordingLogger(),
    everyMs: 1_000_000,
  })
  const seen: ClusterEvent[] = []
  const change = (next: { workers?: WorkerView[]; metrics?: ConnectorMetricsView[] }) => {
    workers = next.workers ?? workers
    metrics = next.metrics ?? metrics
  }
  const untilLooked = async (times: number) => {
    await vi.waitUntil(() => overview.mock.results.length >= times, patience)
    await new Promise(setImmediate)
  }
  return { events, overview, seen, change, untilLooked, listener: (event: ClusterEvent) => void seen.push(event) }
}

test('nothing is looked at while nobody listens', async () => {
  const { events, overview, listener } = start()
  events.lookSoon()
  const end = events.subscribe(listener)
  end()
  events.lookSoon()
  expect(overview).toHaveBeenCalledTimes(1)
})

test('what has changed since the last look is told, and nothing else', async () => {
  const { events, seen, listener, change, untilLooked } = start()
  const end = events.subscribe(listener)
  await untilLooked(1)
  expect(seen.map(({ kind }) => kind)).toEqual(['rebalance', 'worker', 'worker', 'metrics'])
  expect(seen[0]).toEqual({ kind: 'rebalance', generation: 3, leader: 'a:1', members: ['a:1', 'b:2'] })
  seen.length = 0
  events.lookSoon()
  await untilLooked(2)
  expect(seen).toEqual([])
  change({
    workers: [workerOf('a:1', { leader: true }), workerOf('b:2', unreachable)],
    metrics: [metricsOf('orders', 'source'), metricsOf('files')],
  })
  events.lookSoon()
  await untilLooked(3)
  expect(seen).toEqual([
    { kind: 'worker', worker: workerOf('b:2', unreachable) },
    { kind: 'metrics', connectors: [metricsOf('orders', 'source')] },
  ])
  end()
})

test('a worker that has left the group is a rebalance without it', async () => {
  const { events, seen, listener, change, untilLooked } = start()
  const end = events.subscribe(listener)
  await untilLooked(1)
  change({ workers: [workerOf('a:1', { leader: true }), workerOf('b:2', { ...unreachable, gone: true })] })
  events.lookSoon()
  await untilLooked(2)
  expect(seen.filter(({ kind }) => kind === 'rebalance').at(-1)).toMatchObject({ members: ['a:1'] })
  end()
})

test('statuses and configs are told to all who listen, as they are read', () => {
  const { events } = start()
  const [one, two]: [ClusterEvent[], ClusterEvent[]] = [[], []]
  const ends = [one, two].map((list) => events.subscribe((event) => void list.push(event)))
  const status = { state: 'FAILED', trace: 'Error: x', workerId: 'a:1', generation: 1, version: null } as const
  events.onTaskStatus({ connector: 'orders', task: 0 }, status)
  events.onConnectorStatus('orders', null)
  events.onConfigEvent({ kind: 'connector-removed', connector: 'orders' })
  events.onConfigEvent({ kind: 'session-key' })
  expect(one).toEqual([
    { kind: 'task', id: { connector: 'orders', task: 0 }, status },
    { kind: 'connector', connector: 'orders', status: null },
    { kind: 'config', connector: 'orders', deleted: true },
  ])
  expect(two).toEqual(one)
  for (const end of ends) end()
})

test('a look that fails is followed by the next', async () => {
  const { events, overview, seen, listener, untilLooked } = start()
  overview.mockRejectedValueOnce(new Error('no coordinator'))
  const end = events.subscribe(listener)
  await untilLooked(1)
  expect(seen).toEqual([])
  events.lookSoon()
  await untilLooked(2)
  expect(seen).not.toEqual([])
  end()
})
