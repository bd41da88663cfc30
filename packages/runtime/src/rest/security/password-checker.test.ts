import { hashSync } from 'bcryptjs'
import { expect, test, vi } from 'vitest'
import { PasswordChecker } from './password-checker.ts'

vi.setConfig({ testTimeout: 30_000 }) // real hashes, on a machine that may be busy

function start() {
  const clock = { time: 0, now: () => clock.time }
  const checker = new PasswordChecker(clock)
  return { clock, checker, [Symbol.asyncDispose]: () => checker.close() }
}

test('a password matches its hash and no other', async () => {
  await using parts = start()
  const hash = hashSync('s3cret', 4)
  expect(await parts.checker.matches('s3cret', hash)).toBe(true)
  expect(await parts.checker.matches('s3cres', hash)).toBe(false)
  expect(await parts.checker.matches('s3cret', hashSync('other', 4))).toBe(false)
  expect(await parts.checker.matches('s3cret', hash.replace('$2b$', '$2y$'))).toBe(true) // as htpasswd writes it
})

test('a right password is hashed again only after a minute, a wrong one each time', async () => {
  await using parts = start()
  const { checker, clock } = parts
  const hash = hashSync('s3cret', 11)
  const timed = async (password: string): Promise<number> => {
    const started = performance.now()
    await checker.matches(password, hash)
    return performance.now() - started
  }
  const first = await timed('s3cret')
  expect(await timed('s3cret')).toBeLessThan(first / 4)
  clock.time = 60_001
  expect(await timed('s3cret')).toBeGreaterThan(first / 4)
  expect(await timed('wrong')).toBeGreaterThan(first / 4)
  expect(await timed('wrong')).toBeGreaterThan(first / 4)
})

test('requests with one password wait for one check, and too many others are turned away', async () => {
  await using parts = start()
  const { checker } = parts
  const hash = hashSync('s3cret', 10)
  const same = Array.from({ length: 100 }, () => checker.matches('s3cret', hash))
  expect(new Set(await Promise.all(same))).toEqual(new Set([true]))
  const guesses = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => checker.matches(`g${index}`, hash)))
  const refused = guesses.filter((guess) => guess.status === 'rejected')
  expect(refused).toHaveLength(24)
  expect(refused[0]?.reason).toMatchObject({ status: 503, headers: { 'Retry-After': '1' } })
})

test('the worker goes on with its other work while passwords are hashed', async () => {
  await using parts = start()
  const startedAt = performance.now()
  const hash = hashSync('s3cret', 12)
  const hashingMs = performance.now() - startedAt
  let longest = 0
  let last = performance.now()
  const ticks = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 5)
  await Promise.all(Array.from({ length: 4 }, (_, index) => parts.checker.matches(`g${index}`, hash)))
  clearInterval(ticks)
  expect(longest).toBeLessThan(Math.max(500, hashingMs))
})
