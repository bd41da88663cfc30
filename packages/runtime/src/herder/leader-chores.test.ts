import type { RawConfig } from '@penstock/core'
import { describe, expect, test } from 'vitest'
import { workerWith } from '../config/fixtures/worker.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { memoryStores } from './fixtures/memory-stores.ts'
import { refreshSessionKey, sweepStatuses } from './leader-chores.ts'

async function leader(keys: RawConfig = {}) {
  const stores = await memoryStores()
  const clock = { time: 1_000_000, now: () => clock.time }
  const chores = { ...stores, config: workerWith(keys), logger: recordingLogger(), clock }
  const report = (connector: string, ...tasks: number[]) => {
    const status = { state: 'RUNNING', trace: null, workerId: 'one:8083', generation: 1, version: null } as const
    stores.statuses.putConnector(connector, status, { safe: false })
    for (const task of tasks) stores.statuses.putTask({ connector, task }, status, { safe: false })
  }
  return { ...stores, chores, clock, report, key: () => stores.state.sessionKey }
}

describe('sweeping', () => {
  test('statuses of what is no longer configured go, tasks before their connector; the rest stays', async () => {
    const { chores, configs, statuses, report, topics, written } = await leader()
    await configs.putConnector('a', {}, null)
    await configs.putTasks('a', [{}, {}])
    report('a', 0, 1, 2)
    report('gone', 0, 1)
    statuses.putTopic({ topic: 't', connector: 'gone', task: 0, discoveredAt: 1 })
    await statuses.flush()
    topics.statuses.records.splice(0)
    sweepStatuses(chores)
    await statuses.flush()
    expect(written()).toEqual(['task-a-2', 'task-gone-0', 'task-gone-1', 'connector-gone', 'topic-t:connector-gone'])
    expect([statuses.connectors(), [...statuses.tasks('a').keys()], statuses.topics('gone')]).toEqual([
      ['a'],
      [0, 1],
      [],
    ])
    sweepStatuses(chores)
    expect(written()).toHaveLength(5)
  })

  test('tasks of a connector whose commit is incomplete keep theirs: they are about to come back', async () => {
    const { chores, configs, statuses, report, topics } = await leader()
    await configs.putConnector('a', {}, null)
    topics.configs.append(Buffer.from('commit-a'), Buffer.from('{"tasks":2}'))
    report('a', 0)
    await statuses.flush()
    sweepStatuses(chores)
    await statuses.flush()
    expect([...statuses.tasks('a').keys()]).toEqual([0])
  })

  test('a task without its connector’s status goes as well', async () => {
    const { chores, statuses } = await leader()
    const status = { state: 'FAILED', trace: null, workerId: 'one:8083', generation: 1, version: null } as const
    statuses.putTask({ connector: 'gone', task: 3 }, status, { safe: false })
    await statuses.flush()
    sweepStatuses(chores)
    await statuses.flush()
    expect(statuses.connectors()).toEqual([])
  })
})

describe('the session key', () => {
  test('is made when there is none, and looked at again when it ends', async () => {
    const { chores, key } = await leader()
    expect(await refreshSessionKey(chores)).toBe(3_600_000)
    expect(key()).toMatchObject({ algorithm: 'HmacSHA256', createdAt: 1_000_000 })
    expect(key()?.key).toHaveLength(32)
  })

  test('is kept until its time is over, then replaced', async () => {
    const { chores, clock, key } = await leader({ 'inter.worker.key.ttl.ms': '5000' })
    await refreshSessionKey(chores)
    const first = key()
    clock.time += 4_999
    expect(await refreshSessionKey(chores)).toBe(1)
    expect(key()).toBe(first)
    clock.time += 1
    expect(await refreshSessionKey(chores)).toBe(5_000)
    expect(key()?.key).not.toEqual(first?.key)
  })

  test('is kept for ever with a time of 0', async () => {
    const { chores, clock, key } = await leader({ 'inter.worker.key.ttl.ms': '0' })
    expect(await refreshSessionKey(chores)).toBeNull()
    const first = key()
    clock.time += 10 ** 12
    expect([await refreshSessionKey(chores), key()]).toEqual([null, first])
  })

  test.each([
    ['algorithm', { 'inter.worker.key.generation.algorithm': 'HmacSHA512' }, 64],
    ['size', { 'inter.worker.key.size': '384' }, 48],
  ])('is replaced when its %s is not this worker’s', async (_what, keys, bytes) => {
    const { chores, key } = await leader()
    await refreshSessionKey(chores)
    await refreshSessionKey({ ...chores, config: workerWith(keys) })
    expect(key()?.key).toHaveLength(bytes)
    const replaced = key()
    await refreshSessionKey({ ...chores, config: workerWith(keys) })
    expect(key()).toBe(replaced)
  })
})
