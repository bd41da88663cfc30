/**
 * Sends a source's records in transactions that hold their positions too (KIP-618): readers with `read_committed` see
 * each record once, whatever dies. Needs a producer whose `initTransactions` has fenced older copies of the task.
 */
import { type Clock, ConnectError, type Logger, messageOf, type SourceRecord } from '@penstock/core'
import type { KafkaProducer, ProducedPlace, ProducedRecord } from '../kafka/producer.ts'
import type { Sender, SourceDelivery, TaskCallbacks } from './source-delivery.ts'
import type { OutgoingRecord } from './source-pipeline.ts'
import { type StoredPosition, SubmittedRecords } from './submitted-records.ts'
import type { TaskMeter } from './task-meter.ts'
import type { TransactionRequests } from './transaction-requests.ts'

export interface ExactlyOnceParts {
  readonly sender: Sender
  readonly producer: Pick<KafkaProducer, 'beginTransaction' | 'commitTransaction' | 'abortTransaction'>
  /** The records that store positions, to be sent within the transaction. */
  readonly offsetRecords: (positions: readonly StoredPosition[]) => readonly ProducedRecord[]
  /** After a transaction with positions is committed. */
  readonly onStored: (positions: readonly StoredPosition[]) => Promise<void>
  readonly offsetsTopic: string
  readonly callbacks: TaskCallbacks
  readonly meter: TaskMeter
  readonly logger: Logger
  readonly clock: Clock
  readonly boundary: 'poll' | 'interval' | 'connector'
  /** Of boundary `interval`. */
  readonly intervalMs: number
  /** What the task asks for with boundary `connector`. */
  readonly requests: TransactionRequests
  /** `transaction.timeout.ms` */
  readonly timeoutMs: number
  /** Aborts when the task is cancelled: its next copy ends what is open. */
  readonly signal: AbortSignal
}

/** A transaction of boundary `interval` ends earlier with so many records, which are kept until then. */
const maxIntervalRecords = 100_000
/** The brokers abort what is open for longer than the transaction timeout: the interval leaves time for the commit. */
const shareOfTimeout = 0.5

export class ExactlyOnce implements SourceDelivery {
  readonly #parts: ExactlyOnceParts
  readonly #positions = new SubmittedRecords()
  #isOpen = false
  #smallest = Number.POSITIVE_INFINITY
  #openedAt = 0
  #lastCommit: number
  #sends: Promise<ProducedPlace>[] = []
  /** The task's records of the open transaction, in order; sends are counted by `produced`. */
  #records: { source: SourceRecord; produced: number }[] = []

  constructor(parts: ExactlyOnceParts) {
    this.#parts = parts
    this.#lastCommit = parts.clock.now()
  }

  async deliver(batch: readonly OutgoingRecord[]): Promise<void> {
    const { requests, boundary } = this.#parts
    for (const outgoing of batch) {
      await this.#send(outgoing)
      if (boundary !== 'connector') continue
      if (requests.takeAbort(outgoing.source)) await this.#abort()
      else if (requests.takeCommit(outgoing.source)) await this.#commit()
    }
    await this.#endOfBatch()
  }

  dueAt(): number | null {
    return this.#parts.boundary === 'interval' && this.#isOpen ? this.#nextCommit : null
  }

