import { configDef, definePlugin, key, type SinkPlugin } from '@penstock/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ConfigResolver } from '../config/config-resolver.ts'
import { workerWith } from '../config/fixtures/worker.ts'
import { loaded, testPlugins } from '../plugins/fixtures/test-plugins.ts'
import { PluginRegistry } from '../plugins/registry.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { Redactor } from '../telemetry/redactor.ts'
import { channelPair } from './channels.ts'
import { Executor } from './executor.ts'
import type { Report, RequestKind, Requests } from './ipc.ts'
import { redactingChannel } from './redacting-channel.ts'

const executors: Executor[] = []
afterEach(async () => {
  await Promise.all(executors.splice(0).map((executor) => executor.stop(1_000)))
})

let secret: string
beforeEach(() => {
  secret = 's3cret-one'
})

/** An executor with a sink of the test's own, and a provider `vault` that knows `secret` for 100 ms. */
function open(sink: Partial<SinkPlugin>) {
  const { worker: channel, executor: other } = channelPair()
  const redactor = new Redactor()
  const get = vi.fn(async (_path: string, keys: readonly string[] | null) => {
    const known: Record<string, string> = { password: secret, tasks: '3', words: 'many' }
    return { data: Object.fromEntries((keys ?? []).flatMap((name) => [[name, known[name] ?? 'x']])), ttlMs: 100 }
  })
  const plugin = definePlugin({
    kind: 'sink',
    name: 'OwnSink',
    aliases: ['com.example.OwnSink'],
    summary: 'Does what a test wants.',
    config: configDef({
      code: key.password({ default: null, importance: 'low', doc: 'A password.' }),
      size: key.int({ default: 1, importance: 'low', doc: 'A number.' }),
    }),
    createTask: () => ({ put: () => undefined }),
    ...sink,
  })
  const ownEnd = redactingChannel(other, redactor)
  const executor = new Executor({
    channel: ownEnd,
    registry: new PluginRegistry([...testPlugins, loaded(plugin)]),
    worker: workerWith(),
    resolver: new ConfigResolver(new Map([['vault', { get }]]), redactor),
    redactor,
    tracing: null,
    logger: () => recordingLogger(),
    clock: { now: () => Date.now() },
  })
  executors.push(executor)
  const reports: Report[] = []
  const waiting: ((report: Extract<Report, { kind: 'reply' }>) => void)[] = []
  channel.onMessage((report) => {
    if (report.kind === 'reply') waiting.shift()?.(report)
    else reports.push(report)
  })
  const request = async <K extends RequestKind>(kind: K, params: Requests[K]['params']) => {
    const answer = new Promise<Extract<Report, { kind: 'reply' }>>((resolve) => void waiting.push(resolve))
    await executor.handle({ kind: 'request', id: 1, request: kind, params } as Parameters<Executor['handle']>[0])
    return await answer
  }
  return { request, reports, executor, get }
}

const config = {
  'connector.class': 'OwnSink',
  topics: 't',
  name: 'a',
  password: `\${vault:password}`,
  'tasks.max': `\${vault:tasks}`,
}

test('a connector gets values, and the plans that leave the process hold variables', async () => {
  const started: unknown[] = []
  const { request } = open({
    createConnector: (raw) => {
      started.push(raw.password)
      return {
        taskConfigs: (max) => [
          { password: raw.password ?? null, max: String(max), url: `http://me:${raw.password}@host` },
        ],
      }
    },
  })
  await request('start-connector', { connector: 'a', config })
  expect(started).toEqual(['s3cret-one'])
  const { result } = await request('task-configs', { connector: 'a', maxTasks: Number.NaN, enforceMax: true })
  expect(result).toEqual([
    expect.objectContaining({
      password: `\${vault:password}`,
      max: '3',
      url: `http://me:\${vault:password}@host`,
    }),
  ])
})

test('errors of a plugin that holds a secret show its variable', async () => {
  const { request, reports } = open({
    createConnector: (raw) => ({
      start: () => Promise.reject(new Error(`401 for ${raw.password}`, { cause: new Error(`${raw.code} too`) })),
      taskConfigs: () => [],
    }),
    createTask: (settings) => {
      throw new Error(`no entry with ${(settings as { code: { reveal(): string } }).code.reveal()}`)
    },
  })
  const given = { ...config, code: 'written-out' }
  const { error } = await request('start-connector', { connector: 'a', config: given })
  expect(error?.message).toBe(`401 for \${vault:password}`)
  expect(error?.trace).toContain('[hidden] too')
  const start = { id: { connector: 'a', task: 0 }, paused: false, awaitGo: false }
  await request('start-task', {
    ...start,
    connectorConfig: given,
    taskConfig: { ...given, code: `\${vault:password}` },
  })
  await expect
    .poll(() => reports)
    .toContainEqual(expect.objectContaining({ trace: expect.stringContaining(`no entry with \${vault:password}`) }))
  expect(JSON.stringify([error, reports])).not.toMatch(/s3cret|written-out/)
})

test('a validation sees values and shows variables', async () => {
  const { request } = open({ validate: (raw) => [{ key: 'code', message: `${raw.code} is not accepted` }] })
  const { result } = await request('validate', {
    config: { ...config, code: `\${vault:password}`, size: `\${vault:words}` },
  })
  const errors = (result as Requests['validate']['result']).configs.flatMap(({ value }) => value.errors)
  expect(errors).toEqual([`Invalid value \${vault:words} for configuration size: Not a number of type INT`])
  const { result: second } = await request('validate', { config: { ...config, code: `\${vault:password}` } })
  const infos = second as Requests['validate']['result']
  expect(infos.configs.flatMap(({ value }) => value.errors)).toEqual([`\${vault:password} is not accepted`])
  expect(infos.configs.find(({ value }) => value.name === 'tasks.max')?.value.value).toBe(`\${vault:tasks}`)
})

test('a change of a secret is reported while the connector runs', async () => {
  const { request, reports, get } = open({})
  await request('start-connector', { connector: 'a', config })
  await expect.poll(() => get.mock.calls.length).toBeGreaterThan(2)
  expect(reports).toEqual([])
  secret = 's3cret-two'
  await expect.poll(() => reports).toContainEqual({ kind: 'config-expired', connector: 'a' })
})

test('a provider that fails fails what needs it, with the reason', async () => {
  const { request, reports, get } = open({})
  get.mockRejectedValue(new Error('the vault is sealed'))
  const reason = `password refers to \${vault:password}: the vault is sealed`
  const { error } = await request('start-connector', { connector: 'a', config })
  expect([error?.code, error?.message.split('\n')[0]]).toEqual(['config.provider_failed', reason])
  const start = { id: { connector: 'a', task: 0 }, paused: false, awaitGo: false }
  await request('start-task', { ...start, connectorConfig: config, taskConfig: {} })
  await expect
    .poll(() => reports)
    .toEqual([expect.objectContaining({ state: 'FAILED', trace: expect.stringContaining(reason) })])
  // Once it answers again, the connector can be started.
  get.mockResolvedValue({ data: { password: secret }, ttlMs: 1_000 })
  expect((await request('start-connector', { connector: 'a', config })).error).toBeNull()
})
