import { expect, test } from 'vitest'
import { group, namesOf, task, work } from './fixtures/scripted-group.ts'

/** The group captured on live workers: two connectors with three tasks, all on the first worker, a second one joins. */
function capturedGroup() {
  const captured = group({ maxDelayMs: 10_000, configured: ['sink1', 'sink1-0', 'sink1-1', 'src1', 'src1-0'] })
  captured.owned.set('m1', work())
  captured.round()
  captured.owned.set('m1', work('src1', 'sink1', 'src1-0', 'sink1-0', 'sink1-1'))
  captured.owned.set('m2', work())
  return captured
}

test('a second worker gets its share in two rounds (live generations 6 and 7)', () => {
  const captured = capturedGroup()
  expect(captured.round()).toMatchObject({ m1: '- src1 src1-0', m2: '' })
  expect(captured.round()).toMatchObject({ m1: '', m2: '+ src1 src1-0' })
  const settled = captured.round()
  expect(settled).toMatchObject({ m1: '', m2: '' })
  expect(settled.outcome.owners.ofConnector('src1')).toBe('http://m2/')
  expect(settled.outcome.owners.ofTask(task('sink1-1'))).toBe('http://m1/')
})

test('the work of a worker that stays away waits for the delay (live generations 16 and 17)', () => {
  const captured = capturedGroup()
  captured.round()
  captured.round()
  captured.owned.delete('m2')
  expect(captured.round()).toMatchObject({ m1: 'wait 10000' })
  captured.clock.time += 4_000
  const waiting = captured.round()
  expect(waiting).toMatchObject({ m1: 'wait 6000' })
  expect(waiting.outcome.owners.ofConnector('src1')).toBeUndefined()
  captured.clock.time += 6_000
  expect(captured.round()).toMatchObject({ m1: '+ src1 src1-0' })
  expect(captured.round()).toMatchObject({ m1: '' })
})

test('a worker that returns within the delay gets its work when the delay ends, not earlier', () => {
  const captured = capturedGroup()
  captured.round()
  captured.round()
  captured.owned.delete('m2')
  captured.round()
  captured.clock.time += 5_000
  captured.owned.set('m2-again', work())
  expect(captured.round()).toMatchObject({ m1: 'wait 5000', 'm2-again': 'wait 5000' })
  captured.clock.time += 5_000
  expect(captured.round()).toMatchObject({ m1: '', 'm2-again': '+ src1 src1-0' })
})

test('two workers that return within the delay each get the work they had', () => {
  const rolling = group({ maxDelayMs: 10_000, configured: ['a', 'a-0', 'a-1', 'b', 'b-0', 'c', 'c-0', 'c-1'] })
  for (const id of ['m1', 'm2', 'm3']) rolling.owned.set(id, work())
  rolling.round()
  const before = new Map(rolling.owned)
  expect([...before.values()].map(namesOf)).toEqual(['a a-0 c-0', 'b a-1 c-1', 'c b-0'])
  rolling.owned.delete('m2')
  rolling.owned.delete('m3')
  rolling.round()
  rolling.owned.set('m3-again', work())
  rolling.owned.set('m2-again', work())
  rolling.round()
  rolling.clock.time += 10_000
  expect(rolling.round()).toMatchObject({ m1: '', 'm2-again': '+ b a-1 c-1', 'm3-again': '+ c b-0' })
})

test('a returning worker never gets more than its share, the rest goes to the others at once', () => {
  const shrinking = group({ maxDelayMs: 10_000, configured: ['a', 'a-0', 'a-1', 'a-2', 'a-3', 'a-4', 'a-5'] })
  shrinking.owned.set('m1', work())
  shrinking.owned.set('m2', work())
  shrinking.round()
  shrinking.owned.delete('m2')
  shrinking.round()
  shrinking.owned.set('m2-again', work())
  shrinking.round()
  shrinking.configured = ['a', 'a-0', 'a-1', 'a-3', 'a-5']
  shrinking.clock.time += 10_000
  expect(shrinking.round()).toMatchObject({ m1: '+ a-5 - a-2 a-4', 'm2-again': '+ a-1 a-3' })
})

test('a worker that returns with its work ends the delay', () => {
  const captured = capturedGroup()
  captured.round()
  captured.round()
  const away = captured.owned.get('m2') ?? work()
  captured.owned.delete('m2')
  expect(captured.round()).toMatchObject({ m1: 'wait 10000' })
  captured.owned.set('m2-again', away)
  expect(captured.round()).toMatchObject({ m1: '', 'm2-again': '' })
})

