import type { ClusterEvent, LogLine } from '@penstock/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cluster, freshName, NotYet, startCluster, until } from './harness/index.ts'

const connector = freshName('operated')
let cluster: Cluster
let topic: string
beforeAll(async () => {
  cluster = await startCluster({
    workers: 3,
    properties: { 'executor.processes': '1', 'offset.flush.interval.ms': '1000', 'session.timeout.ms': '30000' },
  })
  topic = await cluster.createTopic({ partitions: 3 })
  cluster.index(topic)
  await cluster.createConnector(connector, {
    'connector.class': 'ElasticsearchSink',
    topics: topic,
    'tasks.max': '3',
    'errors.retry.timeout': '0',
  })
  await cluster.untilRunning(connector, { tasks: 3, workers: 3 })
})
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]()
})

/** Collects what an endless reader tells, until the test ends. */
function collect<T>(read: (signal: AbortSignal) => AsyncIterable<T>) {
  const stop = new AbortController()
  const seen: T[] = []
  const done = (async () => {
    for await (const one of read(stop.signal)) seen.push(one)
  })().catch(() => {}) // it ends by being stopped
  return {
    seen,
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await done
    },
  }
}

test('any worker lists all of them with their executors and tasks', async () => {
  for (const worker of cluster.workers) {
    const workers = await until(
      async () => {
        const listed = await worker.client.workers()
        return listed.every(({ process }) => (process?.cpu_percent ?? null) !== null) ? listed : new NotYet(listed)
      },
      { what: 'the CPU of each worker' },
    )
    expect(workers.map(({ worker_id }) => worker_id)).toEqual(cluster.workers.map(({ workerId }) => workerId).sort())
    expect(workers.filter(({ leader }) => leader)).toHaveLength(1)
    expect(workers.flatMap(({ tasks }) => tasks).sort()).toEqual([0, 1, 2].map((task) => `${connector}-${task}`))
    for (const { state, generation, executors, process } of workers) {
      expect({ state, generation }).toEqual({ state: 'RUNNING', generation: expect.any(Number) })
      expect(process?.rss_bytes).toBeGreaterThan(10_000_000)
      expect(executors).toMatchObject([{ slot: 0, state: 'RUNNING', tasks: [expect.stringContaining(connector)] }])
    }
  }
})

test('under load the tasks tell how fast they are, from any worker', async () => {
  await using load = cluster.load(topic, { perSecond: 300 })
  const metrics = await until(
    async () => {
      const asked = await cluster.worker(1).client.metrics(connector)
      const fast = asked.tasks.filter(
        ({ records_per_second: rate, put_latency_ms: latency }) => (rate ?? 0) > 20 && latency !== null,
      )
      return fast.length === 3 ? asked : new NotYet(asked)
    },
    { what: 'each task to be fast' },
  )
  for (const task of metrics.tasks) {
    expect(task).toMatchObject({ state: 'RUNNING', errors_total: 0, holding: null, last_error: null })
    expect(task.bytes_per_second).toBeGreaterThan(task.records_per_second ?? 0)
    expect(task.put_latency_ms?.p99).toBeGreaterThan(0)
  }
  const all = await cluster.worker(2).client.expandedConnectors('status', 'metrics')
  expect(all[connector]).toMatchObject({ status: { type: 'sink' }, metrics: { name: connector, type: 'sink' } })
  await load.stop()
})

test('events and followed logs tell of a task that fails, with the record that did it', async () => {
  const [asked, other] = [cluster.worker(0), cluster.worker(1)]
  await using events = collect<ClusterEvent>((signal) => asked.client.events(signal))
  // Which of them gets the partition of the broken record is the group's choice.
  await using followed = new AsyncDisposableStack()
  const logs = cluster.workers.map(({ workerId }) =>
    followed.use(
      collect<LogLine>((signal) =>
        other.client.followLogs({ worker: workerId, level: 'ERROR', connector, lines: 0 }, signal),
      ),
    ),
  )
  await until(() => events.seen.some(({ event }) => event === 'metrics'), { what: 'the first events' })
  const [poison] = await cluster.produce(topic, [{ key: 'poison', value: '{"broken": ', partition: 0 }])
  const failed = await until(
    () =>
      events.seen
        .filter((event) => event.event === 'task')
        .find(({ data }) => data.name === connector && data.state === 'FAILED'),
    { what: 'the event of the failed task' },
  )
  expect(failed.data.trace).toContain('JSON')
  // The figures of a task follow its status by a second at most.
  const failedTask = await until(
    async () => {
      const { tasks } = await cluster.worker(2).client.metrics(connector)
      const told = tasks.find(({ id }) => id === failed.data.id)
      return told?.last_error?.stage ? told : new NotYet(tasks)
    },
    { what: 'the error of the failed task' },
  )
  expect(failedTask).toMatchObject({
    state: 'FAILED',
    last_error: { stage: 'VALUE_CONVERTER', topic, partition: 0, offset: Number(poison?.offset) },
  })
  const lines = await until(
    async () => {
      const told = await cluster.worker(2).client.logs({ worker: failed.data.worker_id, level: 'ERROR', connector })
      return told.length > 0 ? told : new NotYet(told)
    },
    { what: 'the log line of the failed task' },
  )
  expect(lines.at(-1)).toMatchObject({ level: 'error', connector, task: failed.data.id })
  await until(() => logs.some(({ seen }) => seen.some(({ task }) => task === failed.data.id)), {
    what: 'the followed line of the failed task',
  })
})

test('a worker that does not answer is listed as unreachable, and again as running when it does', async () => {
  const sleeper = cluster.worker(2)
  await using events = collect<ClusterEvent>((signal) => cluster.worker(0).client.events(signal))
  sleeper.pauseAll()
  try {
    const workers = await cluster.worker(1).client.workers()
    const listed = workers.find(({ worker_id }) => worker_id === sleeper.workerId)
    expect(listed).toMatchObject({ state: 'UNREACHABLE', error: expect.stringContaining('did not answer'), tasks: [] })
    await until(
      () =>
        events.seen
          .filter((event) => event.event === 'worker')
          .some(({ data }) => data.worker_id === sleeper.workerId && data.state === 'UNREACHABLE'),
      { what: 'the event of the unreachable worker' },
    )
  } finally {
    sleeper.resume()
  }
  await until(
    async () => {
      const workers = await cluster.worker(1).client.workers()
      return workers.length === 3 && workers.every(({ state }) => state === 'RUNNING')
    },
    { what: 'all workers to answer again' },
  )
})

test('the console answers with headers that keep others out', async () => {
  const answer = await fetch(`${cluster.worker(0).url}/ui/`)
  expect([200, 404]).toContain(answer.status) // built or not
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(answer.headers.get('content-security-policy')).not.toContain('unsafe')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(await answer.text()).toMatch(answer.status === 200 ? /<html/i : /make build/)
})
