import { configDef, definePlugin, key, type SinkPlugin } from '@penstock/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ConfigResolver } from '../config/config-resolver.ts'
import { workerWith } from '../config/fixtures/worker.ts'
import { loaded, testPlugins } from '../plugins/fixtures/test-plugins.ts'
import { PluginRegistry } from '../plugins/registry.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { Redactor } from '../telemetry/redactor.ts'
import { channelPair } from './channels.ts'
import { Executor } from './executor.ts'
import type { Report, RequestKind, Requests } from './ipc.ts'

const patience = { timeout: 15_000 }

const executors: Executor[] = []
afterEach(async () => {
  await Promise.all(executors.splice(0).map((executor) => executor.stop(1_000)))
})

/** An executor that offers a sink with this connector, and the requests of a worker to it. */
function open(sink: Partial<SinkPlugin> = {}, workerKeys: Parameters<typeof workerWith>[0] = {}) {
  const { worker: channel, executor: other } = channelPair()
  const logger = recordingLogger()
  const plugin = definePlugin({
    kind: 'sink',
    name: 'OwnSink',
    aliases: ['com.example.OwnSink'],
    summary: 'Does what a test wants.',
    config: configDef({ size: key.int({ default: 1, importance: 'low', doc: 'A number.' }) }),
    createTask: () => ({ put: () => undefined }),
    ...sink,
  })
  const redactor = new Redactor()
  const executor = new Executor({
    resolver: new ConfigResolver(new Map(), redactor),
    redactor,
    tracing: null,
    channel: other,
    registry: new PluginRegistry([...testPlugins, loaded(plugin, '2.1.0')]),
    worker: workerWith(workerKeys),
    logger: () => logger,
    clock: { now: () => Date.now() },
  })
  executors.push(executor)
  const reports: Report[] = []
  const replies = new Map<number, (report: Extract<Report, { kind: 'reply' }>) => void>()
  channel.onMessage((report) => {
    if (report.kind === 'reply') replies.get(report.id)?.(report)
    else reports.push(report)
  })
  let id = 0
  const request = async <K extends RequestKind>(kind: K, params: Requests[K]['params']) => {
    const answer = new Promise<Extract<Report, { kind: 'reply' }>>((resolve) => void replies.set(++id, resolve))
    await executor.handle({ kind: 'request', id, request: kind, params } as Parameters<Executor['handle']>[0])
    const { result, error } = await answer
    return error === null ? result : `${error.code}: ${error.message}`
  }
  return { request, reports, logger, executor }
}
const config = { 'connector.class': 'OwnSink', topics: 't', name: 'a', 'tasks.max': '2' }

