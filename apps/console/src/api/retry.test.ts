import { ConnectError } from '@penstock/client'
import { expect, test } from 'vitest'
import { isMomentary, isUnreachable, problemOf } from './problem.ts'
import { retried } from './retry.ts'

const rebalance = new ConnectError(
  409,
  409,
  'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
)
const taken = new ConnectError(409, 409, 'Connector orders already exists')
const wait = async (): Promise<void> => {}

test('a request that a rebalance refuses is repeated, and each repetition is told', async () => {
  const told: number[] = []
  let asked = 0
  const answer = await retried(async () => (++asked < 3 ? Promise.reject(rebalance) : 'done'), {
    wait,
    onRetry: (attempt) => told.push(attempt),
  })
  expect({ answer, asked, told }).toEqual({ answer: 'done', asked: 3, told: [2, 3] })
})

test('a name that is taken is final', async () => {
  let asked = 0
  const request = async (): Promise<never> => {
    asked++
    throw taken
  }
  await expect(retried(request, { wait })).rejects.toBe(taken)
  expect(asked).toBe(1)
})

test('what may be asked twice is asked again where no answer came', async () => {
  let asked = 0
  const request = async (): Promise<string> => {
    if (++asked < 3) throw new TypeError('Failed to fetch')
    return 'done'
  }
  await expect(retried(request, { wait, passes: isUnreachable })).resolves.toBe('done')
  await expect(retried(() => Promise.reject(taken), { wait, passes: isUnreachable })).rejects.toBe(taken)
})

test('a rebalance that does not end is told in the end', async () => {
  await expect(retried(() => Promise.reject(rebalance), { wait, attempts: 3 })).rejects.toBe(rebalance)
})

test('a starting worker is momentary, a failing one is not', () => {
  expect(isMomentary(new ConnectError(503, 503, 'Worker is still starting up.'))).toBe(true)
  expect(isMomentary(new ConnectError(500, 500, 'rebalance'))).toBe(false)
})

test('what is forbidden is told with the role that is needed', () => {
  const text = 'This needs the role admin, but the user has the role read'
  expect(problemOf(new ConnectError(403, 403, text))).toEqual({ title: 'You may not do this', text })
})
