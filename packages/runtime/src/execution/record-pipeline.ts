/**
 * From what the consumer returns to what the task is given: decode (`record-decoder.ts`), transform
 * (`transformation-chain.ts`), and the `errors.*` policy around both (`error-policy.ts`). Then `sink-loop.ts` hands the
 * records to the plugin's `put`, as in adapter-elasticsearch's `sink-task.ts`.
 */
import type { SinkRecord } from '@penstock/core'
import type { ConsumedMessage } from '../kafka/consumer.ts'
import type { ErrorPolicy } from './error-policy.ts'
import { type Converters, MessageOrigin, toSinkRecord } from './record-decoder.ts'
import type { TransformationChain } from './transformation-chain.ts'

export class RecordPipeline {
  readonly #converters: Converters
  readonly #chain: TransformationChain
  readonly #policy: ErrorPolicy
  readonly #decodeFirst: boolean
  readonly #signal: AbortSignal

  constructor(parts: {
    converters: Converters
    chain: TransformationChain
    policy: ErrorPolicy
    /** False for tasks that cope with undecoded values. */
    decodeFirst: boolean
    signal: AbortSignal
  }) {
    this.#converters = parts.converters
    this.#chain = parts.chain
    this.#policy = parts.policy
    this.#decodeFirst = parts.decodeFirst
    this.#signal = parts.signal
  }

  /** The records to put, without those dropped or skipped. Rejects when a record's failure is not tolerated. */
  async process(messages: readonly ConsumedMessage[]): Promise<SinkRecord[]> {
    const records: SinkRecord[] = []
    for (const message of messages) {
      let record: SinkRecord | null
      try {
        record = this.#attempt(message)
      } catch (error) {
        record = await this.#policy.recover(
          () => this.#attempt(message),
          error,
          new MessageOrigin(message),
          this.#signal,
        )
      }
      if (record !== null) records.push(record)
    }
    return records
  }

  #attempt(message: ConsumedMessage): SinkRecord | null {
    const record = toSinkRecord(message, this.#converters)
    if (this.#decodeFirst) {
      // Looking at them decodes them; what fails here fails at its converter's stage.
      void record.key
      void record.value
      void record.headers
    }
    return this.#chain.isEmpty ? record : this.#chain.apply(record)
  }
}
