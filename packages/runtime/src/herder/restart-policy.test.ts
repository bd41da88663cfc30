import { expect, test } from 'vitest'
import { RestartBudget } from './restart-policy.ts'

const policy = { maxAttempts: 3, firstAtOnce: false, backoffMs: 1_000, backoffMaxMs: 3_000, windowMs: 60_000 }
function budgetAt(time = 1_000_000) {
  const clock = { time, now: () => clock.time }
  return { budget: new RestartBudget(clock), clock }
}

test('pauses double up to their maximum, then no restart is left', () => {
  const { budget } = budgetAt()
  expect([1, 2, 3, 4].map(() => budget.next('a', policy))).toEqual([1_000, 2_000, 3_000, null])
})

test('what lies before the window no longer counts', () => {
  const { budget, clock } = budgetAt()
  budget.next('a', policy)
  clock.time += 30_000
  budget.next('a', policy)
  budget.next('a', policy)
  clock.time += 29_999
  expect(budget.next('a', policy)).toBeNull()
  clock.time += 1
  expect(budget.next('a', policy)).toBe(3_000)
})

test('names have budgets of their own, which can be forgotten', () => {
  const { budget } = budgetAt()
  const once = { ...policy, maxAttempts: 1 }
  expect([budget.next('a', once), budget.next('b', once), budget.next('a', once)]).toEqual([1_000, 1_000, null])
  budget.forget('a')
  expect(budget.next('a', once)).toBe(1_000)
})

test.each([
  [-1, 3_000],
  [0, null],
])('with %i attempts the hundredth restart comes after %s ms', (maxAttempts, expected) => {
  const { budget } = budgetAt()
  const delays = Array.from({ length: 100 }, () => budget.next('a', { ...policy, maxAttempts }))
  expect(delays.at(-1)).toBe(expected)
})

test('a first restart at once is followed by growing pauses', () => {
  const { budget } = budgetAt()
  const eager = { ...policy, firstAtOnce: true }
  expect([1, 2, 3, 4].map(() => budget.next('a', eager))).toEqual([0, 2_000, 3_000, null])
})
