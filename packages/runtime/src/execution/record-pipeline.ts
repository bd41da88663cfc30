/**
 * From what the consumer returns to what the task is given: decode (`record-decoder.ts`), transform (`chain-walk.ts`),
 * and the `errors.*` policy around both (`error-policy.ts`). Then `sink-loop.ts` hands the records to the plugin's
 * `put`, as in adapter-elasticsearch's `sink-task.ts`.
 */
import { SinkRecord, type Transformed } from '@penstock/core'
import type { ConsumedMessage } from '../kafka/consumer.ts'
import { ChainWalk, type Recover, type Walked } from './chain-walk.ts'
import type { ErrorPolicy } from './error-policy.ts'
import { type Converters, MessageOrigin, prepareToDecode, toSinkRecord } from './record-decoder.ts'
import type { SinkBatchTrace } from './sink-tracing.ts'
import type { TransformationChain } from './transformation-chain.ts'

export class RecordPipeline {
  readonly #converters: Converters
  readonly #walk: ChainWalk<SinkRecord>
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
    this.#walk = new ChainWalk(parts.chain)
    this.#policy = parts.policy
    this.#decodeFirst = parts.decodeFirst
    this.#signal = parts.signal
  }

  /** The records to put, without those dropped or skipped. Rejects when a record's failure is not tolerated. */
  async process(messages: readonly ConsumedMessage[], trace: SinkBatchTrace | null = null): Promise<SinkRecord[]> {
    const walked: Walked<SinkRecord>[] = []
    let waiting = false
    for (const message of messages) {
      const decoded = trace === null ? this.#decode(message) : trace.convert(message, () => this.#decode(message))
      const record = decoded instanceof Promise ? await decoded : decoded
      if (record === null) continue
      const made =
        trace === null
          ? this.#walk.from(0, record, this.#recover)
          : trace.transform(message, () => this.#walk.from(0, record, this.#recover))
      if (made instanceof Promise) {
        waiting = true
        made.catch(() => {}) // told below, after the records before it
      }
      walked.push(made)
    }
    try {
      return flat(waiting ? await Promise.all(walked) : (walked as Transformed<SinkRecord>[]))
    } finally {
      if (waiting) this.#walk.endBatch()
      trace?.processed()
    }
  }

  readonly #recover: Recover<SinkRecord> = (record, attempt, error) =>
    this.#policy.recover(attempt, error, record.origin, this.#signal)

  /** A promise only where something is to be fetched first, or to be tried again. */
  #decode(message: ConsumedMessage): SinkRecord | null | Promise<SinkRecord | null> {
    const fetching = prepareToDecode(message, this.#converters)
    if (fetching !== null) return this.#fetchAndDecode(message, fetching)
    try {
      return this.#attempt(message)
    } catch (error) {
      return this.#policy.recover(() => this.#attempt(message), error, new MessageOrigin(message), this.#signal)
    }
  }

  async #fetchAndDecode(message: ConsumedMessage, fetching: Promise<void>): Promise<SinkRecord | null> {
    try {
      await fetching
      return this.#attempt(message)
    } catch (error) {
      const again = async (): Promise<SinkRecord> => {
        await prepareToDecode(message, this.#converters)
        return this.#attempt(message)
      }
      return this.#policy.recover(again, error, new MessageOrigin(message), this.#signal)
    }
  }

  #attempt(message: ConsumedMessage): SinkRecord {
    const record = toSinkRecord(message, this.#converters)
    if (this.#decodeFirst) {
      // Looking at them decodes them; what fails here fails at its converter's stage.
      void record.key
      void record.value
      void record.headers
    }
    return record
  }
}

function flat(walked: readonly Transformed<SinkRecord>[]): SinkRecord[] {
  const records: SinkRecord[] = []
  for (const made of walked) {
    if (made === null) continue
    if (made instanceof SinkRecord) records.push(made)
    else records.push(...made)
  }
  return records
}
