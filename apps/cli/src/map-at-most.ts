/** As `Promise.all` of a map, with so many at work at a time: a cluster of 1,000 connectors is not asked all at once. */
export async function mapAtMost<Item, Result>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as Item)
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker))
  return results
}

/** Requests to a cluster. */
export const REQUESTS_AT_ONCE = 8
