/**
 * The records of a source task that are on their way to Kafka, by source partition and in order. Only the offset of the
 * last one before the first that is not acknowledged may be stored: a crash may repeat records, it never loses them.
 */
import { type SourceOffset, type SourcePartition, stringifyJson } from '@penstock/core'

/** A position that may be stored. */
export interface StoredPosition {
  readonly partition: SourcePartition
  readonly offset: SourceOffset
}

interface Queue {
  readonly key: string
  submitted: Submitted[]
  /** Those before it are done with; they are cut off now and then, not one by one. */
  head: number
}

interface Submitted {
  readonly partition: SourcePartition
  readonly offset: SourceOffset
  acknowledged: boolean
}

const cutAfter = 1_000

export class SubmittedRecords {
  readonly #byPartition = new Map<string, Queue>()
  /** Acknowledged, not handed out by {@link takePositions} yet. */
  #positions = new Map<string, StoredPosition>()
  #pending = 0
  #lastKey: { partition: SourcePartition; key: string } | null = null
  #waiting: { atMost: number; resolve: () => void }[] = []

  /** How many are not acknowledged. */
  get pending(): number {
    return this.#pending
  }

  /** Takes a record that is sent now; call the answer once when it is acknowledged, or may be passed over. */
  submit(partition: SourcePartition, offset: SourceOffset): () => void {
    const key = this.#keyOf(partition)
    let queue = this.#byPartition.get(key)
    if (queue === undefined) {
      queue = { key, submitted: [], head: 0 }
      this.#byPartition.set(key, queue)
    }
    const to = queue
    const submitted: Submitted = { partition, offset, acknowledged: false }
    to.submitted.push(submitted)
    this.#pending++
    return () => {
      submitted.acknowledged = true
      this.#pending--
      this.#advance(to)
      this.#notify()
    }
  }

  /** The newest position of each source partition that has moved since the last call. */
  takePositions(): readonly StoredPosition[] {
    const positions = [...this.#positions.values()]
    this.#positions = new Map()
    return positions
  }

  /** Gives back positions that could not be stored; newer ones win. */
  putBack(positions: readonly StoredPosition[]): void {
    for (const position of positions) {
      const key = stringifyJson(position.partition)
      if (!this.#positions.has(key)) this.#positions.set(key, position)
    }
  }

  /** Resolves when no more than so many are unacknowledged, or when the signal aborts. */
  async untilPendingAtMost(atMost: number, signal: AbortSignal): Promise<void> {
    if (this.#pending <= atMost || signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiter = { atMost, resolve }
    this.#waiting.push(waiter)
    signal.addEventListener('abort', resolve as () => void, { once: true })
    await promise
    signal.removeEventListener('abort', resolve as () => void)
    this.#waiting = this.#waiting.filter((other) => other !== waiter)
  }

  #advance(queue: Queue): void {
    const { submitted } = queue
    let last: Submitted | undefined
    for (let next = submitted[queue.head]; next?.acknowledged === true; next = submitted[queue.head]) {
      last = next
      queue.head++
    }
    if (last === undefined) return
    this.#positions.set(queue.key, { partition: last.partition, offset: last.offset })
    if (queue.head === submitted.length) this.#byPartition.delete(queue.key)
    else if (queue.head >= cutAfter) {
      submitted.splice(0, queue.head)
      queue.head = 0
    }
  }

  /** Sources give the same object for the same partition, as a rule. */
  #keyOf(partition: SourcePartition): string {
    if (this.#lastKey?.partition !== partition) this.#lastKey = { partition, key: stringifyJson(partition) }
    return this.#lastKey.key
  }

  #notify(): void {
    for (const { atMost, resolve } of this.#waiting) if (this.#pending <= atMost) resolve()
  }
}
