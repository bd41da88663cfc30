import type { RawConfig } from '@penstock/core'
import { expect, test } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { BadRequestError } from './errors.ts'
import { memoryStores } from './fixtures/memory-stores.ts'
import { TaskPlanner } from './task-planner.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A planner of connector `a`, which plans what `plan` says. */
async function planner(
  plan: (maxTasks: number) => RawConfig[] | Promise<RawConfig[]>,
  parts: { publish?: (signal: AbortSignal) => Promise<void>; isOurs?: () => boolean } = {},
) {
  const { configs, state } = await memoryStores()
  const config = { name: 'a', topics: 't', 'tasks.max': '2' }
  await configs.putConnector('a', config, null)
  const published: (readonly RawConfig[])[] = []
  const failures: string[] = []
  let asked = 0
  const made = new TaskPlanner({
    configs: state,
    executors: {
      taskConfigs: async (_connector, maxTasks) => {
        asked++
        return plan(maxTasks)
      },
    },
    isOurs: parts.isOurs ?? (() => true),
    publish: async (connector, tasks, signal) => {
      published.push(tasks)
      await parts.publish?.(signal)
      await configs.putTasks(connector, tasks)
    },
    onFailure: (_connector, trace) => void failures.push(trace),
    logger: recordingLogger(),
  })
  return { planner: made, configs, config, published, failures, asked: () => asked }
}

test('what a connector plans is published with its topics, and not again while nothing changes', async () => {
  const { planner: made, published } = await planner((max) => [{ of: String(max) }])
  made.request('a')
  await turn()
  expect(published).toEqual([[{ of: '2', topics: 't' }]])
  made.request('a')
  await turn()
  expect(published).toHaveLength(1)
})

test('a changed connector config is published also when the tasks come out the same', async () => {
  const { planner: made, published, configs, config } = await planner(() => [{}])
  made.request('a')
  await turn()
  await configs.putConnector('a', { ...config, 'flush.size': '1' }, null)
  made.request('a')
  await turn()
  expect(published).toEqual([[{ topics: 't' }], [{ topics: 't' }]])
})

test('requests while it plans are served by one more round', async () => {
  const { planner: made, asked } = await planner(async () => {
    await turn()
    return [{}]
  })
  for (let request = 0; request < 4; request++) made.request('a')
  for (let wait = 0; wait < 5; wait++) await turn()
  expect(asked()).toBe(2)
})

test('a connector that does not run here is not asked', async () => {
  const { planner: made, asked } = await planner(() => [{}], { isOurs: () => false })
  made.request('a')
  await turn()
  expect(asked()).toBe(0)
})

test.each(['PAUSED', 'STOPPED'] as const)('a connector that is %s is not asked', async (target) => {
  const parts = await planner(() => [{}])
  await parts.configs.putTargetState('a', target)
  parts.planner.request('a')
  parts.planner.request('unknown')
  await turn()
  expect(parts.asked()).toBe(0)
})

test.each([
  ['plan', () => Promise.reject(new Error('no such host')), undefined],
  ['publish', () => [{}], () => Promise.reject(new BadRequestError('a.b', 'no such host'))],
])('a failure to %s fails the connector, the next request tries again', async (_what, plan, publish) => {
  const { planner: made, failures, asked } = await planner(plan, publish ? { publish } : {})
  made.request('a')
  await turn()
  made.request('a')
  await turn()
  expect(failures).toEqual([expect.stringContaining('no such host'), expect.stringContaining('no such host')])
  expect(asked()).toBe(2)
})

test('while Kafka or the leader is away the plan is made again until it is written', async () => {
  let left = 2
  const publish = () => (left-- > 0 ? Promise.reject(new Error('no broker')) : Promise.resolve())
  const { planner: made, failures, published, configs } = await planner(() => [{}], { publish })
  made.request('a')
  await expect.poll(() => configs.state.tasks('a').length, { timeout: 5_000 }).toBe(1)
  expect([published.length, failures]).toEqual([3, []])
})

test('a connector that moved away while it failed is not failed here', async () => {
  let ours = true
  const { planner: made, failures } = await planner(
    () => {
      ours = false
      throw new Error('stopped')
    },
    { isOurs: () => ours },
  )
  made.request('a')
  await turn()
  expect(failures).toEqual([])
})

test('stopping ends what is being published, without a failure', async () => {
  const publish = (signal: AbortSignal) =>
    new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  const { planner: made, failures, published } = await planner(() => [{}], { publish })
  made.request('a')
  await turn()
  made.stop()
  await turn()
  expect([published.length, failures]).toEqual([1, []])
})
