import fc from 'fast-check'
import { expect, test } from 'vitest'
import { visibleRows } from './virtual-rows.ts'

test('every row in sight is drawn, and few others, however far the page is scrolled', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -500, max: 60_000 }),
      fc.integer({ min: 100, max: 2_000 }),
      fc.nat(1_000),
      (scrolled, height, count) => {
        const rowHeight = 44
        const { first, end } = visibleRows({ scrolled, height, rowHeight, count })
        expect(first).toBeGreaterThanOrEqual(0)
        expect(end).toBeLessThanOrEqual(count)
        expect(end - first).toBeLessThanOrEqual(Math.ceil(height / rowHeight) + 18)
        for (let row = 0; row < count; row++) {
          const top = row * rowHeight - Math.max(0, scrolled)
          if (top + rowHeight > 0 && top < height) expect(row >= first && row < end).toBe(true)
        }
      },
    ),
    { numRuns: 50 },
  )
})
