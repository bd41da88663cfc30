import { expect, test } from 'vitest'
import { FairShare } from './balance.ts'
import { handBack, LostAssignments } from './lost-assignments.ts'
import { RebalanceDelay } from './rebalance-delay.ts'
import { RevocationPacing } from './revocation-pacing.ts'

const loss = { isAnyLost: true, previousMembers: ['m1', 'm2'], members: new Set(['m1', 'm3']), idle: [] as string[] }

function lostAssignments() {
  const delay = new RebalanceDelay(10_000)
  return { delay, lost: new LostAssignments(delay, new RevocationPacing(delay)) }
}

test('members that were idle during the delay are candidates when it ends, if they are still there', () => {
  const { lost, delay } = lostAssignments()
  expect(lost.decide({ ...loss, idle: ['m4'], now: 0 })).toEqual({ wait: true, candidates: [] })
  lost.decide({ ...loss, idle: ['m3'], now: 9_999 })
  expect(delay.remainingMs).toBe(1)
  expect(lost.decide({ ...loss, now: 10_000 })).toEqual({ wait: false, candidates: ['m3'] })
  expect(delay.remainingMs).toBe(0)
})

test('candidates of one delay are none in the next', () => {
  const { lost } = lostAssignments()
  lost.decide({ ...loss, idle: ['m3'], now: 0 })
  lost.decide({ ...loss, now: 10_000 })
  lost.decide({ ...loss, now: 20_000 })
  expect(lost.decide({ ...loss, now: 30_000 })).toEqual({ wait: false, candidates: [] })
})

test('a clock that is set back does not prolong the delay beyond its maximum', () => {
  const { lost, delay } = lostAssignments()
  lost.decide({ ...loss, now: 1_000_000 })
  lost.decide({ ...loss, now: 0 })
  expect(delay.remainingMs).toBe(10_000)
  expect(lost.decide({ ...loss, now: 10_000 })).toMatchObject({ wait: false })
})

test('work goes back where it came from, the rest in turn', () => {
  const hands = new Map<string, string[]>([
    ['m1', ['x', 'y']],
    ['m2', []],
    ['m3', []],
  ])
  const left = handBack(['a', 'b', 'c', 'd', 'e'], {
    hands,
    share: new FairShare(7, 3),
    candidates: ['m2', 'm3'],
    formerOwner: (item) => (item === 'b' || item === 'd' ? 'm3' : undefined),
  })
  expect(Object.fromEntries(hands)).toEqual({ m1: ['x', 'y'], m2: ['a', 'e'], m3: ['b', 'd', 'c'] })
  expect(left).toEqual([])
})

test('without room for a candidate lost work is left for everybody', () => {
  const hands = new Map<string, string[]>([
    ['m1', []],
    ['m2', ['x', 'y']],
  ])
  const share = new FairShare(3, 2)
  const left = handBack(['a'], { hands, share, candidates: ['m2', 'm9'], formerOwner: () => 'm2' })
  expect(left).toEqual(['a'])
})
