import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Dice } from './dice.ts'

test('a record has its numbers whatever was made before it', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat({ max: 1000 }), fc.array(fc.maxSafeNat()), (seed, task, indexes) => {
      const used = new Dice(seed, task)
      for (const index of indexes) {
        const fresh = new Dice(seed, task).forRecord(index)
        used.forRecord(index)
        for (let i = 0; i < 5; i++) expect(used.bits()).toBe(fresh.bits())
      }
    }),
  )
})

test('whole numbers stay within their bounds and reach both', () => {
  const dice = new Dice(0, 0)
  const seen = new Set(Array.from({ length: 1000 }, (_, i) => dice.forRecord(i).integer(-2, 2)))
  expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2])
  for (let i = 0; i < 1000; i++) {
    const large = dice.forRecord(i).integer(0, Number.MAX_SAFE_INTEGER)
    expect(Number.isSafeInteger(large) && large >= 0).toBe(true)
  }
})

test('numbers of neighbouring records are spread evenly', () => {
  const dice = new Dice(3, 1)
  const buckets = new Array<number>(10).fill(0)
  for (let i = 0; i < 100_000; i++) buckets[Math.floor(dice.forRecord(i).fraction() * 10)]!++
  for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(500)
})

test('no two records of a million are alike', () => {
  const dice = new Dice(0, 0)
  const seen = new Set<number>()
  for (let i = 0; i < 1_000_000; i++) seen.add(dice.forRecord(i).fraction() + dice.fraction() / 2 ** 20)
  expect(seen.size).toBeGreaterThan(999_990)
})
