import { createServer, type Socket } from 'node:net'
import { codeOf, isRetriable, Password } from '@penstock/core'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { freePort, hasRedisServer, startRedis } from '../testing/redis-server.ts'
import { RedisLookup, type RedisOptions } from './redis-lookup.ts'

const options = { username: null, password: null, timeoutMs: 2000, format: 'json' } as const

/** A look-up that is closed with the test. */
function lookupAt(url: string, more: Partial<RedisOptions> = {}): RedisLookup & AsyncDisposable {
  const lookup = new RedisLookup({ ...options, url, ...more })
  return Object.assign(lookup, { [Symbol.asyncDispose]: () => lookup.close() })
}

async function failure(lookup: RedisLookup): Promise<Error> {
  return lookup.find('k').then(
    () => new Error('it succeeded'),
    (error: Error) => error,
  )
}

async function fill(url: string, use: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(url)
  try {
    await use(client)
  } finally {
    client.disconnect()
  }
}

test('nobody there is a failure that passes, and says why', async () => {
  await using lookup = lookupAt(`redis://127.0.0.1:${await freePort()}`)
  const error = await failure(lookup)
  expect(isRetriable(error)).toBe(true)
  expect(error.message).toMatch(/looking up in Redis at 127\.0\.0\.1:\d+ failed: .*ECONNREFUSED/)
})

test('a server that does not answer is given up after redis.timeout.ms', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => void sockets.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  {
    await using lookup = lookupAt(`redis://127.0.0.1:${port}`, { timeoutMs: 200 })
    const started = performance.now()
    expect(isRetriable(await failure(lookup))).toBe(true)
    expect(performance.now() - started).toBeLessThan(10_000)
  }
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

// Needs the program redis-server.
describe.skipIf(!hasRedisServer)('a real Redis', () => {
  test('gives JSON, texts, or nothing', async () => {
    await using redis = await startRedis()
    await fill(redis.url, (client) => client.mset({ k: '{"n":0.5}', bad: '{' }))
    await using json = lookupAt(redis.url)
    expect([await json.find('k'), await json.find('none')]).toEqual([{ n: 0.5 }, null])
    await expect(json.find('bad')).rejects.toThrow('is not JSON; set value.format=string')
    await using text = lookupAt(redis.url, { format: 'string' })
    expect(await text.find('bad')).toBe('{')
  })

  test('refuses a wrong password, for good and without showing it', async () => {
    await using redis = await startRedis({ password: 'right' })
    await using right = lookupAt(redis.url, { password: new Password('right') })
    expect(await right.find('k')).toBeNull()
    for (const password of [null, new Password('wrong-one')]) {
      await using denied = lookupAt(redis.url, { password })
      const error = await failure(denied)
      expect([codeOf(error), isRetriable(error)]).toEqual(['enrich.redis_denied', false])
      expect(error.message).toContain('check redis.username and redis.password')
      expect(error.message).not.toContain('wrong-one')
    }
  })

  test('holds other things than strings, which are errors of the record', async () => {
    await using redis = await startRedis()
    await fill(redis.url, (client) => client.lpush('k', 'x'))
    await using lookup = lookupAt(redis.url)
    expect(codeOf(await failure(lookup))).toBe('enrich.redis_type')
  })

  test('goes away and comes back', async () => {
    await using redis = await startRedis()
    await using lookup = lookupAt(redis.url)
    expect(await lookup.find('k')).toBeNull()
    await redis.stop()
    expect(isRetriable(await failure(lookup))).toBe(true)
    await using back = await startRedis({ port: redis.port })
    await fill(back.url, (client) => client.set('k', '1'))
    await expect.poll(() => lookup.find('k').catch(() => 'failed'), { timeout: 10_000 }).toBe(1)
  })
})
