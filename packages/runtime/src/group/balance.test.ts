import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dealEvenly, FairShare, surplusOf, takeFromFront } from './balance.ts'

const handsWith = (...counts: number[]) =>
  new Map(
    counts.map((count, worker) => [`m${worker}`, Array.from({ length: count }, (_, item) => `${worker}/${item}`)]),
  )
const countsOf = (hands: ReadonlyMap<string, readonly unknown[]>) => [...hands.values()].map((items) => items.length)

test('the first overloaded workers keep one extra item, the others are cut to the floor', () => {
  expect(surplusOf(handsWith(4, 4, 0), 8)).toEqual(
    new Map([
      ['m0', 1],
      ['m1', 1],
    ]),
  )
  expect(surplusOf(handsWith(4, 3, 0), 7)).toEqual(
    new Map([
      ['m0', 1],
      ['m1', 1],
    ]),
  )
  expect(surplusOf(handsWith(3, 2, 2), 7)).toEqual(new Map())
  expect(surplusOf(handsWith(0, 0), 7)).toEqual(new Map())
})

test('what a worker has had longest is taken first', () => {
  const hands = handsWith(3, 1)
  takeFromFront(hands, new Map([['m0', 2]]))
  expect(hands.get('m0')).toEqual(['0/2'])
})

test('items go to the least loaded workers, those that started lower first', () => {
  const hands = handsWith(2, 0, 1, 2)
  dealEvenly(['a', 'b', 'c', 'd', 'e'], hands)
  expect([...hands.values()]).toEqual([
    ['0/0', '0/1'],
    ['a', 'b', 'd'],
    ['2/0', 'c', 'e'],
    ['3/0', '3/1'],
  ])
})

test('after cutting the surplus and dealing the rest everybody has a fair share', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 8 }), fc.nat({ max: 9 }), (counts, added) => {
      const hands = handsWith(...counts)
      const total = counts.reduce((sum, count) => sum + count, added)
      takeFromFront(hands, surplusOf(hands, total))
      const left = total - countsOf(hands).reduce((sum, count) => sum + count, 0)
      dealEvenly(Array.from({ length: left }, String), hands)
      const { floor, extra } = new FairShare(total, counts.length)
      const sorted = countsOf(hands).toSorted((left, right) => right - left)
      expect(sorted).toEqual(counts.map((_, worker) => (worker < extra ? floor + 1 : floor)))
    }),
  )
})
