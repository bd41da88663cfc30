/** Executors of a pool as real processes: what happens when they die, and when their replacements can't start. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { workerWith } from '../config/fixtures/worker.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { Redactor } from '../telemetry/redactor.ts'
import { ExecutorPool } from './executor-pool.ts'
import { ExecutorProcess } from './executor-process.ts'
import type { ExecutorSlotsOptions } from './executor-slots.ts'

/** A pool for an app without plugins; stopped, and the app's folder removed, when it goes out of scope. */
async function openPool(parts: Partial<ExecutorSlotsOptions> = {}) {
  const appFolder = await mkdtemp(join(tmpdir(), 'pool-'))
  await writeFile(join(appFolder, 'package.json'), '{"name":"app"}')
  const pool = new ExecutorPool({
    config: workerWith({ 'executor.processes': '1', 'log.level': 'off' }),
    redactor: new Redactor(),
    workerId: 'one:8083',
    appFolder,
    answers: null,
    logger: recordingLogger(),
    isNeeded: () => true,
    onReport: () => {},
    onDeath: () => {},
    ...parts,
  })
  return {
    pool,
    pid: (executor = 0) => pool.figures()[executor]?.pid ?? 0,
    async [Symbol.asyncDispose]() {
      await pool.stop(1_000)
      await rm(appFolder, { recursive: true })
    },
  }
}

const taskStart = (task: number) => ({
  id: { connector: 'a', task },
  connectorConfig: {},
  taskConfig: {},
  paused: false,
  awaitGo: true,
})

const patience = { timeout: 15_000, interval: 20 }

test('a replacement that can’t start is tried again after ever longer pauses, until it can', {
  timeout: 30_000,
}, async () => {
  const worker = workerWith({ 'executor.processes': '1', 'log.level': 'off', 'errors.restart.backoff.ms': '400' })
  const raw: Record<string, string | null> = { ...worker.raw }
  const deaths: number[] = []
  await using opened = await openPool({
    config: { ...worker, given: raw },
    onDeath: () => void deaths.push(Date.now()),
  })
  const { pool, pid } = opened
  await pool.start()
  raw['heartbeat.interval.ms'] = 'never'
  process.kill(pid(), 'SIGKILL')
  // The one that was killed, then each attempt.
  await vi.waitFor(() => expect(deaths.length).toBeGreaterThanOrEqual(5), patience)
  const pauses = deaths.slice(2).map((at, index) => at - (deaths[index + 1] ?? 0))
  expect(pauses.map((pause, index) => pause > 400 * 2 ** index)).toEqual(pauses.map(() => true))
  delete raw['heartbeat.interval.ms']
  const validate = () => pool.validate({ 'connector.class': 'Nothing' }).catch((error: Error) => error.message)
  await vi.waitFor(() => expect(pool.figures()[0]?.memoryBytes).toBeGreaterThan(0), patience)
  expect(await validate()).toMatch(/Failed to find any class/)
})

test('an executor that is killed while it starts is started anew', { timeout: 30_000 }, async () => {
  await using opened = await openPool()
  const { pool, pid } = opened
  const starting = pool.start()
  const first = pid()
  process.kill(first, 'SIGKILL')
  await starting
  expect(pid()).not.toBe(first)
})

test('levels of loggers are told to executors, also to those that start later', { timeout: 30_000 }, async () => {
  using told = vi.spyOn(ExecutorProcess.prototype, 'setLogLevel')
  const named: string[] = []
  await using opened = await openPool({
    onReport: (report) => void (report.kind === 'logger' && named.push(report.name)),
  })
  const { pool, pid } = opened
  pool.setLogLevel('task', 'debug')
  await pool.start()
  expect(told.mock.calls).toEqual([['task', 'debug']])
  pool.setLogLevel('root', 'off')
  expect(told.mock.calls.slice(1)).toEqual([['root', 'off']])
  expect(named).toContain('plugins')
  process.kill(pid(), 'SIGKILL')
  await vi.waitFor(() => expect(told.mock.calls).toHaveLength(4), patience)
  expect(told.mock.calls.slice(2)).toEqual([
    ['task', 'debug'],
    ['root', 'off'],
  ])
})

test('what is stopped before its executor is up never starts', { timeout: 30_000 }, async () => {
  using told = vi.spyOn(ExecutorProcess.prototype, 'request')
  await using opened = await openPool()
  const { pool } = opened
  const up = pool.start()
  const start = taskStart(0)
  const task = pool.startTask(start)
  const connector = pool.startConnector({ connector: 'a', config: {} })
  const outcomes = Promise.allSettled([task, connector])
  await pool.stopTask(start.id, false)
  await pool.stopConnector('a')
  await up
  const stopped = { status: 'rejected', reason: expect.objectContaining({ code: 'executor.stopped' }) }
  expect(await outcomes).toEqual([stopped, stopped])
  expect(told.mock.calls.map(([request]) => request).filter((request) => request.startsWith('start'))).toEqual([])
})

