/**
 * Knows what may be committed. Each partition has a queue of spans in reading order; a span is the run of its records
 * that went into one bulk batch, and is done when the whole batch is. Nothing is kept per record.
 */
import type { PartitionOffset, TopicPartition } from '@penstock/core'

/** The records of one partition in one batch. */
export interface Span {
  readonly partition: PartitionProgress
  /** What the span belongs to; null once it is done: the owner holds much memory. */
  owner: object | null
  /** The lowest offset; read again from before, a partition may come to lower ones within one batch. */
  first: bigint
}

/** The state of one assigned partition. */
export class PartitionProgress {
  readonly topic: string
  readonly partition: number
  /** Offset of the latest record taken over from the framework; -1 before the first. */
  latest = -1n
  /** The record at {@link latest} was split: more parts of it may be to come. */
  #isSplit = false
  /** Taken away from this task: what is not written yet need not be. */
  revoked = false
  readonly #spans: Span[] = []

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  /**
   * Notes that `owner` now holds the record at `offset`. Returns a span when `owner` has none of this partition yet:
   * the owner keeps it and passes it to {@link complete}.
   */
  take(offset: bigint, owner: object, part: string | null = null): Span | null {
    this.latest = offset
    this.#isSplit = part !== null
    const last = this.#spans.at(-1)
    if (last !== undefined && last.owner === owner) {
      if (offset < last.first) last.first = offset
      return null
    }
    const span = { partition: this, owner, first: offset }
    this.#spans.push(span)
    return span
  }

  /** The offset after the records taken over. One that was split is not over. */
  get next(): bigint {
    return this.#isSplit ? this.latest : this.latest + 1n
  }

  /** A span's owner is through with it: written, refused and reported, or skipped. */
  complete(span: Span): void {
    span.owner = null
    while (this.#spans[0]?.owner === null) this.#spans.shift()
  }

  /** Offset below which everything is done. `consumed` is where the framework stands. */
  committable(consumed: bigint): bigint {
    // Any span may be the one: a partition that has lost its end on the broker may be read from its beginning again.
    return this.#spans.reduce((least, { owner, first }) => (owner !== null && first < least ? first : least), consumed)
  }
}

/** What the partitions of a task have under way. */
export class OffsetTracker {
  readonly #partitions = new Map<string, Map<number, PartitionProgress>>()

  /** The state of a partition; made when it is seen first. */
  partition(topic: string, partition: number): PartitionProgress {
    let byNumber = this.#partitions.get(topic)
    if (byNumber === undefined) {
      byNumber = new Map()
      this.#partitions.set(topic, byNumber)
    }
    let progress = byNumber.get(partition)
    if (progress === undefined) {
      progress = new PartitionProgress(topic, partition)
      byNumber.set(partition, progress)
    }
    return progress
  }

  /**
   * What may be committed of `consumed`. With `uptoLatest`, never beyond the records taken over: the framework is going
   * to put some of the consumed ones again.
   */
  committable(consumed: readonly PartitionOffset[], uptoLatest = false): PartitionOffset[] {
    const offsets: PartitionOffset[] = []
    for (const position of consumed) {
      const progress = this.#partitions.get(position.topic)?.get(position.partition)
      if (progress === undefined) {
        if (!uptoLatest && position.offset > 0n) offsets.push(position)
        continue
      }
      const limit = uptoLatest && progress.next < position.offset ? progress.next : position.offset
      const offset = progress.committable(limit)
      if (offset > 0n) offsets.push({ topic: position.topic, partition: position.partition, offset })
    }
    return offsets
  }

  /** Forgets partitions that were taken away; their batches still under way no longer count. */
  forget(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const progress = this.#partitions.get(topic)?.get(partition)
      if (progress !== undefined) progress.revoked = true
      this.#partitions.get(topic)?.delete(partition)
    }
  }
}
