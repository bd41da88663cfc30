import type { PartitionOffset, SinkRecord, TopicPartition } from '@penstock/core'
import type { ConsumedMessage } from '../kafka/consumer.ts'

interface Position {
  readonly topic: string
  readonly partition: number
  /** Next offset after what was polled, put and committed; -1 where there is none yet. */
  polled: number
  put: number
  committed: number
}

/** How far a sink task has come in each of its partitions. */
export class SinkPositions {
  readonly #byTopic = new Map<string, Map<number, Position>>()

  /** Starts following partitions that were just assigned. */
  open(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const byPartition = this.#byTopic.get(topic) ?? new Map<number, Position>()
      this.#byTopic.set(topic, byPartition)
      byPartition.set(partition, { topic, partition, polled: -1, put: -1, committed: -1 })
    }
  }

  close(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) this.#byTopic.get(topic)?.delete(partition)
  }

  has({ topic, partition }: TopicPartition): boolean {
    return this.#byTopic.get(topic)?.has(partition) ?? false
  }

  partitions(): TopicPartition[] {
    return this.#all().map(({ topic, partition }) => ({ topic, partition }))
  }

  polled(messages: readonly ConsumedMessage[]): void {
    // Records come in runs of one partition: look each run's place up once.
    let position: Position | undefined
    for (const message of messages) {
      if (position === undefined || message.partition !== position.partition || message.topic !== position.topic) {
        position = this.#byTopic.get(message.topic)?.get(message.partition)
      }
      if (position === undefined) continue
      // The broker has lost the end of the partition: what comes is not what was committed, and is committed anew.
      if (message.offset < position.committed) position.committed = message.offset
      position.polled = message.offset + 1
    }
  }

  /** All that was polled is in the task's hands, or was skipped. */
  delivered(): void {
    for (const position of this.#all()) position.put = position.polled
  }

  /** The next offsets after what was put, of all partitions or of some. */
  consumed(partitions?: readonly TopicPartition[]): PartitionOffset[] {
    const wanted = partitions?.map((p) => this.#byTopic.get(p.topic)?.get(p.partition)).filter((p) => p !== undefined)
    return (wanted ?? this.#all())
      .filter(({ put }) => put >= 0)
      .map(({ topic, partition, put }) => ({ topic, partition, offset: BigInt(put) }))
  }

  /** Those of `offsets` that are new, assigned and not beyond what was put. */
  committable(offsets: readonly PartitionOffset[]): { topic: string; partition: number; offset: number }[] {
    return offsets.flatMap(({ topic, partition, offset }) => {
      const position = this.#byTopic.get(topic)?.get(partition)
      const next = Number(offset)
      if (position === undefined || next > position.put || next <= position.committed) return []
      return [{ topic, partition, offset: next }]
    })
  }

  committed(offsets: readonly { topic: string; partition: number; offset: number }[]): void {
    for (const { topic, partition, offset } of offsets) {
      const position = this.#byTopic.get(topic)?.get(partition)
      // An answer may come when the partition is already read from further back, see `polled`.
      if (position !== undefined && offset > position.committed && offset <= position.put) position.committed = offset
    }
  }

  /** After a rewind the records from `offset` on come again. */
  rewind({ topic, partition, offset }: PartitionOffset): void {
    const position = this.#byTopic.get(topic)?.get(partition)
    if (position === undefined) return
    const next = Number(offset)
    position.polled = next
    position.put = next
    position.committed = Math.min(position.committed, next)
  }

  /** Records that were put and are not committed yet. */
  activeCount(): number {
    return this.#all().reduce((sum, { put, committed }) => sum + (put < 0 || committed < 0 ? 0 : put - committed), 0)
  }

  /** The next offset to poll, by partition; -1 when nothing was polled. */
  nextOffsets(): { topic: string; partition: number; next: number }[] {
    return this.#all().map(({ topic, partition, polled }) => ({ topic, partition, next: polled }))
  }

  /** The records whose partitions are still here. */
  keepAssigned(records: readonly SinkRecord[]): readonly SinkRecord[] {
    const kept = records.filter(({ origin }) => this.has(origin))
    return kept.length === records.length ? records : kept
  }

  #all(): Position[] {
    return [...this.#byTopic.values()].flatMap((byPartition) => [...byPartition.values()])
  }
}
