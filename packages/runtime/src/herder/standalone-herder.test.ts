/** A standalone herder over scripted executors: what it starts and stops, and in which order. */
import type { RawConfig } from '@penstock/core'
import { expect, test, vi } from 'vitest'
import { standaloneWith } from '../config/fixtures/worker.ts'
import { openLocalStores } from '../local-stores.ts'
import { idleProcess } from '../telemetry/fixtures/idle-process.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { LogRing } from '../telemetry/log-ring.ts'
import { createLogger } from '../telemetry/logger.ts'
import { fakeExecutors } from './fixtures/fake-executors.ts'
import type { TargetState } from './herder.ts'
import { StandaloneHerder } from './standalone-herder.ts'
import { WorkerLoggers } from './worker-loggers.ts'

const patience = { timeout: 15_000 }

interface Setup {
  readonly answers?: Parameters<typeof fakeExecutors>[0]
  /** Names of connectors whose config is wrong. */
  readonly wrong?: readonly string[]
}

const config = (name: string, more: RawConfig = {}) => ({ name, 'connector.class': 'TestSource', topics: 't', ...more })
const initial = (name: string, initialState: TargetState | null = null) => ({
  name,
  config: config(name),
  initialState,
  origin: `${name}.properties`,
})
const description = { class: 'TestSource', name: 'TestSource', aliases: [], kind: 'source' }

async function standalone({ answers = {}, wrong = [] }: Setup = {}) {
  let herder: StandaloneHerder | null = null
  const loggers = createLogger({ format: 'text', level: 'off', levels: [] })
  const stores = await openLocalStores(loggers, (event) => herder?.local.onConfigEvent(event))
  const { executors, notes } = fakeExecutors(answers)
  const told: string[] = []
  herder = new StandaloneHerder({
    config: standaloneWith(),
    version: '1.0.0',
    commit: 'abc',
    kafkaClusterId: 'kafka',
    workerId: 'one:8083',
    url: 'http://one:8083/',
    process: idleProcess,
    logRing: new LogRing(100),
    ...stores,
    executors: {
      ...executors,
      plugins: async () => [description] as never,
      taskConfigs: async () => [{ part: '0' }, { part: '1' }],
      ask: async (question) => {
        notes.push(question)
        return [] as never
      },
      inspect: () => Promise.reject(new Error('nobody inspects')),
      reports: () => [],
      facts: () => [],
      validate: async ({ name }) => {
        const errors = wrong.includes(String(name)) ? ['it is wrong'] : []
        const value = { name: 'file', value: null, recommended_values: [], errors, visible: true }
        return { name: 'TestSource', errorCount: errors.length, groups: [], configs: [{ value }] } as never
      },
    },
    loggers: new WorkerLoggers({
      loggers,
      tellExecutors: (name, level) => void told.push(`${name}=${level}`),
      tellCluster: null,
    }),
    logger: recordingLogger(),
    clock: { now: () => Date.now() },
  })
  /** Waits until exactly this was asked of the executors since the last time, in any order. */
  const untilNoted = async (...expected: string[]): Promise<void> => {
    await vi.waitFor(() => expect([...notes].sort()).toEqual([...expected].sort()), patience)
    notes.splice(0)
  }
  return { herder, notes, told, untilNoted, ...stores }
}
const id = (task: number) => ({ connector: 'a', task })

test('connectors that it is started with run with their tasks, or wait in their initial state', async () => {
  const { herder, untilNoted, statuses } = await standalone()
  expect((await herder.health()).status).toBe('starting')
  await herder.start([initial('a'), initial('b', 'STOPPED')])
  expect((await herder.health()).status).toBe('healthy')
  await untilNoted('start a', 'start a-0', 'start a-1')
  await herder.local.onTaskStatus({
    kind: 'task-status',
    id: id(0),
    state: 'RUNNING',
    trace: null,
    version: '1',
    fenced: false,
  })
  expect(await herder.connectorStatus('a')).toMatchObject({
    connector: { state: 'RUNNING', workerId: 'one:8083' },
    tasks: [{ task: 0, state: 'RUNNING' }],
    type: 'source',
  })
  expect(statuses.connector('b')?.state).toBe('STOPPED')
})

