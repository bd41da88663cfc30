import { expect, test } from 'vitest'
import { within } from './within.ts'

const never = new Promise<never>(() => {})

test('work that ends in time gives its result, and nobody is told of lateness', async () => {
  let late = false
  expect(await within(60_000, Promise.resolve(7), () => (late = true))).toBe(7)
  expect(late).toBe(false)
})

test('work that fails in time fails', async () => {
  await expect(within(60_000, Promise.reject(new Error('broken')), () => 'late')).rejects.toThrow('broken')
})

test('work that takes longer gives what lateness gives', async () => {
  expect(await within(1, never, () => 'late')).toBe('late')
})

test('lateness may be an error', async () => {
  const late = () => {
    throw new Error('took longer than 1 ms')
  }
  await expect(within(1, never, late)).rejects.toThrow('took longer than 1 ms')
})

test('work that fails after its time is no unhandled rejection', async () => {
  const work = Promise.withResolvers<void>()
  expect(await within(1, work.promise, () => 'late')).toBe('late')
  work.reject(new Error('too late to matter'))
  await new Promise((resolve) => setImmediate(resolve)) // where Node would report it, and the run would fail
})
