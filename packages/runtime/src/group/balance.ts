/**
 * Fair shares: with N items and W workers, N mod W workers run one item more than the N/W (rounded down) of the others.
 * Connectors and tasks are balanced apart, so everything here is about one kind. `Hands` holds the items of each worker
 * by member id; walking it visits the workers in its own order.
 * @module
 */
import { compareNames } from './assignment.ts'

/** The items of one kind that each worker has, by member id. */
export type Hands<T> = Map<string, T[]>

/** How many items each worker runs when `count` of them are shared fairly by `workers`. */
export class FairShare {
  readonly floor: number
  /** How many workers run one more than `floor`. */
  readonly extra: number

  constructor(count: number, workers: number) {
    this.floor = Math.floor(count / workers)
    this.extra = count % workers
  }
}

/**
 * How many items must be taken from overloaded workers, by member id, so that `count` configured items can be shared
 * fairly. They are as few as possible: the first workers above the floor keep one extra item.
 */
export function surplusOf<T>(hands: ReadonlyMap<string, readonly T[]>, count: number): Map<string, number> {
  const { floor, extra } = new FairShare(count, hands.size)
  const surplus = new Map<string, number>()
  let extrasLeft = extra
  for (const [member, items] of hands) {
    if (items.length <= floor) continue
    const allowed = extrasLeft-- > 0 ? floor + 1 : floor
    if (items.length > allowed) surplus.set(member, items.length - allowed)
  }
  return surplus
}

/** Takes so many items from the front of each worker's list: what it has had longest goes first. */
export function takeFromFront<T>(hands: Hands<T>, countsByMember: ReadonlyMap<string, number>): void {
  for (const [member, count] of countsByMember) hands.get(member)?.splice(0, count)
}

/**
 * Deals `items` in their order to the workers with the fewest: one each to those that share the lowest count, until they
 * level with the next. Among equals, those that started lower come first, then lower member ids.
 */
export function dealEvenly<T>(items: readonly T[], hands: Hands<T>): void {
  const byLoad = [...hands].toSorted(
    ([leftId, left], [rightId, right]) => left.length - right.length || compareNames(leftId, rightId),
  )
  const lowest = byLoad[0]?.[1]
  const waiting = items[Symbol.iterator]()
  let item = waiting.next()
  while (lowest !== undefined && !item.done) {
    const level = lowest.length
    for (const [, hand] of byLoad) {
      if (hand.length > level || item.done) break
      hand.push(item.value)
      item = waiting.next()
    }
  }
}
