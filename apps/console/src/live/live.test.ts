import type { ClusterEvent, ExpandedConnector } from '@penstock/client'
import { signal } from '@preact/signals'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

type Answer = Record<string, ExpandedConnector>

const client = vi.hoisted(() => ({ expandedConnectors: vi.fn(), workers: vi.fn(), events: vi.fn() }))
vi.mock('../api/client.ts', () => ({ connect: client }))

const newSession = () => ({ authorization: signal(null), signInNeeded: signal<object | null>(null) })
let session = newSession()

beforeEach(() => {
  vi.useFakeTimers()
  vi.resetModules()
  session = newSession()
  vi.doMock('../api/session.ts', () => session)
  client.workers.mockResolvedValue([])
})
afterEach(() => {
  session.signInNeeded.value = {} // ends what follows
  vi.useRealTimers()
  vi.resetAllMocks()
})

/** A worker that tells events when the test says so. */
function stream() {
  const signals: AbortSignal[] = []
  let tell: (event: ClusterEvent) => void = () => {}
  client.events.mockImplementation(async function* (until: AbortSignal) {
    signals.push(until)
    for (;;) yield await new Promise<ClusterEvent>((resolve) => (tell = resolve))
  })
  const event = async (told: object): Promise<void> => {
    tell(told as ClusterEvent)
    await vi.advanceTimersByTimeAsync(0)
  }
  return { signals, event }
}

const taskOf = (state: string) => ({ id: 0, state, worker_id: 'a:1' })

function answer(...names: string[]): Answer {
  const connector = { state: 'RUNNING', worker_id: 'a:1' }
  const entries = names.map((name) => [
    name,
    { status: { name, type: 'sink', connector, tasks: [taskOf('RUNNING')] } } as unknown as ExpandedConnector,
  ])
  return Object.fromEntries(entries) as Answer
}

test('a stream of events is given up where the whole answer fails', async () => {
  const { signals } = stream()
  client.expandedConnectors.mockRejectedValueOnce(new Error('timed out')).mockResolvedValue(answer('orders'))
  const { followCluster, connection } = await import('./live.ts')
  followCluster()
  await vi.advanceTimersByTimeAsync(0)
  expect(connection.value).toBe('lost')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(connection.value).toBe('live')
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
})

test('what an event tells is not lost to an answer that is older', async () => {
  const { event } = stream()
  client.expandedConnectors.mockResolvedValueOnce(answer('orders'))
  const { followCluster, cluster } = await import('./live.ts')
  followCluster()
  await vi.advanceTimersByTimeAsync(0)
  let resolve: (late: Answer) => void = () => {}
  client.expandedConnectors.mockReturnValueOnce(new Promise<Answer>((done) => (resolve = done)))
  await event({ event: 'task', data: { name: 'new', ...taskOf('RUNNING') } })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(client.expandedConnectors).toHaveBeenCalledTimes(2)
  await event({ event: 'task', data: { name: 'orders', ...taskOf('FAILED') } })
  await vi.advanceTimersByTimeAsync(1_000)
  resolve(answer('orders', 'new'))
  await vi.advanceTimersByTimeAsync(1_000)
  expect([...cluster.value.connectors.keys()]).toEqual(['orders', 'new'])
  expect(cluster.value.connectors.get('orders')?.status.tasks).toEqual([taskOf('FAILED')])
})

test('of two answers the one that was asked for later counts', async () => {
  let resolve: (late: Answer) => void = () => {}
  client.expandedConnectors.mockReturnValueOnce(new Promise<Answer>((done) => (resolve = done)))
  client.expandedConnectors.mockResolvedValueOnce(answer('orders', 'new'))
  const { reload, cluster } = await import('./live.ts')
  const first = reload()
  await reload()
  resolve(answer('orders'))
  await first
  expect([...cluster.value.connectors.keys()]).toEqual(['orders', 'new'])
})
