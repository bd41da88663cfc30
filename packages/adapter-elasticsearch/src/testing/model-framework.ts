/**
 * The framework as a sink task sees it: two partitions of a topic `orders` are read, put and committed, and go and come
 * back. It has no thread of its own: a test says what happens next.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { isRetriable, type SinkRecord, type TopicPartition } from '@penstock/core'
import { expect } from 'vitest'
import type { ElasticsearchSinkTask } from '../sink-task.ts'

export const partitions = [0, 1] as const
export type Partition = (typeof partitions)[number]

export interface ModelTopic {
  /** The offset of the next record that is written. */
  end(partition: Partition): number
  /** The record that is there, or what it was split into; each time anew, as reading does. */
  read(partition: Partition, offset: number): readonly SinkRecord[]
}

export interface FrameworkParts {
  readonly task: Pick<ElasticsearchSinkTask, 'put' | 'preCommit' | 'close'>
  readonly topic: ModelTopic
  /**
   * Asks about records that the task could not take, too, when it asks what may be committed. The real one leaves them
   * out, but this task bears it: it keeps track of what it has taken over.
   */
  readonly namesPending: boolean
  /** All below `offset` is committed. */
  readonly onCommit: (partition: Partition, offset: number) => void
}

interface Position {
  /** Next offsets after what was polled, and put; null where nothing was since the partition came. */
  polled: number | null
  put: number | null
  committed: number
}

/** The real one waits so long before it puts again what a task could not take. */
const redeliveryMs = 500
/** Without faults a task needs two or three. */
const mostRounds = 20

export class ModelFramework {
  readonly #parts: FrameworkParts
  readonly #positions: Readonly<Record<Partition, Position>> = { 0: newPosition(), 1: newPosition() }
  /** What the task could not take comes again as the same objects. */
  #pending: readonly SinkRecord[] = []

  constructor(parts: FrameworkParts) {
    this.#parts = parts
  }

  /** False when the task could not take the records. */
  async put(): Promise<boolean> {
    if (this.#pending.length === 0) this.#pending = this.#poll()
    try {
      await this.#parts.task.put(this.#pending)
    } catch (error) {
      if (!isRetriable(error)) throw error
      return false
    }
    this.#pending = []
    for (const position of Object.values(this.#positions)) position.put = position.polled
    return true
  }

  #poll(): SinkRecord[] {
    const { topic } = this.#parts
    const records: SinkRecord[] = []
    for (const partition of partitions) {
      const position = this.#positions[partition]
      for (let offset = position.polled ?? position.committed; offset < topic.end(partition); offset++) {
        records.push(...topic.read(partition, offset))
        position.polled = offset + 1
      }
    }
    return records
  }

  /** Commits what the task says is done. */
  async commit(options: { readonly closing: boolean }, wanted: readonly Partition[] = partitions): Promise<void> {
    const consumed = wanted.flatMap((partition) => {
      const { polled, put } = this.#positions[partition]
      const next = this.#parts.namesPending ? polled : put
      return next === null ? [] : [{ ...named(partition), offset: BigInt(next) }]
    })
    if (consumed.length === 0) return
    const done = await this.#parts.task.preCommit(consumed, options)
    for (const partition of wanted) {
      const offset = Number(done.find((named) => named.partition === partition)?.offset ?? 0)
      const position = this.#positions[partition]
      expect(offset, `what may be committed of partition ${partition}`).toBeLessThanOrEqual(position.polled ?? 0)
      if (offset <= position.committed) continue
      position.committed = offset
      this.#parts.onCommit(partition, offset)
    }
  }

  /** Partitions go in good order, and come back at once. */
  async rebalance(wanted: readonly Partition[]): Promise<void> {
    await this.commit({ closing: true }, wanted)
    this.lose(wanted)
  }

  /** Partitions are found gone, and come back at once. */
  lose(wanted: readonly Partition[]): void {
    this.#parts.task.close(wanted.map(named))
    this.#pending = this.#pending.filter((record) => !wanted.some((partition) => partition === record.partition))
    for (const partition of wanted) {
      this.#positions[partition].polled = null
      this.#positions[partition].put = null
    }
  }

  /** Goes on until everything is committed. */
  async finish(): Promise<void> {
    for (let round = 0; round < mostRounds && this.#lag() > 0; round++) {
      if (await this.put()) await this.commit({ closing: true })
      else await delay(redeliveryMs)
    }
    expect(this.#lag(), 'how far the commits are behind in the end').toBe(0)
  }

  #lag(): number {
    const { topic } = this.#parts
    const lags = partitions.map((partition) => topic.end(partition) - this.#positions[partition].committed)
    return Math.max(...lags)
  }
}

function newPosition(): Position {
  return { polled: null, put: null, committed: 0 }
}

function named(partition: Partition): TopicPartition {
  return { topic: 'orders', partition }
}