test('executors beyond the first start when tasks need them, as many as are configured', {
  timeout: 30_000,
}, async () => {
  await using opened = await openPool({ config: workerWith({ 'executor.processes': '2', 'log.level': 'off' }) })
  const { pool } = opened
  await pool.start()
  const connector = pool.startConnector({ connector: 'a', config: {} }).catch((error: Error) => error.message)
  const starts = [pool.startTask(taskStart(0))]
  expect(pool.figures()).toHaveLength(1)
  starts.push(pool.startTask(taskStart(1)), pool.startTask(taskStart(2)))
  expect(pool.figures()).toHaveLength(2)
  await Promise.all(starts)
  expect(await connector).toMatch(/Failed to find any class/)
  await vi.waitFor(() => expect(pool.figures()[1]?.memoryBytes).toBeGreaterThan(0), patience)
})

test('executors with nothing to do end, and start again when something is to be done', {
  timeout: 30_000,
}, async () => {
  let isNeeded = true
  const config = workerWith({ 'executor.processes': '2', 'executor.idle.timeout.ms': '0', 'log.level': 'off' })
  const deaths: string[] = []
  await using opened = await openPool({
    config,
    isNeeded: () => isNeeded,
    onDeath: (reason) => void deaths.push(reason),
  })
  const { pool, pid } = opened
  await pool.start()
  await Promise.all([pool.startTask(taskStart(0)), pool.startTask(taskStart(1))])
  const first = pid()
  const second = pid(1)
  expect(second).toBeGreaterThan(0)
  await pool.stopTask(taskStart(0).id, false)
  await pool.stopTask(taskStart(1).id, false)
  // With a connector somewhere in the group the first stays.
  await vi.waitFor(() => expect(pool.reports().map((report) => report.pid)).toEqual([first]), patience)
  isNeeded = false
  await vi.waitFor(() => expect(pool.figures()).toEqual([]), patience)
  await vi.waitFor(() => expect(() => process.kill(first, 0)).toThrow('ESRCH'), patience)

  await expect(pool.validate({ 'connector.class': 'Nothing' })).rejects.toThrow(/Failed to find any class/)
  await vi.waitFor(() => expect(pool.figures()).toEqual([]), patience)
  isNeeded = true
  await vi.waitFor(() => expect(pool.reports()).toMatchObject([{ slot: 0, state: 'RUNNING', restarts: 0 }]), patience)
  expect(deaths).toEqual([])
})

/** A pool of up to three executors, of which all but the first can't start, and whose first has a task. */
async function openLamePool({ startTimeoutMs }: { startTimeoutMs?: number } = {}) {
  const worker = workerWith({ 'executor.processes': '3', 'log.level': 'off' })
  const raw: Record<string, string | null> = { ...worker.raw }
  const config = { ...worker, given: raw }
  const died: number[][] = []
  const opened = await openPool({
    config,
    onDeath: (_reason, { tasks }) => void died.push(tasks.map(({ task }) => task)),
  })
  await opened.pool.start()
  await opened.pool.startTask(taskStart(0))
  if (startTimeoutMs === undefined) raw['heartbeat.interval.ms'] = 'never'
  else config['executor.start.timeout.ms'] = startTimeoutMs
  return { ...opened, died }
}

test('what waits for an executor that takes too long to start dies with it', { timeout: 30_000 }, async () => {
  await using opened = await openLamePool({ startTimeoutMs: 1 })
  await expect(opened.pool.startTask(taskStart(1))).rejects.toThrow(/did not start within 1 ms/)
  expect(opened.died).toEqual([[1]])
})

test('an executor that can’t start is given no further tasks while another one runs', { timeout: 30_000 }, async () => {
  await using opened = await openLamePool()
  const { pool } = opened
  await expect(pool.startTask(taskStart(1))).rejects.toThrow()
  await pool.startTask(taskStart(2))
  expect(pool.reports().map(({ tasks }) => tasks)).toEqual([['a-0', 'a-2'], []])
})

test('questions are for executors that are up, not for one that starts', { timeout: 30_000 }, async () => {
  using asked = vi.spyOn(ExecutorProcess.prototype, 'request')
  await using opened = await openPool({ config: workerWith({ 'executor.processes': '2', 'log.level': 'off' }) })
  const { pool, pid } = opened
  await pool.start()
  await pool.startTask(taskStart(0))
  // While it is being started there is more on the first than on the second.
  const connector = pool.startConnector({ connector: 'a', config: {} }).catch(() => 'failed')
  const task = pool.startTask(taskStart(1))
  await expect(pool.validate({ 'connector.class': 'Nothing' })).rejects.toThrow(/Failed to find any class/)
  await Promise.all([connector, task])
  const question = asked.mock.calls.findIndex(([request]) => request === 'validate')
  expect(asked.mock.contexts[question]).toHaveProperty('pid', pid(0))
})

test('nothing is started again once the pool has stopped', { timeout: 30_000 }, async () => {
  await using opened = await openLamePool()
  const { pool } = opened
  using started = vi.spyOn(ExecutorProcess.prototype, 'start')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  await expect(pool.startTask(taskStart(1))).rejects.toThrow()
  await pool.stop(1_000)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(started).toHaveBeenCalledTimes(1)
})