test('nobody has to give up work while lost work waits', () => {
  const growing = group({ maxDelayMs: 10_000, configured: ['a', 'a-0', 'a-1', 'a-2', 'a-3', 'a-4', 'a-5'] })
  growing.owned.set('m1', work())
  growing.owned.set('m2', work())
  growing.round()
  growing.owned.delete('m2')
  growing.owned.set('m3', work())
  growing.owned.set('m4', work())
  expect(growing.round()).toMatchObject({ m1: 'wait 10000', m3: 'wait 10000', m4: 'wait 10000' })
  growing.clock.time += 10_000
  expect(growing.round()).toMatchObject({ m1: '- a-0', m3: '+ a-1 a-5', m4: '+ a-3' })
  expect(growing.round()).toMatchObject({ m1: '', m3: '', m4: '+ a-0' })
})

test('a returning worker that was given new work in the meantime gets only part of its old work', () => {
  const busy = group({ maxDelayMs: 10_000, configured: ['a', 'a-0', 'a-1', 'a-2', 'a-3'] })
  busy.owned.set('m1', work())
  busy.owned.set('m2', work())
  busy.round()
  busy.owned.delete('m2')
  busy.round()
  busy.owned.set('m2-again', work())
  busy.configured = [...busy.configured, 'a-4', 'a-5', 'a-6']
  // It is idle only before it gets new work; that it was makes it a candidate.
  expect(busy.round()).toMatchObject({ m1: 'wait 10000', 'm2-again': '+ a-4 a-5 a-6 wait 10000' })
  busy.clock.time += 10_000
  expect(busy.round()).toMatchObject({ m1: '+ a-3', 'm2-again': '+ a-1' })
})

test('a member that leaves between the two rounds of a move is waited for, unless another round comes first', () => {
  const captured = capturedGroup()
  captured.round()
  captured.owned.delete('m2')
  expect(captured.round()).toMatchObject({ m1: '+ src1 src1-0 wait 10000' })
  expect(captured.round()).toMatchObject({ m1: '' })
})

test('when a member did not follow a revocation, the members are believed, and what is lost counts as new', () => {
  const failing = group({ maxDelayMs: 10_000, configured: ['a', 'b', 'c', 'd'] })
  failing.owned.set('m1', work())
  failing.owned.set('m2', work())
  failing.round()
  failing.owned.delete('m2')
  failing.configured = ['a', 'b', 'd']
  expect(failing.round({ missedBy: ['m1'] })).toMatchObject({ m1: '- c wait 10000' })
  expect(failing.round()).toMatchObject({ m1: '+ b d - c' })
})

test('new work is assigned while lost work waits, and workers without work become candidates', () => {
  const captured = capturedGroup()
  captured.round()
  captured.round()
  captured.owned.delete('m2')
  captured.configured = [...captured.configured, 'new', 'new-0']
  expect(captured.round()).toMatchObject({ m1: '+ new new-0 wait 10000' })
})

test('without a delay lost work is assigned in the round that misses it', () => {
  const hasty = group({ maxDelayMs: 0, configured: ['a', 'b', 'a-0'] })
  hasty.owned.set('m1', work())
  hasty.owned.set('m2', work())
  hasty.round()
  expect(namesOf(hasty.owned.get('m2')!)).toBe('b')
  hasty.owned.delete('m2')
  expect(hasty.round()).toMatchObject({ m1: '+ b' })
})

test('a member that missed its assignment gets it in the next round without delay', () => {
  const unlucky = group({ maxDelayMs: 10_000, configured: ['a', 'b'] })
  unlucky.owned.set('m1', work())
  unlucky.owned.set('m2', work())
  expect(unlucky.round({ missedBy: ['m2'] })).toMatchObject({ m1: '+ a', m2: '+ b' })
  expect(unlucky.round()).toMatchObject({ m1: '', m2: '+ b' })
})

