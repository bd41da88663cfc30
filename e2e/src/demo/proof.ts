/** Compares what is in an index with what was written to its topic: by id and content, not by count. */
import { idOf, type StoredRecord, until } from '../harness/index.ts'
import { isDamaged } from './data-sets.ts'
import type { Stream } from './stream.ts'

export interface Proof {
  readonly produced: number
  readonly found: number
  /** Records in the dead letter queue, each counted once. */
  readonly deadLetters: number
  /** Records that are neither in the index nor dead letters. */
  readonly missing: number
  /** Documents beyond the one that each record may have. */
  readonly duplicated: number
  /** Documents that differ from their records, and dead letters that should be documents. */
  readonly wrong: number
}

/** Waits until as many documents and dead letters are there as records, or none has come for a while. */
export async function untilArrived(stream: Stream, onLook: () => void, quietMs = 60_000): Promise<void> {
  let seen = -1
  let seenAt = Date.now()
  await until(
    async () => {
      await stream.look()
      onLook()
      const arrived = stream.found + (await deadLetterIds(stream)).size
      if (arrived !== seen) seenAt = Date.now()
      seen = arrived
      return arrived >= stream.stored.length || Date.now() - seenAt > quietMs
    },
    { what: `the documents of ${stream.name}`, deadlineMs: 600_000, everyMs: 500 },
  )
}

export async function prove(stream: Stream): Promise<Proof> {
  const { stored, dataSet } = stream
  const deadIds = await deadLetterIds(stream)
  const documents = await stream.index.all()
  const recordsById = new Map(stored.map((record) => [idOf(record), record]))
  const indexed = new Set<string>()
  let duplicated = 0
  let wrong = 0
  for (const { id, source } of documents) {
    const record = recordsById.get(id)
    if (record === undefined || indexed.has(id) || deadIds.has(id)) duplicated++
    else if (isDamaged(record) || !dataSet.holds(source, record)) wrong++
    indexed.add(id)
  }
  for (const id of deadIds) {
    const record = recordsById.get(id)
    if (record === undefined || !isDamaged(record)) wrong++
  }
  const missing = [...recordsById.keys()].filter((id) => !indexed.has(id) && !deadIds.has(id)).length
  return { produced: stored.length, found: documents.length, deadLetters: deadIds.size, missing, duplicated, wrong }
}

/** Where the dead letters came from. A kill may have one written again, so ids count, not letters. */
async function deadLetterIds({ deadLetters }: Stream): Promise<Set<string>> {
  const letters = (await deadLetters?.all()) ?? []
  return new Set(letters.map(originOf))
}

function originOf({ headers }: StoredRecord): string {
  const [topic, partition, offset] = ['topic', 'partition', 'offset'].map((part) => headers[`__connect.errors.${part}`])
  return `${topic}+${partition}+${offset}`
}
