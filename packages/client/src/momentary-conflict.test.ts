import { expect, test } from 'vitest'
import { isMomentaryConflict } from './momentary-conflict.ts'

test.each([
  'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
  'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.',
  'Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)',
])('"%s" is over in a moment', (message) => {
  expect(isMomentaryConflict(message)).toBe(true)
})

test('a name that is taken is final, also one that speaks of rebalances', () => {
  expect(isMomentaryConflict('Connector rebalance already exists')).toBe(false)
})
