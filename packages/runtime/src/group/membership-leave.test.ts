/** Leaving in every situation, and asking whether a generation still holds. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { deferred, memberOf, protocolError } from './fixtures/fake-coordinator.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const passMs = (ms: number) => vi.advanceTimersByTimeAsync(ms)

async function started(script: Parameters<typeof memberOf>[0] = {}) {
  const group = memberOf(script)
  group.member.start()
  await passMs(0)
  return group
}

test('a member leaves at once and does nothing afterwards', async () => {
  const { member, notes, fatal } = await started()
  await member.leave('shutdown')
  await member.leave('again')
  member.rejoinNow()
  await passMs(60_000)
  expect(notes.slice(3)).toEqual(['leave as m1', 'close'])
  expect(fatal).toEqual([])
})

test('leaving while the group gathers ends the wait', async () => {
  const { member, notes, fatal } = await started({ joins: [deferred().promise] })
  await member.leave('shutdown')
  expect(notes).toEqual(['join as nobody', 'close'])
  expect(fatal).toEqual([])
})

test('leaving during a rejoin gives the member id back', async () => {
  const group = await started()
  group.joins.push(deferred().promise)
  group.member.rejoinNow()
  await passMs(0)
  await group.member.leave('shutdown')
  expect(group.notes.slice(4)).toEqual(['leave as m1', 'close'])
  expect(group.fatal).toEqual([])
})

test('leaving while joins fail does not wait for the next attempt', async () => {
  const { member, notes } = await started({ joins: Array.from({ length: 9 }, () => protocolError(15)) })
  await member.leave('shutdown')
  expect(notes).toEqual(['join as nobody', 'close'])
})

test('leaving waits for an assignment that is being followed', async () => {
  const slow = deferred()
  const { member, notes } = await started({ listener: { onAssignment: () => slow.promise } })
  let left = false
  void member.leave('shutdown').then(() => {
    left = true
  })
  await passMs(1_000)
  expect([notes.at(-1), left]).toEqual(['close', false])
  slow.resolve()
  await passMs(0)
  expect(left).toBe(true)
})

test('what fails because the member leaves is not fatal', async () => {
  const slow = deferred()
  const { member, fatal } = await started({ listener: { onAssignment: () => slow.promise } })
  const left = member.leave('shutdown')
  slow.reject(new Error('stopping'))
  await left
  expect(fatal).toEqual([])
})

test('nothing keeps the process alive once a member has left', async () => {
  const { member } = await started()
  await member.leave('shutdown')
  member.rejoinAfter(300_000)
  expect(vi.getTimerCount()).toBe(0)
})

test('a generation is confirmed by a heartbeat', async () => {
  const { member, notes } = await started()
  expect(await member.confirm()).toBe(true)
  expect(notes.at(-1)).toBe('heartbeat of m1 in 1')
  expect(member.heartbeats).toBe(1)
})

test('a member that only slept learns by its confirmation that it is out, and joins anew', async () => {
  const { member, notes } = await started({ heartbeats: [protocolError(25)] })
  expect(await member.confirm()).toBe(false)
  expect(member.current).toBeNull()
  await passMs(0)
  expect(notes.slice(4, 6)).toEqual(['lost: the group no longer knows this member', 'join as nobody'])
})

test('nothing is confirmed while the group rebalances', async () => {
  const { member, notes } = await started({ joins: [deferred().promise] })
  expect(await member.confirm()).toBe(false)
  expect(notes).toEqual(['join as nobody'])
})
