import { produceRecords, type RecordToProduce, type StoredRecord, sampleRecord } from './records.ts'

export interface LoadOptions {
  readonly perSecond?: number
  /** So many come first, as fast as they go. */
  readonly burst?: number
  /** The records, numbered from 0; samples where not given. */
  readonly record?: (number: number) => RecordToProduce
}

/** Records that are produced in the background while a test goes on. */
export class Load implements AsyncDisposable {
  readonly #stopping = new AbortController()
  readonly #produced: Promise<StoredRecord[]>

  constructor(
    topic: string,
    { perSecond = 200, burst = 0, record = (number) => sampleRecord(topic, number) }: LoadOptions = {},
  ) {
    const { signal } = this.#stopping
    this.#produced = produceRecords(topic, endless(record), { perSecond, burst, signal })
    this.#produced.catch(() => {}) // told by stop()
  }

  /** Ends the load; resolves with all that is stored, once it is acknowledged. */
  async stop(): Promise<StoredRecord[]> {
    this.#stopping.abort()
    return await this.#produced
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {})
  }
}

function* endless(record: (number: number) => RecordToProduce): Iterable<RecordToProduce> {
  for (let number = 0; ; number++) yield record(number)
}
