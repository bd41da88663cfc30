import { expect, test } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { ExpiredConfigs } from './expired-configs.ts'
import { JobQueue } from './job-queue.ts'

test('a connector is restarted once, however many executors notice the change, and again after the next', async () => {
  const restarted: string[] = []
  let blocked = Promise.withResolvers<void>()
  const expired = new ExpiredConfigs({
    jobs: new JobQueue({ now: () => Date.now() }),
    logger: recordingLogger(),
    restart: async (connector) => {
      restarted.push(connector)
      await blocked.promise
    },
  })
  for (const connector of ['a', 'a', 'b', 'a']) expired.onExpired(connector)
  blocked.resolve()
  await expect.poll(() => restarted).toEqual(['a', 'b'])
  blocked = Promise.withResolvers()
  await new Promise((resolve) => setImmediate(resolve))
  expired.onExpired('a')
  await expect.poll(() => restarted).toEqual(['a', 'b', 'a'])
  blocked.resolve()
})

test('a restart that fails is told, and keeps no later one from trying', async () => {
  const logger = recordingLogger()
  let attempts = 0
  const expired = new ExpiredConfigs({
    jobs: new JobQueue({ now: () => Date.now() }),
    logger,
    restart: () => Promise.reject(new Error(`attempt ${++attempts}`)),
  })
  expired.onExpired('a')
  await expect.poll(() => logger.lines).toContain('warn: restarting with changed values failed')
  await new Promise((resolve) => setImmediate(resolve))
  expired.onExpired('a')
  await expect.poll(() => attempts).toBe(2)
})
