import { expect, test } from 'vitest'
import type { TaskFacts } from '../execution/task-facts.ts'
import { memoryStores } from './fixtures/memory-stores.ts'
import { Operating, workerIdOf } from './operating.ts'
import type { ReportQuestion, WorkerReport } from './worker-report.ts'

const factsOf = (connector: string, task: number, recordsTotal: number): TaskFacts => ({
  ...{ connector, task, recordsTotal, recordsPerSecond: 1, bytesPerSecond: 2, lag: 0 },
  ...{ errorsTotal: 0, deadLettersTotal: 0, retriesTotal: 0, putLatencyMs: null, holding: null, lastError: null },
})

function report(workerId: string, facts: readonly TaskFacts[] = []): WorkerReport {
  return {
    ...{ workerId, version: '1.0.0', generation: 4, startedAt: 1_000, executors: [], connectors: [], tasks: [], facts },
    rebalances: { completed: 1, lastAt: 2_000, delayMs: 0 },
    process: { pid: 1, cpuPercent: 2, rssBytes: 3 },
  }
}

/** Worker a of a group; `answers` are those of the others. */
async function start(answers: Record<string, WorkerReport | Error>, gone: { url: string; lastSeenAt: number }[] = []) {
  const stores = await memoryStores()
  await stores.configs.putConnector('orders', { name: 'orders' }, null)
  await stores.configs.putTasks('orders', [{}, {}])
  const asked: { urls: readonly string[]; question: ReportQuestion }[] = []
  const operating = new Operating({
    workerId: 'a:1',
    url: 'http://a:1/',
    configs: stores.state,
    statuses: stores.statuses,
    plugins: async () => [],
    own: ({ facts }) => report('a:1', facts === 'none' ? [] : [factsOf('orders', 0, 10)]),
    group: {
      peers: {
        ask: async (urls, question) => {
          asked.push({ urls, question })
          return new Map(urls.map((url) => [url, answers[url] ?? new Error('no such worker')]))
        },
      },
      members: async () => ({ present: ['http://a:1/', ...Object.keys(answers)], gone }),
      leaderUrl: () => 'http://b:2/',
    },
    clock: { now: () => 60_000 },
  })
  const status = { state: 'RUNNING', trace: null, generation: 4, version: '1' } as const
  const putTask = (task: number, change: object) =>
    stores.statuses.putTask({ connector: 'orders', task }, { ...status, workerId: 'a:1', ...change }, { safe: false })
  return { operating, asked, putTask, stores }
}

test('every member is listed, also one that is silent and one that has gone', async () => {
  const gone = [{ url: 'http://d:4/', lastSeenAt: 50_000 }]
  const { operating } = await start({ 'http://b:2/': report('b:2'), 'http://c:3/': new Error('it sleeps') }, gone)
  const workers = await operating.workers()
  expect(workers.map(({ workerId, state, leader, error }) => ({ workerId, state, leader, error }))).toEqual([
    { workerId: 'a:1', state: 'RUNNING', leader: false, error: null },
    { workerId: 'b:2', state: 'RUNNING', leader: true, error: null },
    { workerId: 'c:3', state: 'UNREACHABLE', leader: false, error: 'it sleeps' },
    { workerId: 'd:4', state: 'UNREACHABLE', leader: false, error: expect.stringContaining('10 s ago') },
  ])
})

test('the figures of a task are those of the worker that runs it', async () => {
  const { operating, putTask } = await start({ 'http://b:2/': report('b:2', [factsOf('orders', 1, 20)]) })
  putTask(0, { workerId: 'a:1' })
  putTask(1, { workerId: 'b:2' })
  const { tasks } = await operating.metrics('orders')
  expect(tasks.map(({ task, workerId, facts }) => [task, workerId, facts?.recordsTotal])).toEqual([
    [0, 'a:1', 10],
    [1, 'b:2', 20],
  ])
})

test('for one connector only the workers of its tasks are asked, for all of them everyone once', async () => {
  const { operating, asked, putTask } = await start({ 'http://b:2/': report('b:2'), 'http://c:3/': report('c:3') })
  putTask(1, { workerId: 'c:3' })
  await operating.metrics('orders')
  expect(asked).toEqual([{ urls: ['http://c:3/'], question: { facts: { connector: 'orders' } } }])
  await Promise.all([operating.overview(), operating.overview()])
  expect(asked.slice(1)).toEqual([{ urls: ['http://b:2/', 'http://c:3/'], question: { facts: 'all' } }])
})

test('of a task whose figures are gone its status tells the error', async () => {
  const { operating, putTask } = await start({})
  putTask(1, { state: 'FAILED', trace: 'Error: executor 0 died\n  at x' })
  const { tasks } = await operating.metrics('orders')
  expect(tasks[1]).toMatchObject({ state: 'FAILED', facts: null, lastError: { message: 'Error: executor 0 died' } })
})

test('a connector that is not there is not found', async () => {
  const { operating } = await start({})
  await expect(operating.metrics('nope')).rejects.toMatchObject({ code: 'herder.unknown_connector' })
})

test.each([
  ['http://a:8083/', 'a:8083'],
  ['https://a.example/', 'a.example:443'],
  ['http://[::1]:80/', '[::1]:80'],
])('the worker at %s is %s', (url, workerId) => {
  expect(workerIdOf(url)).toBe(workerId)
})

test('a member that tells no URL is shown with what it tells, and hides no others', async () => {
  const { operating } = await start({ 'http://b:2/': report('b:2'), nowhere: new Error('it can’t be asked') })
  const workers = await operating.workers()
  expect(workers.map(({ workerId, state }) => [workerId, state])).toEqual([
    ['a:1', 'RUNNING'],
    ['b:2', 'RUNNING'],
    ['nowhere', 'UNREACHABLE'],
  ])
})