describe('connectors', () => {
  test('one without code of its own gives each task its whole configuration', async () => {
    const { request } = open()
    expect(await request('start-connector', { connector: 'a', config })).toBe('2.1.0')
    const task = { ...config, 'task.class': 'com.example.OwnSinkTask' }
    expect(await request('task-configs', { connector: 'a', maxTasks: 2, enforceMax: true })).toEqual([task, task])
  })

  test('one with code starts, plans, asks for new plans and stops', async () => {
    const calls: string[] = []
    const { request, reports } = open({
      createConnector: (raw, context) => ({
        start: () => {
          calls.push(`start ${context.connector} ${raw.name}`)
          context.requestTaskReconfiguration()
        },
        taskConfigs: (max) => [{ part: String(max) }],
        stop: () => void calls.push('stop'),
      }),
    })
    await request('start-connector', { connector: 'a', config })
    expect(await request('task-configs', { connector: 'a', maxTasks: 2, enforceMax: true })).toEqual([
      { part: '2', 'task.class': 'com.example.OwnSinkTask' },
    ])
    expect(await request('stop-connector', { connector: 'a' })).toBeUndefined()
    expect(calls).toEqual(['start a a', 'stop'])
    expect(reports).toEqual([{ kind: 'reconfigure', connector: 'a' }])
    expect(await request('task-configs', { connector: 'a', maxTasks: 2, enforceMax: true })).toMatch(
      /^executor\.no_connector: /,
    )
  })

  test('one that fails to start is not there afterwards', async () => {
    const { request } = open({
      createConnector: () => ({
        start: () => Promise.reject(new Error('no such host')),
        taskConfigs: () => [],
      }),
    })
    const start = { connector: 'a', config }
    expect(await request('start-connector', start)).toBe('null: no such host')
    expect(await request('start-connector', start)).toBe('null: no such host')
  })

  test('one that runs is not started twice', async () => {
    const { request } = open()
    await request('start-connector', { connector: 'a', config })
    expect(await request('start-connector', { connector: 'a', config })).toBe(
      'executor.connector_runs: connector a runs already',
    )
  })

  test('one that hangs in its start can be stopped and started anew; should it come up late, it is stopped', async () => {
    const late = Promise.withResolvers<void>()
    const calls: string[] = []
    const { request } = open(
      {
        createConnector: () => ({
          start: () => {
            calls.push('start')
            return calls.length === 1 ? late.promise : undefined
          },
          taskConfigs: () => [],
          stop: () => void calls.push('stop'),
        }),
      },
      { 'task.shutdown.graceful.timeout.ms': '20' },
    )
    const first = request('start-connector', { connector: 'a', config })
    await vi.waitFor(() => expect(calls).toEqual(['start']), patience)
    expect(await request('stop-connector', { connector: 'a' })).toBeUndefined()
    expect(await first).toBe('executor.stopped: connector a was stopped')
    expect(await request('start-connector', { connector: 'a', config })).toBe('2.1.0')
    late.resolve()
    await vi.waitFor(() => expect(calls).toEqual(['start', 'start', 'stop']), patience)
    expect(await request('task-configs', { connector: 'a', maxTasks: 2, enforceMax: true })).toEqual([])
  })

  test('one that asks for a plan while it starts is planned when it is up', async () => {
    const up = Promise.withResolvers<void>()
    const { request } = open({ createConnector: () => ({ start: () => up.promise, taskConfigs: () => [{}] }) })
    const start = request('start-connector', { connector: 'a', config })
    await new Promise((resolve) => setImmediate(resolve))
    const plan = request('task-configs', { connector: 'a', maxTasks: 2, enforceMax: true })
    up.resolve()
    expect([await start, await plan]).toEqual(['2.1.0', [{ 'task.class': 'com.example.OwnSinkTask' }]])
  })

  test('one that hangs in its plans is stopped all the same, and who waits for them is told', async () => {
    const { request } = open({ createConnector: () => ({ taskConfigs: () => new Promise<never>(() => {}) }) })
    await request('start-connector', { connector: 'a', config })
    const plan = request('task-configs', { connector: 'a', maxTasks: 2, enforceMax: true })
    expect(await request('stop-connector', { connector: 'a' })).toBeUndefined()
    expect(await plan).toBe('executor.stopped: connector a was stopped')
  })

  test('one that fails to stop is stopped all the same', async () => {
    const { request, logger } = open({
      createConnector: () => ({ taskConfigs: () => [], stop: () => Promise.reject(new Error('stuck')) }),
    })
    await request('start-connector', { connector: 'a', config })
    expect(await request('stop-connector', { connector: 'a' })).toBeUndefined()
    expect(await request('stop-connector', { connector: 'a' })).toBeUndefined()
    expect(logger.lines).toContain('warn: connector a failed while stopping')
  })

  test('one that never ends its stop is given up', async () => {
    const { request, logger } = open(
      {
        createConnector: () => ({ taskConfigs: () => [], stop: () => new Promise(() => {}) }),
      },
      { 'task.shutdown.graceful.timeout.ms': '20' },
    )
    await request('start-connector', { connector: 'a', config })
    expect(await request('stop-connector', { connector: 'a' })).toBeUndefined()
    expect(logger.lines).toContain('warn: connector a failed while stopping')
  })

  test('more tasks than allowed are refused with both numbers', async () => {
    const { request } = open({ createConnector: () => ({ taskConfigs: () => [{}, {}, {}] }) })
    await request('start-connector', { connector: 'a', config })
    expect(await request('task-configs', { connector: 'a', maxTasks: 2, enforceMax: true })).toBe(
      'connector.too_many_tasks: The connector a has generated 3 tasks, which is greater than 2, the maximum number of tasks it is configured to create (tasks.max).',
    )
  })

  test('one without code of its own makes no more tasks than make sense', async () => {
    const { request } = open()
    await request('start-connector', { connector: 'a', config })
    const most = 2 ** 31 - 1
    expect(await request('task-configs', { connector: 'a', maxTasks: most, enforceMax: true })).toMatch(
      /^connector\.too_many_tasks: Invalid value 2147483647 for configuration tasks\.max/,
    )
  })

  test('an unknown class is told with the known ones', async () => {
    const { request } = open()
    const answer = await request('start-connector', {
      connector: 'a',
      config: { ...config, 'connector.class': 'Nothing' },
    })
    expect(answer).toMatch(
      /^plugins\.not_found: .*matches Nothing, available connectors are: com\.example\.OwnSink \(2\.1\.0\)/,
    )
  })
})

