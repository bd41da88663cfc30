/** A cluster of one worker in memory: its real herder, membership and stores over a scripted coordinator and executors. */
import type { RawConfig } from '@penstock/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { workerWith } from '../config/fixtures/worker.ts'
import { deferred, membershipTimes, protocolError, scriptedCalls } from '../group/fixtures/fake-coordinator.ts'
import { Membership } from '../group/membership.ts'
import { idleProcess } from '../telemetry/fixtures/idle-process.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { LogRing } from '../telemetry/log-ring.ts'
import { createLogger } from '../telemetry/logger.ts'
import { DistributedHerder } from './distributed-herder.ts'
import { fakeExecutors } from './fixtures/fake-executors.ts'
import { memoryStores } from './fixtures/memory-stores.ts'
import { WorkerLoggers } from './worker-loggers.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const passMs = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** A worker that has joined its group; `plan` is what its connectors make of their config. */
async function cluster(
  script: Parameters<typeof scriptedCalls>[0] = {},
  answers: Parameters<typeof fakeExecutors>[0] = {},
  plan: (maxTasks: number) => RawConfig[] = () => [{ part: '0' }, { part: '1' }],
) {
  let herder: DistributedHerder | null = null
  const stores = await memoryStores(undefined, (event) => herder?.local.onConfigEvent(event))
  const { executors, notes } = fakeExecutors(answers)
  const calls: string[] = []
  const fatal: Error[] = []
  const levels = createLogger({ format: 'text', level: 'off', levels: [] })
  const logger = recordingLogger()
  const clock = { now: () => Date.now() }
  const made = new DistributedHerder({
    config: workerWith(),
    version: '1.0.0',
    commit: 'abc',
    kafkaClusterId: 'kafka',
    workerId: 'one:8083',
    url: 'http://one:8083/',
    configs: stores.configs,
    statuses: stores.statuses,
    executors: {
      ...executors,
      taskConfigs: async (_connector, maxTasks) => plan(maxTasks),
      ask: () => Promise.reject(new Error('nobody asks')),
      inspect: () => Promise.reject(new Error('nobody inspects')),
      proceedTask: async () => {},
      reports: () => [],
      facts: () => [],
      validate: async () => ({ name: 'TestSink', errorCount: 0, groups: [], configs: [] }),
    },
    membership: (duties) =>
      new Membership({
        ...membershipTimes,
        calls: scriptedCalls({ leads: true, ...script }, calls),
        connectProtocol: 'sessioned',
        listener: duties,
        logger,
        clock,
      }),
    describeMembers: async () => ['http://one:8083/'],
    process: idleProcess,
    logRing: new LogRing(100),
    loggers: new WorkerLoggers({ loggers: levels, tellExecutors: () => {}, tellCluster: null }),
    peers: {
      send: () => Promise.reject(new Error('there is no other worker')),
      open: () => Promise.reject(new Error('there is no other worker')),
      renew: () => {},
      close: async () => {},
    },
    logger,
    clock,
    onFatal: (error) => void fatal.push(error),
  })
  herder = made
  made.start()
  await passMs(50)
  const create = async (name: string, config: RawConfig = {}) => {
    const put = { 'connector.class': 'TestSink', topics: 't', 'tasks.max': '2', ...config, name }
    const created = made.putConnectorConfig(name, put, { initialState: null, allowReplace: true })
    created.catch(() => {})
    await passMs(100)
    return created
  }
  return { ...stores, herder: made, notes, calls, fatal, create }
}
const id = (task: number) => ({ connector: 'a', task })

describe('the life of a connector', () => {
  test('created, it starts, plans its tasks and starts them', async () => {
    const { create, notes, state, herder } = await cluster()
    expect(await create('a')).toMatchObject({ created: true, info: { name: 'a', tasks: [], type: 'unknown' } })
    expect(notes).toEqual(['start a', 'start a-0', 'start a-1'])
    expect(state.taskConfig(id(1))).toEqual({ part: '1', topics: 't' })
    expect(herder.duties.assigned.tasks).toEqual([id(0), id(1)])
  })

  test('a new config restarts the connector and its tasks', async () => {
    const { create, notes } = await cluster()
    await create('a')
    notes.splice(0)
    expect(await create('a', { 'flush.size': '2' })).toMatchObject({ created: false })
    expect(notes).toEqual(['stop a', 'start a', 'stop a-0', 'stop a-1', 'start a-0', 'start a-1'])
  })

  test('paused and resumed, its tasks stay', async () => {
    const { create, notes, herder, statuses } = await cluster()
    await create('a')
    notes.splice(0)
    await herder.pauseConnector('a')
    await passMs(50)
    expect([notes.splice(0), statuses.connector('a')?.state]).toEqual([['pause a-0', 'pause a-1', 'stop a'], 'PAUSED'])
    await herder.resumeConnector('a')
    await passMs(50)
    expect([notes, statuses.connector('a')?.state]).toEqual([
      ['resume a-0', 'resume a-1', 'stop a', 'start a'],
      'RUNNING',
    ])
  })

  test('stopped, its tasks are gone for good; resumed, they are planned again', async () => {
    const { create, notes, herder, statuses, state } = await cluster()
    await create('a')
    notes.splice(0)
    void herder.stopConnector('a')
    await passMs(100)
    expect(notes.splice(0)).toEqual(['stop a-0 for good', 'stop a-1 for good', 'stop a'])
    expect([state.tasks('a'), statuses.connector('a')?.state, statuses.tasks('a').size]).toEqual([[], 'STOPPED', 0])
    await herder.resumeConnector('a')
    await passMs(100)
    expect(notes).toEqual(['stop a', 'start a', 'start a-0', 'start a-1'])
  })

  test('deleted, everything of it stops and its statuses go', async () => {
    const { create, notes, herder, statuses, state } = await cluster()
    await create('a')
    notes.splice(0)
    void herder.deleteConnector('a')
    await passMs(100)
    expect(notes.sort()).toEqual(['stop a', 'stop a-0 for good', 'stop a-1 for good'])
    expect([state.connectors(), statuses.connectors()]).toEqual([[], []])
  })

  test('deleted and made anew at once, it runs with its new config and tasks', async () => {
    const { create, notes, herder, state } = await cluster()
    await create('a')
    notes.splice(0)
    void herder.deleteConnector('a')
    await create('a', { 'flush.size': '2' })
    await passMs(5_000)
    expect(notes.filter((note) => note === 'start a')).toEqual(['start a'])
    expect([state.tasks('a'), herder.local.running.tasks()]).toEqual([
      [id(0), id(1)],
      [id(0), id(1)],
    ])
  })

  test('a restart of what failed restarts that and nothing else', async () => {
    const { create, notes, herder, written } = await cluster()
    await create('a')
    herder.local.running.onTaskStatus(id(1), 'FAILED', 'Error: gone', '1.0')
    notes.splice(0)
    const before = written().length
    void herder.restartConnectorAndTasks({ connector: 'a', includeTasks: true, onlyFailed: true })
    await passMs(100)
    expect(notes).toEqual(['stop a-1', 'start a-1'])
    expect(written().slice(before)).toEqual(['task-a-1 UNASSIGNED', 'task-a-1 RESTARTING'])
  })
})

