import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { deferred, memberIdRequired, memberOf, protocolError } from './fixtures/fake-coordinator.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const passMs = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** Starts a member and lets its first join go through, unless the script has it otherwise. */
async function started(script: Parameters<typeof memberOf>[0] = {}) {
  const group = memberOf(script)
  group.member.start()
  await passMs(0)
  return group
}
const rejoin = 'connect worker requested rejoin'

describe('joining', () => {
  test('the first join is asked for a member id, the second brings it', async () => {
    const { notes, member, generations } = await started({ joins: [memberIdRequired('m7')] })
    expect(notes).toEqual(['join as nobody', 'join as m7', 'sync with 0 assignments', 'assigned in 1'])
    expect(generations).toEqual([{ generation: 1, memberId: 'm7', isLeader: false, protocolVersion: 2 }])
    expect([member.current, member.isRebalancing]).toEqual([generations[0], false])
  })

  test('a leader hands in what its listener assigns', async () => {
    const { notes, member } = await started({ leads: true })
    expect(notes).toEqual(['join as nobody', 'sync with 1 assignments', 'assigned in 1'])
    expect(member.current?.isLeader).toBe(true)
  })

  test('a rebalance that begins meanwhile: joined again at once, under the same id', async () => {
    const joins = [memberIdRequired('m7'), null, protocolError(27)]
    const { notes } = await started({ joins, syncs: [protocolError(27)] })
    expect(notes).toEqual([
      ...['join as nobody', 'join as m7', 'sync with 0 assignments'],
      ...['join as m7', 'join as m7', 'sync with 0 assignments', 'assigned in 2'],
    ])
  })

  test.each([14, 15, 16])('while the coordinator is not there (%i), tries with growing pauses', async (code) => {
    const joins = Array.from({ length: 6 }, () => protocolError(code))
    const { notes } = await started({ joins })
    const tries: number[] = []
    for (let tick = 0; tick < 40; tick++) {
      tries.push(notes.filter((note) => note.startsWith('join')).length)
      await passMs(100)
    }
    // Pauses of 100, 200, 400, 800 and then 1000 ms
    expect([0, 1, 3, 7, 15, 25].map((tick) => tries[tick])).toEqual([1, 2, 3, 4, 5, 6])
    expect(notes.at(-1)).toBe('assigned in 1')
  })

  test('a failed connection is tried again as well', async () => {
    const { notes, logger } = await started({ joins: [new Error('connection refused')] })
    await passMs(100)
    expect(notes.at(-1)).toBe('assigned in 1')
    expect(logger.lines).toEqual(['info: joining the group failed, trying again'])
  })

  test.each([
    ['another protocol', 23],
    ['no group id', 24],
    ['a session timeout the broker refuses', 26],
    ['no permission', 30],
    ['a full group', 81],
  ])('%s ends the membership', async (_why, code) => {
    const { fatal, notes } = await started({ joins: [protocolError(code)] })
    await passMs(60_000)
    expect(notes).toEqual(['join as nobody'])
    expect(fatal).toHaveLength(1)
    expect(fatal[0]).toMatchObject({
      code: 'group.cannot_join',
      message: expect.stringMatching(/^this worker can't join its group: ./),
    })
  })

  test('the eager protocol stops everything before each further join', async () => {
    const { notes, member } = await started({ protocolName: 'default' })
    member.rejoinNow()
    await passMs(0)
    expect(notes.slice(3)).toEqual([
      ...['stop everything: rebalance of the eager protocol', `join as m1: ${rejoin}`],
      ...['sync with 0 assignments', 'assigned in 2'],
    ])
  })
})

describe('staying', () => {
  test('heartbeats at their interval, each counted', async () => {
    const { notes, member } = await started()
    await passMs(9_500)
    expect(notes.filter((note) => note === 'heartbeat of m1 in 1')).toHaveLength(3)
    expect([member.heartbeats, member.lastHeartbeatAt]).toEqual([3, Date.now() - 500])
  })

  test('reasons to rejoin that come together make one rejoin, and the generation holds until then', async () => {
    const { member, notes } = await started()
    const joins = () => notes.filter((note) => note.startsWith('join as')).length
    const { current } = member
    for (let passedMs = 0; passedMs < 480; passedMs += 40) {
      member.rejoinSoon()
      await passMs(40)
    }
    member.rejoinSoon()
    await passMs(19)
    expect([joins(), member.current]).toEqual([1, current])
    // Half a second after the first of them, though more have come since.
    await passMs(1)
    expect([joins(), member.current?.generation]).toEqual([2, 2])
  })

  test('a heartbeat that tells of a rebalance: joined again as the same member', async () => {
    const { notes } = await started({ heartbeats: [protocolError(27)] })
    await passMs(3_000)
    expect(notes.slice(3)).toEqual([
      ...['heartbeat of m1 in 1', `join as m1: ${rejoin}`, 'sync with 0 assignments', 'assigned in 2'],
    ])
  })

  test('the group no longer knows the member: told once, everything anew without an id', async () => {
    const group = await started({ heartbeats: [protocolError(25)] })
    group.joins.push(memberIdRequired('m8'))
    await passMs(3_000)
    expect(group.notes.slice(3)).toEqual([
      ...['heartbeat of m1 in 1', 'lost: the group no longer knows this member'],
      ...['join as nobody', 'join as m8', 'sync with 0 assignments', 'assigned in 2'],
    ])
  })

  test('a rejoin that finds the member unknown: told once, and joined without an id', async () => {
    const group = await started()
    group.joins.push(protocolError(25), memberIdRequired('m8'))
    group.member.rejoinNow()
    await passMs(0)
    expect(group.notes.slice(3)).toEqual([
      ...[`join as m1: ${rejoin}`, 'lost: the group no longer knows this member'],
      ...['join as nobody', 'join as m8', 'sync with 0 assignments', 'assigned in 2'],
    ])
  })

  test('another generation: lost, but still the same member', async () => {
    const { notes } = await started({ heartbeats: [protocolError(22)] })
    await passMs(3_000)
    expect(notes.slice(4, 6)).toEqual(['lost: the group has moved on to another generation', 'join as m1'])
  })

  test('heartbeats that fail are tried again until the session must be over', async () => {
    const gone = new Error('socket closed')
    const group = await started({ heartbeats: Array.from({ length: 20 }, () => gone) })
    group.joins.push(...Array.from({ length: 3 }, () => gone))
    await passMs(10_000)
    expect(group.notes.join()).not.toContain('lost')
    await passMs(2_500)
    expect(group.notes.filter((note) => note.startsWith('lost'))).toEqual([
      expect.stringMatching(/^lost: no heartbeat was answered for 1\d{4} ms$/),
    ])
    expect(group.member.current).toBeNull()
    await passMs(2_000)
    expect(group.notes.at(-1)).toBe('assigned in 2')
    expect(group.notes.filter((note) => note.startsWith('lost'))).toHaveLength(1)
  })

  test('a coordinator that stays away while the member rejoins: lost after the session timeout', async () => {
    const group = await started()
    group.joins.push(...Array.from({ length: 30 }, () => protocolError(15)))
    group.member.rejoinNow()
    await passMs(9_000)
    expect(group.notes.join()).not.toContain('lost')
    await passMs(3_000)
    expect(group.notes.filter((note) => note.startsWith('lost: no coordinator for '))).toHaveLength(1)
  })

  test('heartbeats go on while an assignment takes long to follow, the rejoin waits for it', async () => {
    const slow = deferred()
    const { notes, member } = await started({ listener: { onAssignment: () => slow.promise } })
    await passMs(6_000)
    member.rejoinNow()
    await passMs(6_000)
    expect(notes.slice(2)).toEqual(['heartbeat of m1 in 1', 'heartbeat of m1 in 1'])
    slow.resolve()
    await passMs(0)
    expect(notes[4]).toBe(`join as m1: ${rejoin}`)
  })

  test('a delayed rejoin happens in time, and not at all when it is taken back', async () => {
    const { notes, member } = await started()
    const joins = () => notes.filter((note) => note.startsWith('join')).length
    member.rejoinAfter(5_000)
    await passMs(4_999)
    expect(joins()).toBe(1)
    await passMs(1)
    expect(joins()).toBe(2)
    member.rejoinAfter(5_000)
    member.rejoinAfter(0)
    await passMs(60_000)
    expect(joins()).toBe(2)
  })

  test('an assignment that can’t be followed ends the membership', async () => {
    const broken = new Error('disk full')
    const { fatal } = await started({ listener: { onAssignment: () => Promise.reject(broken) } })
    expect(fatal).toEqual([broken])
  })
})
