import type { LogLine } from '@penstock/client'
import { expect, test } from 'vitest'
import { fieldsOf, keptLines, withLines } from './log-lines.ts'

const line = (message: string): LogLine => ({
  '@timestamp': '2026-01-31T00:00:00.000Z',
  level: 'INFO',
  logger: 'herder',
  message,
})

test('the oldest lines are forgotten, and numbers go on', () => {
  const full = withLines(
    [],
    Array.from({ length: keptLines }, (_, index) => line(String(index))),
  )
  const next = withLines(full, [line('new')])
  expect(next).toHaveLength(keptLines)
  expect(next.at(-1)).toEqual({ number: keptLines + 1, line: line('new') })
  expect(next[0]?.number).toBe(2)
})

test('what a line says besides its message is shown behind it', () => {
  expect(fieldsOf({ ...line('x'), connector: 'orders', task: 0, nothing: null, at: { offset: 1 } })).toBe(
    'connector=orders task=0 at={"offset":1}',
  )
})
