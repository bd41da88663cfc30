/** Executors of a pool as real processes: what happens when they die, and when their replacements can't start. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { workerWith } from '../config/fixtures/worker.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { Redactor } from '../telemetry/redactor.ts'
import { ExecutorPool } from './executor-pool.ts'
import { ExecutorProcess } from './executor-process.ts'

const patience = { timeout: 15_000, interval: 20 }

test('a replacement that can’t start is tried again one at a time, until it can', { timeout: 30_000 }, async () => {
  const appFolder = await mkdtemp(join(tmpdir(), 'pool-'))
  await writeFile(join(appFolder, 'package.json'), '{"name":"app"}')
  const worker = workerWith({ 'executor.processes': '1', 'log.level': 'off' })
  const raw: Record<string, string | null> = { ...worker.raw }
  const deaths: number[] = []
  const pool = new ExecutorPool({
    config: { ...worker, given: raw },
    redactor: new Redactor(),
    workerId: 'one:8083',
    appFolder,
    logger: recordingLogger(),
    answers: null,
    onReport: () => {},
    onDeath: () => void deaths.push(Date.now()),
  })
  try {
    await pool.start()
    raw['heartbeat.interval.ms'] = 'never'
    process.kill(pool.figures()[0]?.pid ?? 0, 'SIGKILL')
    // The one that was killed, then each attempt.
    await vi.waitFor(() => expect(deaths.length).toBeGreaterThanOrEqual(5), patience)
    const pauses = deaths.slice(2).map((at, index) => at - (deaths[index + 1] ?? 0))
    expect(Math.min(...pauses)).toBeGreaterThan(1_000)
    delete raw['heartbeat.interval.ms']
    const validate = () => pool.validate({ 'connector.class': 'Nothing' }).catch((error: Error) => error.message)
    await vi.waitFor(() => expect(pool.figures()[0]?.memoryBytes).toBeGreaterThan(0), patience)
    expect(await validate()).toMatch(/Failed to find any class/)
  } finally {
    await pool.stop(1_000)
    await rm(appFolder, { recursive: true })
  }
})

test('an executor that is killed while it starts is started anew', { timeout: 30_000 }, async () => {
  const appFolder = await mkdtemp(join(tmpdir(), 'pool-'))
  await writeFile(join(appFolder, 'package.json'), '{"name":"app"}')
  const pool = new ExecutorPool({
    config: workerWith({ 'executor.processes': '1', 'log.level': 'off' }),
    redactor: new Redactor(),
    workerId: 'one:8083',
    appFolder,
    answers: null,
    logger: recordingLogger(),
    onReport: () => {},
    onDeath: () => {},
  })
  try {
    const starting = pool.start()
    const first = pool.figures()[0]?.pid ?? 0
    process.kill(first, 'SIGKILL')
    await starting
    expect(pool.figures()[0]?.pid).not.toBe(first)
  } finally {
    await pool.stop(1_000)
    await rm(appFolder, { recursive: true })
  }
})

test('levels of loggers are told to executors, also to those that start later', { timeout: 30_000 }, async () => {
  const appFolder = await mkdtemp(join(tmpdir(), 'pool-'))
  await writeFile(join(appFolder, 'package.json'), '{"name":"app"}')
  const told = vi.spyOn(ExecutorProcess.prototype, 'setLogLevel')
  const named: string[] = []
  const pool = new ExecutorPool({
    config: workerWith({ 'executor.processes': '1', 'log.level': 'off' }),
    redactor: new Redactor(),
    workerId: 'one:8083',
    appFolder,
    answers: null,
    logger: recordingLogger(),
    onReport: (report) => void (report.kind === 'logger' && named.push(report.name)),
    onDeath: () => {},
  })
  try {
    pool.setLogLevel('task', 'debug')
    await pool.start()
    expect(told.mock.calls).toEqual([['task', 'debug']])
    pool.setLogLevel('root', 'off')
    expect(told.mock.calls.slice(1)).toEqual([['root', 'off']])
    expect(named).toContain('plugins')
    process.kill(pool.figures()[0]?.pid ?? 0, 'SIGKILL')
    await vi.waitFor(() => expect(told.mock.calls).toHaveLength(4), patience)
    expect(told.mock.calls.slice(2)).toEqual([
      ['task', 'debug'],
      ['root', 'off'],
    ])
  } finally {
    told.mockRestore()
    await pool.stop(1_000)
    await rm(appFolder, { recursive: true })
  }
})

test('what is stopped before its executor is up never starts', { timeout: 30_000 }, async () => {
  const appFolder = await mkdtemp(join(tmpdir(), 'pool-'))
  await writeFile(join(appFolder, 'package.json'), '{"name":"app"}')
  const told = vi.spyOn(ExecutorProcess.prototype, 'request')
  const pool = new ExecutorPool({
    config: workerWith({ 'executor.processes': '1', 'log.level': 'off' }),
    redactor: new Redactor(),
    workerId: 'one:8083',
    appFolder,
    answers: null,
    logger: recordingLogger(),
    onReport: () => {},
    onDeath: () => {},
  })
  const id = { connector: 'a', task: 0 }
  try {
    const up = pool.start()
    const task = pool.startTask({ id, connectorConfig: {}, taskConfig: {}, paused: false, awaitGo: true })
    const connector = pool.startConnector({ connector: 'a', config: {} })
    const outcomes = Promise.allSettled([task, connector])
    await pool.stopTask(id, false)
    await pool.stopConnector('a')
    await up
    const stopped = { status: 'rejected', reason: expect.objectContaining({ code: 'executor.stopped' }) }
    expect(await outcomes).toEqual([stopped, stopped])
    expect(told.mock.calls.map(([request]) => request).filter((request) => request.startsWith('start'))).toEqual([])
  } finally {
    told.mockRestore()
    await pool.stop(1_000)
    await rm(appFolder, { recursive: true })
  }
})
