import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { StartTask } from '../execution/ipc.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { startFenced } from './fenced-start.ts'
import { memoryStores } from './fixtures/memory-stores.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const id = { connector: 'a', task: 0 }

/** A start of the only task of connector `a`; `steps` are what is waited for on the way. */
async function open(
  steps: { fence?: () => Promise<void>; start?: () => Promise<void>; read?: () => Promise<void> } = {},
) {
  const { configs, state } = await memoryStores()
  await configs.putConnector('a', { name: 'a' }, null)
  await configs.putTasks('a', [{}])
  const notes: string[] = []
  const logger = recordingLogger()
  let wanted = true
  const done = startFenced({ id, connectorConfig: {}, taskConfig: {} }, () => wanted, {
    configs: { state, readToEnd: async () => steps.read?.() },
    executors: {
      startTask: async ({ paused, awaitGo }: StartTask) => {
        notes.push(`start${paused ? ' paused' : ''}${awaitGo ? ' and wait' : ''}`)
        await steps.start?.()
      },
      pauseTask: async (_id, paused) => void notes.push(paused ? 'pause' : 'resume'),
      proceedTask: async () => void notes.push('proceed'),
    },
    fence: async (connector) => {
      notes.push(`fence ${connector}`)
      await steps.fence?.()
    },
    logger,
  })
  const unwanted = (): void => {
    wanted = false
  }
  return { configs, notes, logger, done, unwanted }
}

test('older copies are fenced, then the task starts, and begins when its configs are still the newest', async () => {
  const { done, notes } = await open()
  await done
  expect(notes).toEqual(['fence a', 'start and wait', 'resume', 'proceed'])
})

test('fencing that fails is tried again with longer pauses, as long as the task is wanted', async () => {
  const { done, notes, logger, unwanted } = await open({ fence: () => Promise.reject(new Error('no leader')) })
  await vi.advanceTimersByTimeAsync(250 + 500 + 1_000)
  expect(notes).toHaveLength(4)
  unwanted()
  await vi.advanceTimersByTimeAsync(10_000)
  await done
  expect([notes.length, logger.lines[0]]).toEqual([
    4,
    'warn: older tasks of the connector could not be fenced, trying again',
  ])
})

describe('while it waits', () => {
  test('for fencing, a stop ends it', async () => {
    const fenced = Promise.withResolvers<void>()
    const { done, notes, unwanted } = await open({ fence: () => fenced.promise })
    unwanted()
    fenced.resolve()
    await done
    expect(notes).toEqual(['fence a'])
  })

  test('for fencing, a pause of the connector is not forgotten', async () => {
    const fenced = Promise.withResolvers<void>()
    const { configs, done, notes } = await open({ fence: () => fenced.promise })
    await configs.putTargetState('a', 'PAUSED')
    fenced.resolve()
    await done
    expect(notes).toEqual(['fence a', 'start paused and wait', 'pause', 'proceed'])
  })

  test('for the executor, a pause of the connector is not forgotten either', async () => {
    const started = Promise.withResolvers<void>()
    const { configs, done, notes } = await open({ start: () => started.promise })
    await vi.advanceTimersByTimeAsync(0)
    await configs.putTargetState('a', 'PAUSED')
    started.resolve()
    await done
    expect(notes).toEqual(['fence a', 'start and wait', 'pause', 'proceed'])
  })

  test('new tasks are committed: this copy never begins', async () => {
    const started = Promise.withResolvers<void>()
    const { configs, done, notes } = await open({ start: () => started.promise })
    await vi.advanceTimersByTimeAsync(0)
    await configs.putTasks('a', [{}, {}])
    started.resolve()
    await done
    expect(notes).toEqual(['fence a', 'start and wait'])
  })
})

test('configs that can’t be read at first are read again: until then the task does not begin', async () => {
  let failures = 2
  const { done, notes } = await open({
    read: async () => {
      if (failures-- > 0) throw new Error('no leader')
    },
  })
  await vi.advanceTimersByTimeAsync(250)
  expect(notes).toEqual(['fence a', 'start and wait'])
  await vi.advanceTimersByTimeAsync(500)
  await done
  expect(notes.slice(2)).toEqual(['resume', 'proceed'])
})

test('an executor that can’t take the task rejects the start', async () => {
  const { done } = await open({ start: () => Promise.reject(new Error('it died')) })
  await expect(done).rejects.toThrow('it died')
})
