/** Hands a source task's records to its producer: sees to their topics, and bounds what is on its way. */
import { setTimeout as delay } from 'node:timers/promises'
import { isQueueFull, type KafkaProducer, type ProducedPlace, type ProducedRecord } from '../kafka/producer.ts'
import type { TopicCreation } from './topic-creation.ts'

export interface RecordSenderParts {
  readonly producer: Pick<KafkaProducer, 'send'>
  readonly topics: Pick<TopicCreation, 'isReady' | 'ensure'>
  /** `buffer.memory` of the producer: most bytes that are not acknowledged yet. */
  readonly maxBytes: number
  /** Called with the topic of each acknowledged record. */
  readonly onTopic: (topic: string) => void
  /** Aborts when the task is cancelled. */
  readonly signal: AbortSignal
}

const queueFullPauseMs = 10
/** What a record takes beside its key, value and headers. */
const overheadBytes = 100

export class RecordSender {
  readonly #parts: RecordSenderParts
  #bytes = 0
  #waiting: (() => void)[] = []

  constructor(parts: RecordSenderParts) {
    this.#parts = parts
    parts.signal.addEventListener('abort', () => this.#wake(), { once: true })
  }

  /** Null when a record can be sent at once; else resolves when it can. Rejects when its topic can't be made. */
  ready(record: ProducedRecord): Promise<void> | null {
    if (this.#bytes < this.#parts.maxBytes && this.#parts.topics.isReady(record.topic)) return null
    return this.#whenReady(record)
  }

  /** Resolves when Kafka has acknowledged the record; rejects when it will not be. */
  async send(record: ProducedRecord): Promise<ProducedPlace> {
    const size = sizeOf(record)
    this.#bytes += size
    try {
      const place = await this.#produce(record)
      this.#parts.onTopic(place.topic)
      return place
    } finally {
      this.#bytes -= size
      if (this.#bytes < this.#parts.maxBytes) this.#wake()
    }
  }

  async #whenReady(record: ProducedRecord): Promise<void> {
    await this.#parts.topics.ensure(record.topic)
    while (this.#bytes >= this.#parts.maxBytes && !this.#parts.signal.aborted) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  async #produce(record: ProducedRecord): Promise<ProducedPlace> {
    for (;;) {
      try {
        return await this.#parts.producer.send(record)
      } catch (error) {
        if (!isQueueFull(error)) throw error
        await delay(queueFullPauseMs, undefined, { signal: this.#parts.signal })
      }
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

function sizeOf({ key, value, headers }: ProducedRecord): number {
  let size = overheadBytes + (key?.length ?? 0) + (value?.length ?? 0)
  for (const [name, bytes] of headers ?? []) size += name.length + (bytes?.length ?? 0)
  return size
}
