import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SimulatedGroup } from './fixtures/simulated-group.ts'

// Events that can befall a group; each picks its worker or connector by number.
const eventKinds = [
  'join',
  'crash',
  'restart',
  'disconnect',
  'reconnect',
  'create',
  'delete',
  'resize',
  'advance',
  'forget',
  'round',
  'missed round',
  'settle',
] as const
type Event = { readonly kind: (typeof eventKinds)[number]; readonly pick: number; readonly tasks: number }

const event: fc.Arbitrary<Event> = fc.record({
  kind: fc.constantFrom(...eventKinds, 'round', 'join', 'create'),
  pick: fc.nat({ max: 50 }),
  tasks: fc.nat({ max: 6 }),
})

function apply(group: SimulatedGroup, { kind, pick, tasks }: Event): void {
  if (kind === 'join') group.join()
  else if (kind === 'crash') group.crash(pick)
  else if (kind === 'restart') group.restart(pick)
  else if (kind === 'disconnect') group.disconnect(pick)
  else if (kind === 'reconnect') group.reconnect(pick)
  else if (kind === 'create') group.createConnector(tasks)
  else if (kind === 'delete') group.deleteConnector(pick)
  else if (kind === 'resize') group.resizeConnector(pick, tasks)
  else if (kind === 'advance') group.advance(pick * 1_000)
  else if (kind === 'forget') group.forget()
  else if (kind === 'round') group.round()
  else if (kind === 'missed round') group.round([pick, tasks])
  else if (kind === 'settle') group.settle()
}

const maxDelayMs = fc.constantFrom(0, 30, 10_000, 300_000)
const history = fc.array(event, { maxLength: 30 })

/** A group that some history has led to. */
function groupAfter(delayMs: number, events: readonly Event[]): SimulatedGroup {
  const group = new SimulatedGroup(delayMs)
  group.join()
  for (const item of events) apply(group, item)
  if (group.members.size === 0) group.join()
  return group
}

function expectBalance(group: SimulatedGroup): void {
  const { connectors, tasks } = group.configured
  const owners = group.ownersByItem
  expect(owners.size).toBe(connectors.length + tasks.length)
  for (const [item, members] of owners) expect(members, item).toHaveLength(1)
  const works = [...group.members.values()].map(({ owned }) => owned)
  for (const counts of [works.map((work) => work.connectors.length), works.map((work) => work.tasks.length)]) {
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  }
}

test('whatever has happened, the group comes to rest with all work running once and evenly spread', () => {
  fc.assert(
    fc.property(maxDelayMs, history, (delayMs, events) => {
      const group = groupAfter(delayMs, events)
      expect(group.settle()).toBeLessThanOrEqual(6)
      expectBalance(group)
    }),
    { numRuns: 250 },
  )
})

test('a group at rest stays as it is', () => {
  fc.assert(
    fc.property(maxDelayMs, history, (delayMs, events) => {
      const group = groupAfter(delayMs, events)
      group.settle()
      const before = group.ownersByItem
      group.advance(1_000)
      expect(group.settle()).toBe(1)
      group.forget()
      expect(group.settle()).toBe(1)
      expect(group.ownersByItem).toEqual(before)
    }),
    { numRuns: 60 },
  )
})

/** How many items of one kind must leave workers that keep so many of `configured` items, for shares to be fair. */
function fewestMoves(keptByWorker: readonly number[], configured: number): number {
  const floor = Math.floor(configured / keptByWorker.length)
  const above = keptByWorker.filter((count) => count > floor)
  return above.reduce((sum, count) => sum + count - floor, 0) - Math.min(above.length, configured % keptByWorker.length)
}

test('nothing moves that need not: workers give up as little as fair shares allow', () => {
  const change = fc.array(
    fc.record({
      kind: fc.constantFrom('join' as const, 'crash' as const, 'create' as const, 'delete' as const, 'resize' as const),
      pick: fc.nat({ max: 50 }),
      tasks: fc.nat({ max: 6 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  fc.assert(
    fc.property(maxDelayMs, history, change, (delayMs, events, changes) => {
      const group = groupAfter(delayMs, events)
      group.settle()
      const before = new Map([...group.members].map(([id, { owned }]) => [id, owned]))
      for (const item of changes) apply(group, item)
      if (group.members.size === 0) return
      group.settle()

      const { configured } = group
      for (const kind of ['connectors', 'tasks'] as const) {
        const kept = [...group.members].map(([id, { owned }]) => {
          const earlier = before.get(id)?.intersection(configured)
          return { had: earlier?.[kind].length ?? 0, has: earlier?.intersection(owned)[kind].length ?? 0 }
        })
        const moved = kept.reduce((sum, { had, has }) => sum + had - has, 0)
        const needed = fewestMoves(
          kept.map(({ had }) => had),
          configured[kind].length,
        )
        expect(moved, kind).toBe(needed)
      }
    }),
    { numRuns: 150 },
  )
})

test('a worker that restarts within the delay has exactly its work again when the delay ends', () => {
  fc.assert(
    fc.property(history, fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 3 }), (events, picks) => {
      const group = groupAfter(10_000, events)
      for (let size = group.members.size; size < 3; size++) group.join()
      group.down.length = 0
      group.settle()
      const workByUrl = () =>
        Object.fromEntries([...group.members.values()].map(({ url, owned }) => [url, owned.sorted()]))
      const before = workByUrl()
      // The first member leads: with it, the memory of what was lost would go too.
      const leader = [...group.members.keys()][0]
      for (const pick of picks) {
        const others = group.members.size - 1
        if (others > 0) group.crash(1 + (pick % others))
      }
      expect([...group.members.keys()][0]).toBe(leader)
      group.round()
      while (group.down.length > 0) {
        group.advance(1_000)
        group.restart(0)
        group.round()
      }
      group.settle()
      expect(workByUrl()).toEqual(before)
    }),
    { numRuns: 150 },
  )
})
