import { expect, test } from 'vitest'
import { StateShares } from './state-shares.ts'

test('a task counts as running from its making on, and for neither share while it has failed', () => {
  let now = 1_000
  const shares = new StateShares({ now: () => now }, false)
  expect(shares.now()).toEqual({ running: 1, paused: 0 })
  now += 50
  shares.enter('PAUSED')
  now += 30
  shares.enter('RUNNING')
  now += 10
  shares.enter('FAILED')
  now += 10
  expect(shares.now()).toEqual({ running: 0.6, paused: 0.3 })
})

test('a task that is made paused counts as paused', () => {
  let now = 0
  const shares = new StateShares({ now: () => now }, true)
  now += 20
  expect(shares.now()).toEqual({ running: 0, paused: 1 })
})
