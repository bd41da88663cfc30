import { ConflictError } from '@penstock/core'
import { expect, test } from 'vitest'
import { NotLeaderError, UnavailableError } from './errors.ts'
import { JobQueue } from './job-queue.ts'
import { LeaderGate } from './leader-gate.ts'

/** A group that the test rebalances; the clock moves by a step with each look at it. */
function group({ timeoutMs = 1_000, stepMs = 1 } = {}) {
  const state = { rebalancing: false, leader: true, confirmations: [] as boolean[], now: 0 }
  const clock = {
    now: () => {
      state.now += stepMs
      return state.now
    },
  }
  const gate = new LeaderGate({
    jobs: new JobQueue(clock),
    clock,
    timeoutMs,
    duties: () => ({ isLeader: state.leader, leaderUrl: 'http://leader:8083/' }),
    membership: () => ({
      get isRebalancing() {
        return state.rebalancing
      },
      confirm: async () => state.confirmations.shift() ?? true,
    }),
  })
  return { gate, state }
}

test('a job waits until the first assignment is followed and no rebalance is under way', async () => {
  const { gate, state } = group({ timeoutMs: 60_000 })
  state.rebalancing = true
  const done = gate.asLeader('writing', async () => 'written')
  gate.settled()
  expect(await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 60, 'waits'))])).toBe('waits')
  state.rebalancing = false
  expect(await done).toBe('written')
})

test('a job is given up with a conflict when no calm comes in time', async () => {
  const { gate } = group({ timeoutMs: 100, stepMs: 60 })
  await expect(gate.asLeader('writing', async () => 'written')).rejects.toThrow(ConflictError)
  expect(await gate.confirmed()).toBe(false)
})

test('a generation that the coordinator does not confirm is waited out, and the job runs once', async () => {
  const { gate, state } = group()
  gate.settled()
  state.confirmations = [false, false, true]
  let runs = 0
  await gate.asLeader('writing', async () => ++runs)
  expect({ runs, left: state.confirmations }).toEqual({ runs: 1, left: [] })
})

test('a follower is told who leads', async () => {
  const { gate, state } = group()
  gate.settled()
  state.leader = false
  const refused = await gate.asLeader('writing', async () => 'written').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(NotLeaderError)
  expect(refused).toMatchObject({ leaderUrl: 'http://leader:8083/' })
})

test('whoever waits is told that the worker is stopping', async () => {
  const { gate } = group({ timeoutMs: 60_000 })
  const waiting = gate.asLeader('writing', async () => 'written')
  gate.close()
  await expect(waiting).rejects.toThrow(UnavailableError)
})
