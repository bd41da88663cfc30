/** Executors as real processes: what they answer, and how their deaths are told. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { requiredWorkerKeys } from '../config/fixtures/worker.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { Redactor } from '../telemetry/redactor.ts'
import { ExecutorProcess, type ExecutorProcessOptions } from './executor-process.ts'

let appFolder: string
beforeAll(async () => {
  appFolder = await mkdtemp(join(tmpdir(), 'executor-'))
  await writeFile(join(appFolder, 'package.json'), '{"name":"app"}')
})
afterAll(() => rm(appFolder, { recursive: true }))

const open: ExecutorProcess[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((executor) => executor.stop(1_000)))
})

function executorOf(options: Partial<ExecutorProcessOptions> = {}) {
  const deaths: string[] = []
  const executor = new ExecutorProcess({
    index: 3,
    workerId: 'one:8083',
    forked: true,
    heapMb: 256,
    startTimeoutMs: 30_000,
    unresponsiveTimeoutMs: 30_000,
    mode: 'distributed',
    workerConfig: { ...requiredWorkerKeys, 'log.level': 'off' },
    appFolder,
    pluginFolders: [],
    redactor: new Redactor(),
    logger: recordingLogger(),
    answers: null,
    onReport: () => {},
    onDeath: (reason) => void deaths.push(reason),
    ...options,
  })
  open.push(executor)
  return { executor, deaths }
}
const validation = { config: { 'connector.class': 'Nothing' } }

describe.each([true, false])('forked: %s', (forked) => {
  test('starts, answers with what the plugin side throws, and stops', async () => {
    const { executor, deaths } = executorOf({ forked })
    await expect(executor.request('validate', validation)).rejects.toMatchObject({ code: 'executor.dead' })
    expect(await executor.start()).toEqual([])
    await expect(executor.request('validate', validation)).rejects.toThrow(
      /Failed to find any class .* matches Nothing/,
    )
    await executor.stop(5_000)
    await executor.stop(5_000)
    expect(deaths).toEqual([])
  })
})

test('a death is told once with its reason, and to everybody who waits for an answer', async () => {
  const { executor, deaths } = executorOf()
  await executor.start()
  process.kill(executor.pid, 'SIGSTOP')
  const waiting = executor.request('validate', validation)
  process.kill(executor.pid, 'SIGKILL')
  await expect(waiting).rejects.toMatchObject({ code: 'executor.died' })
  expect(deaths).toEqual([`executor 3 (pid ${executor.pid}) died: it was ended by signal SIGKILL`])
  await expect(executor.request('validate', validation)).rejects.toMatchObject({ code: 'executor.dead' })
})

test('an executor that answers nothing is killed, and the reason names the setting', async () => {
  const { executor, deaths } = executorOf({ unresponsiveTimeoutMs: 400 })
  await executor.start()
  process.kill(executor.pid, 'SIGSTOP')
  await expect.poll(() => deaths, { timeout: 10_000 }).toHaveLength(1)
  expect(deaths[0]).toContain('it did not answer for 400 ms (executor.unresponsive.timeout.ms) and was killed')
})

test('an executor that can’t start rejects with its end', async () => {
  const { executor } = executorOf({ workerConfig: { ...requiredWorkerKeys, 'group.id': null } })
  await expect(executor.start()).rejects.toThrow(/executor 3 \(pid \d+\) died: it exited with code 1/)
})

test('within this process too, what can’t start says so at once', async () => {
  const { executor } = executorOf({ forked: false, workerConfig: { ...requiredWorkerKeys, 'group.id': null } })
  await expect(executor.start()).rejects.toThrow(/executor 3 .*died: it exited with code 1/)
})
