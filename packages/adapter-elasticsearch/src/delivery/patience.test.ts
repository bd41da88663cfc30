import { expect, test } from 'vitest'
import { Patience, type Setback } from './patience.ts'

const settings = { maxRetries: 2, holdMs: 10_000, backoffMs: 0, maxBackoffMs: 0 }
const setback = (trouble: Setback['trouble'], asksForPatience = false): Setback => ({
  ...{ trouble, asksForPatience, reason: 'why', retryAfterMs: 0 },
})
const down = setback('unreachable')
const full = setback('overloaded', true)
const again = { kind: 'again', waitMs: 0, isHeld: false }
const held = { ...again, isHeld: true }

test('after the retries a batch is held, and given up once nothing got through for the time that it may take', () => {
  const patience = new Patience(settings)
  const at = [0, 100, 200, 9_999, 10_000]
  expect(at.map((now) => patience.after(down, now))).toEqual([
    ...[again, again, held, held],
    { kind: 'given-up', attempts: 5 },
  ])
})

test('a batch with retries left is held after half of that time, and not given up', () => {
  const patience = new Patience({ ...settings, maxRetries: 100 })
  expect([0, 4_999, 5_000, 60_000].map((now) => patience.after(down, now))).toEqual([again, again, held, held])
})

test('what asks for patience is given it without end, and what comes after it its own time', () => {
  const patience = new Patience(settings)
  for (let now = 0; now <= 3_600_000; now += 60_000) expect(patience.after(full, now).kind).toBe('again')
  expect(patience.after(down, 3_660_000)).toEqual(held)
  expect(patience.after(down, 3_669_999)).toEqual(held)
  expect(patience.after(down, 3_670_000).kind).toBe('given-up')
})

test('conflicts are given up after their retries, whatever else there was', () => {
  const patience = new Patience(settings)
  const conflict = setback('conflict')
  expect([conflict, down, conflict, conflict].map((next) => patience.after(next, 0))).toEqual([
    ...[again, again, held],
    { kind: 'given-up', attempts: 3 },
  ])
})

test('with whatever gets through everything begins anew', () => {
  const patience = new Patience(settings)
  for (const now of [0, 100, 200]) patience.after(down, now)
  patience.progressed()
  expect(patience.after(down, 60_000)).toEqual(again)
})

test('the pauses grow, and Retry-After is honoured', () => {
  const patience = new Patience({ ...settings, backoffMs: 1, maxBackoffMs: 4 })
  expect(patience.after({ ...full, retryAfterMs: 2_000 }, 0)).toMatchObject({ waitMs: 2_000 })
  const { kind, waitMs } = patience.after(down, 0) as { kind: string; waitMs: number }
  expect([kind, waitMs <= 4]).toEqual(['again', true])
})
