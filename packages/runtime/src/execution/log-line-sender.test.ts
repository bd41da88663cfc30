import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LogLevel } from '../telemetry/log-levels.ts'
import { LogLineSender } from './log-line-sender.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start() {
  const sent: string[][] = []
  const sender = new LogLineSender((lines) => void sent.push(lines.map(({ line }) => line)))
  const log = (line: string, level: LogLevel = 'info') => sender.add({ line, level, connector: null })
  return { sent, log }
}

test('lines are sent together, a few times a second', () => {
  const { sent, log } = start()
  log('a')
  log('b')
  expect(sent).toEqual([])
  vi.advanceTimersByTime(200)
  expect(sent).toEqual([['a', 'b']])
  vi.advanceTimersByTime(1_000)
  expect(sent).toHaveLength(1)
})

test('an error is sent at once, with what came before', () => {
  const { sent, log } = start()
  log('a')
  log('b', 'error')
  expect(sent).toEqual([['a', 'b']])
})

test('of too many at once some are left out, and a line says so', () => {
  const { sent, log } = start()
  for (let number = 0; number < 10_000; number++) log(String(number))
  vi.advanceTimersByTime(200)
  expect(sent[0]).toHaveLength(501)
  expect(sent[0]?.at(-1)).toContain('9500 lines are left out here')
})

test('errors too are left out where there are too many of them', () => {
  const { sent, log } = start()
  for (let number = 0; number < 10_000; number++) log(String(number), 'error')
  expect(sent).toHaveLength(500)
  vi.advanceTimersByTime(200)
  expect(sent).toHaveLength(501)
  expect(sent.at(-1)).toEqual([expect.stringContaining('9500 lines are left out here')])
  log('later', 'error')
  expect(sent.at(-1)).toEqual(['later'])
})
