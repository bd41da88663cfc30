import { expect, test } from 'vitest'
import { kafkaErrors } from '../kafka/protocol-errors.ts'
import type { GroupMemberCalls, JoinedGroup } from './group-calls.ts'
import { MeteredGroupCalls } from './metered-calls.ts'

const joined: JoinedGroup = { generation: 1, memberId: 'a', leader: 'a', protocolName: 'sessioned', members: [] }

/** Each call takes so long as is said before it, and fails where an error is given. */
function metered() {
  let now = 0
  let next: { tookMs: number; apiCode?: number } = { tookMs: 0 }
  const pass = async <T>(result: T): Promise<T> => {
    now += next.tookMs
    if (next.apiCode !== undefined) throw Object.assign(new Error('refused'), { apiCode: next.apiCode })
    return result
  }
  const calls: GroupMemberCalls = {
    join: () => pass(joined),
    sync: () => pass(Buffer.from('')),
    heartbeat: () => pass(undefined),
    leave: () => pass(undefined),
    close: () => pass(undefined),
  }
  const made = new MeteredGroupCalls(calls, { now: () => now })
  const set = (tookMs: number, apiCode?: number) => {
    next = apiCode === undefined ? { tookMs } : { tookMs, apiCode }
  }
  return { made, set }
}

test('a rebalance lasts from the first attempt to join until the assignment is there', async () => {
  const { made, set } = metered()
  set(5, kafkaErrors.memberIdRequired)
  await expect(made.join('', [], '')).rejects.toThrow()
  set(20)
  await made.join('a', [], '')
  set(10)
  await made.sync(joined, [])
  const { joins, syncs, rebalances, failedRebalances } = made.figures
  expect({ joins, syncs, rebalances, failedRebalances }).toEqual({
    joins: { sum: 20, count: 1, max: 20 },
    syncs: { sum: 10, count: 1, max: 10 },
    rebalances: { sum: 35, count: 1, max: 35 },
    failedRebalances: 0,
  })
})

test('a join or sync that the coordinator refuses is a failed rebalance, one that another member interrupts is not', async () => {
  const { made, set } = metered()
  set(1, kafkaErrors.coordinatorNotAvailable)
  await expect(made.join('', [], '')).rejects.toThrow()
  set(1, kafkaErrors.rebalanceInProgress)
  await expect(made.sync(joined, [])).rejects.toThrow()
  set(1, kafkaErrors.unknownMemberId)
  await expect(made.sync(joined, [])).rejects.toThrow()
  expect(made.figures).toMatchObject({ failedRebalances: 2, rebalances: { count: 0 } })
})

test('heartbeats that are answered are counted with the longest of them', async () => {
  const { made, set } = metered()
  set(3)
  await made.heartbeat(1, 'a')
  set(8)
  await made.heartbeat(1, 'a')
  set(90, kafkaErrors.illegalGeneration)
  await expect(made.heartbeat(1, 'a')).rejects.toThrow()
  expect(made.figures.heartbeats).toEqual({ sum: 11, count: 2, max: 8 })
})