test('a connector is validated with its plugin’s own checks', async () => {
  const { request } = open({ validate: () => [{ key: 'size', message: 'size and topics do not fit' }] })
  const infos = (await request('validate', { config: { ...config, size: '3' } })) as Requests['validate']['result']
  expect(
    infos.configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => [value.name, value.errors]),
  ).toEqual([['size', ['size and topics do not fit']]])
  expect(await request('validate', { config: {} })).toMatch(/^plugins\.no_connector_class: /)
})

describe('tasks that can’t start report FAILED with the reason', () => {
  const start = (connectorConfig: Record<string, string>, task = 0) => ({
    ...{ id: { connector: 'a', task }, connectorConfig, taskConfig: connectorConfig, paused: false, awaitGo: false },
  })
  const failed = (reports: Report[]) =>
    reports.flatMap((report) =>
      report.kind === 'task-status' ? [`${report.version} ${report.state} ${report.trace}`] : [],
    )

  test.each([
    [
      'an unknown class',
      { ...config, 'connector.class': 'Nothing' },
      0,
      /^null FAILED ConnectError: Failed to find any class/,
    ],
    ['a number beyond tasks.max', config, 2, /^2\.1\.0 FAILED ConfigError: task a-2 is one too many: tasks\.max is 2/],
    ['a value that doesn’t parse', { ...config, size: 'big' }, 0, /^2\.1\.0 FAILED ConfigError: Invalid value big/],
    ['no topics', { ...config, topics: '' }, 0, /^2\.1\.0 FAILED ConfigError: /],
    ['an unknown converter', { ...config, 'value.converter': 'Nothing' }, 0, /^2\.1\.0 FAILED ConnectError: .*Nothing/],
    [
      'an unknown transformation',
      { ...config, transforms: 'x', 'transforms.x.type': 'Nothing' },
      0,
      /^2\.1\.0 FAILED .*Nothing/,
    ],
  ])('%s', async (_why, connectorConfig, task, expected) => {
    const { request, reports } = open()
    expect(await request('start-task', start(connectorConfig, task))).toBeUndefined()
    await expect.poll(() => failed(reports)).toEqual([expect.stringMatching(expected)])
    expect(await request('stop-task', { id: { connector: 'a', task }, leaveGroup: false })).toBeUndefined()
  })

  test('a task that is unknown is stopped and paused without a word', async () => {
    const { request, reports } = open()
    const id = { connector: 'a', task: 7 }
    expect(await request('stop-task', { id, leaveGroup: true })).toBeUndefined()
    expect(await request('pause-task', { id, paused: true })).toBeUndefined()
    expect(reports).toEqual([])
  })
})

test('an inspection whose cancellation comes right behind it does not begin', async () => {
  const { request } = open()
  const inspected = { connector: 'a', config, taskConfig: config }
  const job = { kind: 'redrive-gaps', gaps: [{ topic: 't', partition: 0, from: 0, to: 9 }], areAll: true } as const
  const end = request('inspect', { id: 'i', ...inspected, job })
  await request('cancel-inspection', { id: 'i' })
  // Without a broker it would fail.
  expect(await end).toMatchObject({ failure: null, snapshot: { progress: { recordsRead: 0 } } })
})
