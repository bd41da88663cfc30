import type { SourceRecord, TransactionContext } from '@penstock/core'

/** What a task asks of its transactions, kept until the batch that it speaks of has been sent. */
export class TransactionRequests implements TransactionContext {
  #commitBatch = false
  #abortBatch = false
  readonly #commits = new Set<SourceRecord>()
  readonly #aborts = new Set<SourceRecord>()

  commit(record?: SourceRecord): void {
    if (record === undefined) this.#commitBatch = true
    else this.#commits.add(record)
  }

  abort(record?: SourceRecord): void {
    if (record === undefined) this.#abortBatch = true
    else this.#aborts.add(record)
  }

  /** An abort that is asked for wins over a commit of the same record. */
  takeAbort(record: SourceRecord): boolean {
    const asked = this.#aborts.delete(record)
    if (asked) this.#commits.delete(record)
    return asked
  }

  takeCommit(record: SourceRecord): boolean {
    return this.#commits.delete(record)
  }

  takeBatchAbort(): boolean {
    const asked = this.#abortBatch
    this.#abortBatch = false
    if (asked) this.#commitBatch = false
    return asked
  }

  takeBatchCommit(): boolean {
    const asked = this.#commitBatch
    this.#commitBatch = false
    return asked
  }
}
