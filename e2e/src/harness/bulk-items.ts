/** Takes items out of a bulk request and puts their refusal into its answer. */

export interface BulkAnswer {
  errors: boolean
  items: Record<string, object>[]
}

export interface SplitBulk {
  /** The request without the refused items. */
  readonly kept: Buffer
  /** Adds the refused items, at their places, to the answer to `kept`. */
  merge(answer: BulkAnswer): BulkAnswer
}

export interface ItemError {
  readonly type: string
  readonly reason: string
}

interface Item {
  readonly action: string
  readonly target: { _index?: string; _id?: string }
  readonly bytes: Buffer
}

const LINE_FEED = 10

export function rejectItems(
  body: Buffer,
  rejects: () => boolean,
  { status, error }: { status: number; error: ItemError },
): SplitBulk {
  const items = itemsOf(body).map((item) => ({ ...item, rejected: rejects() }))
  return {
    kept: Buffer.concat(items.filter(({ rejected }) => !rejected).map(({ bytes }) => bytes)),
    merge: (answer) => {
      const answered = answer.items[Symbol.iterator]()
      const merged = items.map(({ action, target, rejected }) =>
        rejected ? { [action]: { ...target, status, error } } : (answered.next().value as Record<string, object>),
      )
      return { ...answer, errors: answer.errors || items.some(({ rejected }) => rejected), items: merged }
    },
  }
}

export const rejectedItem: ItemError = {
  type: 'es_rejected_execution_exception',
  reason: 'rejected by the fault proxy',
}

function itemsOf(body: Buffer): Item[] {
  const items: Item[] = []
  for (let start = 0; start < body.length; ) {
    let end = lineEnd(body, start)
    const [entry] = Object.entries(JSON.parse(body.toString('utf8', start, end)) as Record<string, Item['target']>)
    if (!entry) throw new Error('an action line without an action')
    const [action, target] = entry
    if (action !== 'delete') end = lineEnd(body, end)
    items.push({ action, target, bytes: body.subarray(start, end) })
    start = end
  }
  return items
}

/** Behind the line feed that ends the line. */
function lineEnd(body: Buffer, start: number): number {
  const end = body.indexOf(LINE_FEED, start)
  return end < 0 ? body.length : end + 1
}
