/** Hands a source task's records to its producer in their order: sees to their topics, and bounds what is on its way. */
import type { KafkaProducer, ProducedPlace, ProducedRecord } from '../kafka/producer.ts'
import type { TopicCreation } from './topic-creation.ts'

export interface RecordSenderParts {
  readonly producer: Pick<KafkaProducer, 'trySend'>
  readonly topics: Pick<TopicCreation, 'isReady' | 'ensure'>
  /** `buffer.memory` of the producer: most bytes that are not acknowledged yet. */
  readonly maxBytes: number
  /** Called with the topic and the size of each acknowledged record. */
  readonly onSent: (topic: string, bytes: number) => void
  /** Aborts when the task is cancelled: another copy may run by now, nothing is sent any more. */
  readonly signal: AbortSignal
}

interface Waiting {
  readonly record: ProducedRecord
  resolve(place: Promise<ProducedPlace>): void
  reject(reason: unknown): void
}

const queueFullPauseMs = 10
/** What a record takes beside its key, value and headers. */
const overheadBytes = 100

export class RecordSender {
  readonly #parts: RecordSenderParts
  #bytes = 0
  /** Those that wait until there is room. */
  #held: (() => void)[] = []
  /** What the producer could not take; those sent later queue up behind it, so that records keep their order. */
  #queue: Waiting[] = []

  constructor(parts: RecordSenderParts) {
    this.#parts = parts
    parts.signal.addEventListener('abort', () => this.#giveUp(), { once: true })
  }

  /** Null when a record can be sent at once; else resolves when it can. Rejects when its topic can't be made. */
  ready(record: ProducedRecord): Promise<void> | null {
    const { topics, signal } = this.#parts
    if (this.#hasRoom && topics.isReady(record.topic) && !signal.aborted) return null
    return this.#whenReady(record)
  }

  /** Resolves when Kafka has acknowledged the record; rejects when it will not be. */
  async send(record: ProducedRecord): Promise<ProducedPlace> {
    this.#parts.signal.throwIfAborted()
    const size = sizeOf(record)
    this.#bytes += size
    try {
      const place = await this.#produce(record)
      this.#parts.onSent(place.topic, size - overheadBytes)
      return place
    } finally {
      this.#bytes -= size
      if (this.#hasRoom) this.#wake()
    }
  }

  get #hasRoom(): boolean {
    return this.#bytes < this.#parts.maxBytes && this.#queue.length === 0
  }

  async #whenReady(record: ProducedRecord): Promise<void> {
    const { topics, signal } = this.#parts
    signal.throwIfAborted()
    await topics.ensure(record.topic)
    while (!this.#hasRoom && !signal.aborted) await new Promise<void>((resolve) => this.#held.push(resolve))
    signal.throwIfAborted()
  }

  #produce(record: ProducedRecord): Promise<ProducedPlace> {
    const sent = this.#queue.length === 0 ? this.#parts.producer.trySend(record) : null
    if (sent !== null) return sent
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, resolve, reject })
      if (this.#queue.length === 1) this.#drainLater()
    })
  }

  #drainLater(): void {
    setTimeout(() => this.#drain(), queueFullPauseMs)
  }

  #drain(): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const sent = this.#parts.producer.trySend(next.record)
      if (sent === null) {
        this.#drainLater()
        return
      }
      this.#queue.shift()
      next.resolve(sent)
    }
    if (this.#hasRoom) this.#wake()
  }

  #giveUp(): void {
    for (const { reject } of this.#queue.splice(0)) reject(this.#parts.signal.reason)
    this.#wake()
  }

  #wake(): void {
    for (const resolve of this.#held.splice(0)) resolve()
  }
}

function sizeOf({ key, value, headers }: ProducedRecord): number {
  let size = overheadBytes + (key?.length ?? 0) + (value?.length ?? 0)
  for (const [name, bytes] of headers ?? []) size += name.length + (bytes?.length ?? 0)
  return size
}