  async settle(): Promise<void> {
    // A task that draws its own boundaries goes on with the transaction when it is resumed: half of what belongs together
    // must not be seen, and none of it would be read again. Should that take too long, the brokers end it, and the task.
    if (this.#parts.boundary !== 'connector') await this.#commit()
  }

  async finish(): Promise<void> {
    // The next copy of such a task reads the rest again.
    if (this.#parts.boundary === 'connector') await this.#giveUp()
    else await this.#commit()
  }

  async abandon(): Promise<void> {
    await this.#giveUp()
  }

  async #endOfBatch(): Promise<void> {
    const { boundary, requests, clock } = this.#parts
    switch (boundary) {
      case 'poll':
        return this.#commit()
      case 'interval':
        if (clock.now() >= this.#nextCommit || this.#records.length >= maxIntervalRecords) await this.#commit()
        return
      case 'connector':
        if (requests.takeBatchAbort()) await this.#abort()
        else if (requests.takeBatchCommit()) await this.#commit()
    }
  }

  async #send({ source, produced }: OutgoingRecord): Promise<void> {
    const { sender, callbacks, offsetsTopic } = this.#parts
    if (produced.length === 0) {
      callbacks.commitRecord(source, null)
      return
    }
    for (const record of produced) {
      if (record.topic === offsetsTopic) {
        throw new ConnectError(
          'source.own_offsets_topic',
          `${source} is meant for topic ${offsetsTopic}, where this task stores its positions; choose another topic`,
        )
      }
      const waiting = sender.ready(record)
      if (waiting !== null) await waiting
      await this.#open()
      const sent = sender.send(record)
      sent.catch(() => {}) // told when the transaction ends
      this.#sends.push(sent)
    }
    this.#records.push({ source, produced: produced.length })
    this.#positions.submit(source.sourcePartition, source.sourceOffset)()
  }

  get #nextCommit(): number {
    const { intervalMs, timeoutMs } = this.#parts
    const ofInterval = this.#lastCommit + intervalMs
    return this.#isOpen ? Math.min(ofInterval, this.#openedAt + timeoutMs * shareOfTimeout) : ofInterval
  }

  async #open(): Promise<void> {
    if (this.#isOpen) return
    await this.#parts.producer.beginTransaction()
    this.#isOpen = true
    this.#openedAt = this.#parts.clock.now()
  }

  async #commit(): Promise<void> {
    const { producer, sender, offsetRecords, onStored, callbacks, meter, clock, timeoutMs } = this.#parts
    this.#lastCommit = clock.now()
    const positions = this.#positions.takePositions()
    const records = this.#records
    if (this.#isOpen || positions.length > 0) {
      const startedAt = clock.now()
      await this.#open()
      const stored = offsetRecords(positions).map((record) => sender.send(record))
      const sends = this.#sends
      const places = await allSent([...sends, ...stored])
      await producer.commitTransaction(timeoutMs)
      this.#isOpen = false
      this.#sends = []
      this.#records = []
      meter.observe('offset-commit-time-ms', clock.now() - startedAt)
      meter.observe('transaction-size', records.length)
      this.#smallest = Math.min(this.#smallest, records.length)
      meter.set('transaction-size-min', this.#smallest)
      meter.add('source-record-write-total', records.length)
      let next = 0
      for (const { source, produced } of records) {
        next += produced
        callbacks.commitRecord(source, places[next - 1] ?? null)
      }
      await onStored(positions)
    }
    await callbacks.commit()
  }

  /** What was sent is not seen by anyone, but the source has been read up to it. */
  async #abort(): Promise<void> {
    const aborted = this.#records
    if (this.#isOpen) await this.#abortOpen()
    for (const { source } of aborted) this.#parts.callbacks.commitRecord(source, null)
    await this.#commit()
  }

  async #giveUp(): Promise<void> {
    this.#positions.takePositions()
    if (!this.#isOpen || this.#parts.signal.aborted) return
    try {
      await this.#abortOpen()
    } catch (error) {
      // The brokers end it after transaction.timeout.ms, or the task's next copy does at once.
      this.#parts.logger.warn('the open transaction could not be aborted', { reason: messageOf(error) })
    }
  }

  async #abortOpen(): Promise<void> {
    await this.#parts.producer.abortTransaction(this.#parts.timeoutMs)
    this.#isOpen = false
    this.#sends = []
    this.#records = []
  }
}

async function allSent(sends: readonly Promise<ProducedPlace>[]): Promise<readonly ProducedPlace[]> {
  const outcomes = await Promise.allSettled(sends)
  return outcomes.map((outcome) => {
    if (outcome.status === 'fulfilled') return outcome.value
    throw new ConnectError(
      'source.send_failed',
      `a record of the transaction could not be sent: ${messageOf(outcome.reason)}`,
      { cause: outcome.reason },
    )
  })
}
