import { expect, test } from 'vitest'
import type { LogLevel } from './log-levels.ts'
import { LogRing } from './log-ring.ts'

const all = { level: 'all', connector: null } as const
const kept = (line: string, level: LogLevel = 'info', connector: string | null = null) => ({ line, level, connector })

test('the latest lines are kept, however many there were', () => {
  const ring = new LogRing(10)
  for (let number = 0; number < 1_000; number++) {
    ring.add(kept(String(number)))
    expect(ring.recent(all, 1)).toEqual([String(number)])
  }
  expect(ring.recent(all, 100)).toEqual(Array.from({ length: 10 }, (_, index) => String(990 + index)))
  expect(ring.recent(all, 2)).toEqual(['998', '999'])
  expect(ring.recent(all, 0)).toEqual([])
})

test('lines are chosen by level and connector, before they are counted', () => {
  const ring = new LogRing(10)
  ring.add(kept('a', 'error', 'orders'))
  ring.add(kept('b', 'warn', 'files'))
  ring.add(kept('c', 'info', 'orders'))
  ring.add(kept('d', 'debug'))
  expect(ring.recent({ level: 'warn', connector: null }, 10)).toEqual(['a', 'b'])
  expect(ring.recent({ level: 'all', connector: 'orders' }, 1)).toEqual(['c'])
})

test('long lines do not take more memory than the ring may', () => {
  const ring = new LogRing(1_000)
  for (let number = 0; number < 100; number++) ring.add(kept(`${number}`.padEnd(100_000, '.')))
  const lines = ring.recent(all, 1_000)
  expect(lines.length).toBeGreaterThan(20)
  expect(lines.length).toBeLessThanOrEqual(42)
  expect(lines.at(-1)).toMatch(/^99\./)
})

test('who follows is told what is wanted, until it ends', () => {
  const ring = new LogRing(10)
  const seen: string[] = []
  const end = ring.follow({ level: 'warn', connector: null }, (line) => void seen.push(line))
  ring.add(kept('a', 'info'))
  ring.add(kept('b', 'error'))
  end()
  ring.add(kept('c', 'error'))
  expect(seen).toEqual(['b'])
})