test('when one of them is wrong none is started, and the error says where it is written', async () => {
  const { herder, notes } = await standalone({ wrong: ['b'] })
  await expect(herder.start([initial('a'), initial('b')])).rejects.toMatchObject({
    code: 'standalone.invalid_connector',
    message: expect.stringMatching(/^b\.properties: .*it is wrong/s),
  })
  expect([notes, await herder.connectors()]).toEqual([[], []])
})

test('what is made, changed and deleted over REST is followed at once', async () => {
  const { herder, notes, untilNoted, statuses } = await standalone()
  await herder.start([])
  const options = { initialState: null, allowReplace: false }
  expect(await herder.putConnectorConfig('a', config('a'), options)).toMatchObject({ created: true })
  await expect(herder.putConnectorConfig('a', config('a'), options)).rejects.toThrow('Connector a already exists')
  await untilNoted('start a', 'start a-0', 'start a-1')
  expect((await herder.patchConnectorConfig('a', { topics: null, file: 'x' })).config).toEqual({
    name: 'a',
    'connector.class': 'TestSource',
    file: 'x',
  })
  await untilNoted('stop a', 'start a', 'stop a-0', 'stop a-1', 'start a-0', 'start a-1')
  await herder.restartTask(id(1))
  await herder.restartConnector('a')
  await untilNoted('stop a-1', 'start a-1', 'stop a', 'start a')
  await herder.deleteConnector('a')
  expect(notes.splice(0).sort()).toEqual(['stop a', 'stop a-0 for good', 'stop a-1 for good'])
  expect(statuses.connectors()).toEqual([])
  await expect(herder.connectorInfo('a')).rejects.toThrow('Connector a not found')
})

test('positions are changed only when the tasks of a stopped connector have ended', async () => {
  let end: () => void = () => {}
  const ending = new Promise<void>((resolve) => {
    end = resolve
  })
  const { herder, notes } = await standalone({ answers: { 'stop a-0 for good': () => ending } })
  await herder.start([initial('a')])
  await vi.waitFor(() => expect(notes).toContain('start a-1'), patience)
  await expect(herder.resetConnectorOffsets('a')).rejects.toThrow('must be in the STOPPED state')
  notes.splice(0)
  await herder.stopConnector('a')
  const reset = herder.resetConnectorOffsets('a')
  await vi.waitFor(() => expect(notes).toContain('stop a-0 for good'), patience)
  expect(notes).not.toContain('alter-source-offsets')
  end()
  await reset
  expect(notes.at(-1)).toBe('alter-source-offsets')
})

test('levels of loggers are set on the one worker when the cluster is told', async () => {
  const { herder, told } = await standalone()
  await herder.loggers.setEverywhere('herder', 'debug')
  expect(told).toEqual(['herder=debug'])
})

test('what only workers ask of each other is refused', async () => {
  const { herder } = await standalone()
  await expect(herder.putTaskConfigs()).rejects.toThrow('does not support externally setting task configurations')
  await expect(herder.fenceZombies()).rejects.toThrow('does not support exactly-once source connectors')
})

test('stopped, it stops everything and takes nothing more', async () => {
  const { herder, notes } = await standalone()
  await herder.start([initial('a')])
  await vi.waitFor(() => expect(notes).toContain('start a-1'), patience)
  notes.splice(0)
  await herder.stop()
  await herder.stop()
  expect(notes.sort()).toEqual(['stop a', 'stop a-0 for good', 'stop a-1 for good'])
  await expect(herder.restartConnector('a')).rejects.toThrow('this worker is stopping')
})

test('the records of its connectors are looked at as in a group', async () => {
  const { herder, notes } = await standalone()
  await herder.start([initial('a', 'STOPPED')])
  notes.splice(0)
  await herder.inspections.preview('a', { topic: null, partitions: null, records: 1 }, null)
  expect(notes).toEqual(['preview'])
  await expect(herder.inspections.inspection('a', 'verify')).rejects.toMatchObject({ code: 'inspection.none' })
  await expect(herder.inspections.inspection('b', 'verify')).rejects.toMatchObject({ code: 'herder.unknown_connector' })
})
