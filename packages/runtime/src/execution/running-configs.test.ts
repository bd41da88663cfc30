import type { RawConfig } from '@penstock/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ResolvedConfig } from '../config/config-resolver.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { RunningConfigs } from './running-configs.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Configurations whose key `p` stands for `secret()`. */
function watching(secret: () => string | Promise<string>, ttlMs: number | null = 1_000) {
  const changed: string[] = []
  const logger = recordingLogger()
  const resolve = vi.fn(async (given: RawConfig): Promise<ResolvedConfig> => {
    const values = given.p === undefined ? given : { ...given, p: await secret() }
    return { given, values, secrets: new Map(), ttlMs: given.p === undefined ? null : ttlMs }
  })
  const configs = new RunningConfigs({ resolver: { resolve }, logger, onChange: (name) => void changed.push(name) })
  return { configs, changed, logger, resolve }
}

test('a change is told after the time to live, again and again until somebody opens the configuration anew', async () => {
  let secret = 'one'
  const { configs, changed } = watching(() => secret)
  const opened = await configs.open('task a-0', 'a', [{ p: 'x' }, { q: 'y' }] as const)
  expect(opened?.map(({ values }) => values)).toEqual([{ p: 'one' }, { q: 'y' }])
  await vi.advanceTimersByTimeAsync(5_000)
  expect(changed).toEqual([])
  secret = 'two'
  await vi.advanceTimersByTimeAsync(2_000)
  expect(changed).toEqual(['a', 'a'])
  expect((await configs.open('task a-0', 'a', [{ p: 'x' }]))?.[0]?.values).toEqual({ p: 'two' })
  await vi.advanceTimersByTimeAsync(5_000)
  expect(changed).toEqual(['a', 'a'])
})

test('nothing is read again of what was released, needs no reload or holds for ever', async () => {
  const { configs, resolve } = watching(() => 'one')
  await configs.open('one', 'a', [{ p: 'x' }])
  await configs.open('two', 'a', [{ p: 'x', 'config.action.reload': ' NONE' }])
  await configs.open('three', 'a', [{ q: 'x' }])
  configs.release('one')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(resolve).toHaveBeenCalledTimes(3)
  await configs.open('four', 'a', [{ p: 'x' }])
  configs.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('what was stopped while its values were looked up is not started', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const { configs } = watching(() => promise)
  const opening = configs.open('task a-0', 'a', [{ p: 'x' }])
  configs.release('task a-0')
  resolve('one')
  expect(await opening).toBeNull()
  expect(vi.getTimerCount()).toBe(0)
})

test('values that can’t be read for a while are looked for further on, those that are there stay', async () => {
  let failing = false
  const { configs, changed, logger } = watching(() => (failing ? Promise.reject(new Error('no file')) : 'one'))
  await configs.open('task a-0', 'a', [{ p: 'x' }])
  failing = true
  await vi.advanceTimersByTimeAsync(2_000)
  expect(logger.lines).toEqual(
    Array.from(
      { length: 2 },
      () => 'warn: the values of task a-0 could not be read again, it goes on with those it has',
    ),
  )
  failing = false
  await vi.advanceTimersByTimeAsync(1_000)
  expect(changed).toEqual([])
  failing = true
  await expect(configs.open('task a-0', 'a', [{ p: 'x' }])).rejects.toThrow('no file')
  expect(vi.getTimerCount()).toBe(0)
})

test('a time to live that no timer can hold is not taken for none', async () => {
  const { configs, resolve } = watching(() => 'one', Number.MAX_SAFE_INTEGER)
  await configs.open('a', 'a', [{ p: 'x' }])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(resolve).toHaveBeenCalledTimes(1)
})
