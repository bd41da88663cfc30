/** Pages through several partitions at once, newest or oldest first, without remembering anything between pages. */

export type PageOrder = 'newest' | 'oldest'

/** What was looked through of a partition, and what of it belongs to the list. */
export interface Scanned<Item> {
  readonly partition: number
  /** In the order of offsets. */
  readonly candidates: readonly { readonly offset: number; readonly time: number; readonly item: Item }[]
  /** Offsets from `from` up to, not including, `to`. */
  readonly from: number
  readonly to: number
}

/**
 * Takes up to `limit` of the candidates, by time, each partition's in the order of its offsets. `next` has where each
 * partition goes on: newest first up to that offset, oldest first from it.
 */
export function takePage<Item>(
  scanned: readonly Scanned<Item>[],
  limit: number,
  order: PageOrder,
): { items: Item[]; next: Map<number, number> } {
  const items: Item[] = []
  const lists = scanned.map((part) => ({
    part,
    left: order === 'newest' ? [...part.candidates].reverse() : [...part.candidates],
    taken: 0,
  }))
  const sign = order === 'newest' ? 1 : -1
  while (items.length < limit) {
    let best: (typeof lists)[number] | null = null
    for (const list of lists) {
      const head = list.left[list.taken]
      const bestHead = best?.left[best.taken]
      if (head !== undefined && (bestHead === undefined || sign * (head.time - bestHead.time) > 0)) best = list
    }
    const head = best?.left[best.taken]
    if (best === null || head === undefined) break
    items.push(head.item)
    best.taken++
  }
  const next = new Map(
    lists.map(({ part, left, taken }) => {
      const untaken = left[taken]
      if (untaken === undefined) return [part.partition, order === 'newest' ? part.from : part.to]
      return [part.partition, order === 'newest' ? untaken.offset + 1 : untaken.offset]
    }),
  )
  return { items, next }
}

/** Where a page ends, for the request of the next: `newest:0-120,1-45`. */
export function pageToken(order: PageOrder, positions: ReadonlyMap<number, number>): string {
  return `${order}:${[...positions].map(([partition, offset]) => `${partition}-${offset}`).join(',')}`
}

/** Null for what is no such token. */
export function parsePageToken(token: string): { order: PageOrder; positions: ReadonlyMap<number, number> } | null {
  const [, order, list] = /^(newest|oldest):(\d{1,9}-\d{1,16}(?:,\d{1,9}-\d{1,16})*)$/.exec(token) ?? []
  if (order === undefined || list === undefined) return null
  const positions = list.split(',').map((pair): [number, number] => {
    const [partition, offset] = pair.split('-')
    return [Number(partition), Number(offset)]
  })
  return { order: order as PageOrder, positions: new Map(positions) }
}