for (const { maxDelayMs, backoffs } of [
  { maxDelayMs: 300_000, backoffs: [40, 1_600, 64_000, 300_000, 300_000] },
  { maxDelayMs: 10_000, backoffs: [40, 1_600, 10_000, 10_000] },
  { maxDelayMs: 1_000, backoffs: [40, 1_000] },
]) {
  test(`rounds that revoke again and again wait longer and longer, up to ${maxDelayMs} ms`, () => {
    const configured = Array.from({ length: 60 }, (_, index) => `c-${index}`)
    const growing = group({ maxDelayMs, configured: ['c', ...configured] })
    growing.owned.set('m1', work())
    growing.round()
    const seen: number[] = []
    for (let joined = 2; seen.length < backoffs.length; joined += 2) {
      growing.owned.set(`m${joined}`, work())
      const revoking = growing.round()
      expect(revoking.outcome.assignments.get('m1')?.delayMs).toBe(0)
      expect(revoking.outcome.assignments.get('m1')?.revoked.tasks).not.toEqual([])
      growing.owned.set(`m${joined + 1}`, work())
      const delayed = growing.round().outcome.assignments.get('m1')
      expect(delayed?.revoked.tasks).toEqual([])
      seen.push(delayed?.delayMs ?? 0)
      growing.clock.time += delayed?.delayMs ?? 0
    }
    expect(seen).toEqual(backoffs)
  })
}

test('without a delay rounds may revoke again and again', () => {
  const growing = group({ maxDelayMs: 0, configured: ['c-0', 'c-1', 'c-2', 'c-3', 'c-4', 'c-5', 'c'] })
  growing.owned.set('m1', work())
  growing.round()
  growing.owned.set('m2', work())
  expect(growing.round()).toMatchObject({ m1: '- c-0 c-1 c-2' })
  growing.owned.set('m3', work())
  expect(growing.round()).toMatchObject({ m1: '- c-3', m2: '+ c-0 c-2', m3: '+ c-1' })
})

test('a balanced round after a revocation starts the back-off over', () => {
  const growing = group({ maxDelayMs: 10_000, configured: ['c', ...Array.from({ length: 60 }, (_, n) => `c-${n}`)] })
  growing.owned.set('m1', work())
  growing.round()
  const joinTwoInSuccession = (first: string, second: string) => {
    growing.owned.set(first, work())
    growing.round()
    growing.owned.set(second, work())
    const delayMs = growing.round().outcome.assignments.get('m1')?.delayMs ?? 0
    growing.clock.time += delayMs
    return delayMs
  }
  expect(joinTwoInSuccession('m2', 'm3')).toBe(40)
  growing.round()
  expect(growing.round()).toMatchObject({ m1: '' })
  expect(joinTwoInSuccession('m4', 'm5')).toBe(40)
})

test('what two members own is revoked from both and assigned to one', () => {
  const torn = group({ maxDelayMs: 10_000, configured: ['a', 'b', 'a-0', 'b-0'] })
  torn.owned.set('m1', work('a', 'a-0'))
  torn.owned.set('m2', work('b', 'a', 'b-0', 'a-0'))
  expect(torn.round()).toMatchObject({ m1: '- a a-0', m2: '- a a-0' })
  expect(torn.round()).toMatchObject({ m1: '+ a a-0', m2: '' })
})

test('deleted connectors are revoked, also by a leader that never knew them', () => {
  const shrinking = group({ maxDelayMs: 10_000, configured: ['a', 'b', 'a-0', 'b-0'] })
  shrinking.owned.set('m1', work())
  shrinking.round()
  shrinking.configured = ['a', 'a-0']
  expect(shrinking.round()).toMatchObject({ m1: '- b b-0' })

  const taken = group({ maxDelayMs: 10_000, configured: ['a'] })
  taken.owned.set('m1', work('a', 'gone', 'gone-0'))
  expect(taken.round()).toMatchObject({ m1: '- gone gone-0' })
})

test('members above the leader in the config topic make it refuse, and it forgets nothing by that', () => {
  const captured = capturedGroup()
  captured.round()
  captured.round()
  captured.owned.delete('m2')
  const refused = captured.round({ offsets: { m1: 7n } })
  expect(refused.outcome.assignments.get('m1')).toMatchObject({ error: 1, configOffset: 7n, delayMs: 0 })
  expect(refused.outcome.owners.ofConnector('sink1')).toBeUndefined()
  expect(captured.round()).toMatchObject({ m1: 'wait 10000' })
})

test('a leader with newer configs than its members assigns at its own offset', () => {
  const ahead = group({ maxDelayMs: 10_000, configured: ['a'] })
  ahead.owned.set('m1', work())
  expect(ahead.round({ configOffset: 8n }).outcome.assignments.get('m1')).toMatchObject({ error: 0, configOffset: 8n })
})

test('a generation the leader did not complete is forgotten: what nobody owns counts as new', () => {
  const captured = capturedGroup()
  captured.round()
  captured.round()
  captured.owned.delete('m2')
  expect(captured.round({ lastCompletedGeneration: 1 })).toMatchObject({ m1: '+ src1 src1-0' })
})
