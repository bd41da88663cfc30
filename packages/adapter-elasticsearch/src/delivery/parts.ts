/** What of a batch goes out in one request: all of it at first, then less, by limits, retries and partitions that are gone. */
import type { Batch } from './batch.ts'
import type { Limits } from './limits.ts'

export interface Part {
  readonly items: readonly number[]
  readonly bytes: Buffer
}

// Most batches are full, and all full ones have the same list.
let latestItems: readonly number[] = []
export function allItems(count: number): readonly number[] {
  if (latestItems.length !== count) latestItems = Array.from({ length: count }, (_, item) => item)
  return latestItems
}

export function partOf(batch: Batch, items: readonly number[]): Part {
  return { items, bytes: batch.body.pick(items) }
}

/**
 * The items by turns, none of which has a document twice. For writes of which a repetition does harm: when one fails that
 * a later one of its document depends on, the later one must not have been made yet.
 */
export function turnsOf(batch: Batch, items: readonly number[]): readonly (readonly number[])[] {
  const turns: number[][] = []
  const turnOf = new Map<string, number>()
  for (const item of items) {
    const id = batch.ids[item] as string
    const turn = turnOf.get(id) ?? 0
    turnOf.set(id, turn + 1)
    const others = turns[turn]
    if (others === undefined) turns.push([item])
    else others.push(item)
  }
  return turns
}

export function halveFirst(batch: Batch, parts: Part[]): void {
  const items = parts[0]?.items ?? []
  const middle = items.length >> 1
  parts.splice(0, 1, partOf(batch, items.slice(0, middle)), partOf(batch, items.slice(middle)))
}

/** Limits may have come down since the batch was made; a little more than they say is not worth a copy. */
export function fitLimits(batch: Batch, parts: Part[], { documents, bytes }: Limits): void {
  const tooLarge = ({ items, bytes: body }: Part): boolean =>
    items.length > 1 && (items.length > documents * 1.5 || body.length > bytes * 1.5)
  while (parts[0] !== undefined && tooLarge(parts[0])) halveFirst(batch, parts)
}

/** Partitions that went to another task are its affair; writing them late could undo what it writes. */
export function dropRevoked(batch: Batch, parts: Part[]): void {
  const kept = parts
    .map((part) => part.items.filter((item) => !batch.isRevoked(item)))
    .filter((items) => items.length > 0)
    .map((items) => partOf(batch, items))
  parts.splice(0, parts.length, ...kept)
}

/**
 * The items to send again. Where order matters, later items of the same document go along with a failed one even if
 * they got through: sent alone, the failed one would overwrite them. Those that are `over`, which changed nothing,
 * stay behind: a refused one is reported already.
 */
export function toSendAgain(
  batch: Batch,
  items: readonly number[],
  again: ReadonlySet<number>,
  over: ReadonlySet<number>,
): readonly number[] {
  if (again.size === 0) return []
  if (batch.ids.length === 0) return items.filter((item) => again.has(item))
  const behind = new Set<string>()
  return items.filter((item) => {
    const id = batch.ids[item] as string
    if (again.has(item)) behind.add(id)
    return behind.has(id) && !over.has(item)
  })
}
