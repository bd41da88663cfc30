/**
 * From what a source's `poll` returns to what the producer sends: transform (`chain-walk.ts`), convert headers, key and
 * value, and the `errors.*` policy around it (`error-policy.ts`). Then a delivery sends it, see `source-loop.ts`.
 */
import { type SchemaAndValue, SourceRecord, type Stage, StageError, type Transformed } from '@penstock/core'
import type { ProducedRecord } from '../kafka/producer.ts'
import { ChainWalk, type Recover, type Walked } from './chain-walk.ts'
import type { ErrorPolicy } from './error-policy.ts'
import type { Converters } from './record-decoder.ts'
import type { SourceBatchTrace } from './source-tracing.ts'
import type { TransformationChain } from './transformation-chain.ts'

/** What became of one record of the source. */
export interface OutgoingRecord {
  /** As the task made it; its offset is what is stored. */
  readonly source: SourceRecord
  /** What to send for it: none when it was dropped or skipped, several when it was split. */
  readonly produced: readonly ProducedRecord[]
}

export class SourcePipeline {
  readonly #converters: Converters
  readonly #walk: ChainWalk<SourceRecord>
  readonly #policy: ErrorPolicy
  readonly #signal: AbortSignal

  constructor(parts: { converters: Converters; chain: TransformationChain; policy: ErrorPolicy; signal: AbortSignal }) {
    this.#converters = parts.converters
    this.#walk = new ChainWalk(parts.chain)
    this.#policy = parts.policy
    this.#signal = parts.signal
  }

  /** One result for each record, in their order. Rejects when a record's failure is not tolerated. */
  async process(records: readonly SourceRecord[], trace: SourceBatchTrace | null = null): Promise<OutgoingRecord[]> {
    const walked: Walked<SourceRecord>[] = []
    for (const record of records) {
      const made =
        trace === null
          ? this.#walk.from(0, record, this.#recover)
          : trace.transform(() => this.#walk.from(0, record, this.#recover))
      if (made instanceof Promise) made.catch(() => {}) // told below, after the records before it
      walked.push(made)
    }
    const outgoing: OutgoingRecord[] = []
    try {
      for (const [index, source] of records.entries()) {
        const made = walked[index] as Walked<SourceRecord>
        const produced: ProducedRecord[] = []
        for (const record of several(made instanceof Promise ? await made : made)) {
          const encoded = trace === null ? this.#encode(record) : trace.convert(() => this.#encode(record))
          const result = encoded instanceof Promise ? await encoded : encoded
          if (result !== null) produced.push(trace === null ? result : trace.carrying(result))
        }
        outgoing.push({ source, produced })
      }
    } finally {
      this.#walk.endBatch()
    }
    return outgoing
  }

  readonly #recover: Recover<SourceRecord> = (record, attempt, error) =>
    this.#policy.recover(attempt, error, record, this.#signal)

  /** A promise only where something is to be fetched first, or to be tried again. */
  #encode(record: SourceRecord): ProducedRecord | Promise<ProducedRecord | null> {
    const fetching = this.#prepare(record)
    try {
      if (fetching === null) return this.#convert(record)
    } catch (error) {
      return this.#policy.recover(() => this.#convert(record), error, record, this.#signal)
    }
    return this.#fetchAndConvert(record, fetching)
  }

  async #fetchAndConvert(record: SourceRecord, fetching: Promise<void>): Promise<ProducedRecord | null> {
    try {
      await fetching
      return this.#convert(record)
    } catch (error) {
      const again = async (): Promise<ProducedRecord> => {
        await this.#prepare(record)
        return this.#convert(record)
      }
      return this.#policy.recover(again, error, record, this.#signal)
    }
  }

  #prepare({ topic, key, value }: SourceRecord): Promise<void> | null {
    const { key: keys, value: values } = this.#converters
    const fetching = [
      named('KEY_CONVERTER', keys.className, keys.converter.prepareFromConnect?.(topic, key.schema, key.value)),
      named(
        'VALUE_CONVERTER',
        values.className,
        values.converter.prepareFromConnect?.(topic, value.schema, value.value),
      ),
    ].filter((promise) => promise !== null)
    return fetching.length === 0 ? null : Promise.all(fetching).then(() => {})
  }

  #convert(record: SourceRecord): ProducedRecord {
    const { topic, partition, timestamp } = record
    const { key, value, header } = this.#converters
    const headers = record.headers.map((one): [string, Uint8Array | null] => [
      one.name,
      staged('HEADER_CONVERTER', header.className, () =>
        header.converter.fromConnectHeader(topic, one.name, one.schema, one.value),
      ),
    ])
    const bytesOf = (part: SchemaAndValue, of: Converters['key'], stage: Stage): Buffer | null =>
      staged(stage, of.className, () => of.converter.fromConnectData(topic, part.schema, part.value))
    return {
      topic,
      ...(partition === null ? {} : { partition }),
      timestamp,
      key: bytesOf(record.key, key, 'KEY_CONVERTER'),
      value: bytesOf(record.value, value, 'VALUE_CONVERTER'),
      headers,
    }
  }
}

function several(made: Transformed<SourceRecord>): readonly SourceRecord[] {
  if (made === null) return []
  return made instanceof SourceRecord ? [made] : made
}

function staged<T>(stage: Stage, className: string, convert: () => T): T {
  try {
    return convert()
  } catch (error) {
    throw new StageError(stage, className, error)
  }
}

function named(stage: Stage, className: string, fetching: Promise<void> | null | undefined): Promise<void> | null {
  if (fetching === null || fetching === undefined) return null
  return fetching.catch((error: unknown) => Promise.reject(new StageError(stage, className, error)))
}