describe('changing some keys of a config', () => {
  test('patches of two users at once both take effect', async () => {
    const { create, herder, state } = await cluster()
    await create('a')
    const patched = Promise.all([
      herder.patchConnectorConfig('a', { 'flush.size': '2' }),
      herder.patchConnectorConfig('a', { 'batch.size': '9', topics: null }),
    ])
    await passMs(100)
    const [one, other] = await patched
    expect(one.config).toMatchObject({ 'flush.size': '2', topics: 't' })
    expect(other.config).toMatchObject({ 'flush.size': '2', 'batch.size': '9' })
    expect(state.config('a')).toEqual(other.config)
    expect(state.config('a')).not.toHaveProperty('topics')
  })

  test('a connector that is deleted while a patch is checked is not made anew', async () => {
    const { create, herder } = await cluster()
    await create('a')
    const deleted = herder.deleteConnector('a')
    const patched = expect(herder.patchConnectorConfig('a', { 'flush.size': '2' })).rejects.toMatchObject({
      code: 'herder.unknown_connector',
    })
    await passMs(100)
    await Promise.all([deleted, patched])
    expect(await herder.connectors()).toEqual([])
  })
})

describe('who may do what', () => {
  test('a follower names the leader', async () => {
    const { herder, create } = await cluster({ leads: false })
    await expect(create('a')).rejects.toMatchObject({ code: 'herder.not_leader', leaderUrl: 'http://one:8083/' })
    expect(await herder.connectors()).toEqual([])
  })

  test('a former leader that only slept writes nothing before it leads again', async () => {
    const [heartbeats, joins]: [Error[], Promise<void>[]] = [[], []]
    const rejoined = deferred()
    const { create, topics } = await cluster({ heartbeats, joins })
    const before = topics.configs.records.length
    heartbeats.push(protocolError(25))
    joins.push(rejoined.promise)
    let outcome: unknown = null
    void create('a').then((created) => {
      outcome = created
    })
    await passMs(5_000)
    expect([topics.configs.records.length, outcome]).toEqual([before, null])
    rejoined.resolve()
    await passMs(100)
    expect(outcome).toMatchObject({ created: true })
  })

  test('task configs of a stopped connector are refused', async () => {
    const { create, herder } = await cluster()
    await create('a')
    void herder.stopConnector('a')
    await passMs(100)
    const unsigned = { algorithm: 'HmacSHA256', signature: 'AAAA', body: Buffer.alloc(0) }
    await expect(herder.putTaskConfigs('a', [{}], unsigned)).rejects.toMatchObject({
      code: 'internal.invalid_signature',
    })
  })
})

describe('stopping', () => {
  test('tasks and connectors stop, the group is left, statuses are written', async () => {
    const { create, herder, notes, calls, statuses, fatal } = await cluster()
    await create('a')
    notes.splice(0)
    const stopped = herder.stop()
    await passMs(1_000)
    await stopped
    expect(notes).toEqual(['stop a-0 for good', 'stop a-1 for good', 'stop a'])
    expect(calls.slice(-2)).toEqual(['leave as m1', 'close'])
    expect([statuses.task(id(0))?.state, statuses.connector('a')?.state, fatal]).toEqual([
      'UNASSIGNED',
      'UNASSIGNED',
      [],
    ])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a rebalance while slow tasks stop is no failure of the worker', async () => {
    const slow = deferred()
    const heartbeats: Error[] = []
    const { create, herder, fatal, calls } = await cluster({ heartbeats }, { 'stop a-0': () => slow.promise })
    await create('a')
    await passMs(2_500)
    heartbeats.push(protocolError(27))
    const stopped = herder.stop()
    await passMs(5_000)
    expect(calls.at(-1)).toBe('close')
    slow.resolve()
    await passMs(0)
    await stopped
    expect(fatal).toEqual([])
  })
})
