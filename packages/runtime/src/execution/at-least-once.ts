/**
 * Sends a source's records and stores their positions now and then, only below the first record that is not
 * acknowledged. After a crash some records come again, none is lost.
 */
import { type Clock, ConnectError, type Logger, messageOf, type SourceRecord } from '@penstock/core'
import type { ProducedPlace } from '../kafka/producer.ts'
import type { OffsetStore } from '../storage/offset-store.ts'
import { within } from '../time/within.ts'
import type { ErrorPolicy } from './error-policy.ts'
import type { Sender, SourceDelivery, TaskCallbacks } from './source-delivery.ts'
import type { OutgoingRecord } from './source-pipeline.ts'
import { SubmittedRecords } from './submitted-records.ts'
import type { TaskMeter } from './task-meter.ts'

export interface AtLeastOnceParts {
  readonly connector: string
  readonly sender: Sender
  readonly offsets: Pick<OffsetStore, 'write'>
  readonly callbacks: TaskCallbacks
  readonly policy: Pick<ErrorPolicy, 'report'>
  readonly meter: TaskMeter
  readonly logger: Logger
  readonly clock: Clock
  /** `offset.flush.interval.ms` */
  readonly flushIntervalMs: number
  /** `offset.flush.timeout.ms` */
  readonly flushTimeoutMs: number
  /** A record could not be sent: the next {@link AtLeastOnce.deliver} tells why. */
  readonly onFailure: () => void
  /** Aborts when the task is cancelled: another copy may run by now, no positions are stored any more. */
  readonly signal: AbortSignal
}

export class AtLeastOnce implements SourceDelivery {
  readonly #parts: AtLeastOnceParts
  readonly #submitted = new SubmittedRecords()
  readonly #timer: NodeJS.Timeout
  #flushing: Promise<void> | null = null
  #failure: Error | null = null
  readonly #failed = new AbortController()

  constructor(parts: AtLeastOnceParts) {
    this.#parts = parts
    this.#timer = setInterval(() => void this.#flush(), parts.flushIntervalMs).unref()
  }

  async deliver(batch: readonly OutgoingRecord[]): Promise<void> {
    const { sender, callbacks, meter } = this.#parts
    for (const { source, produced } of batch) {
      if (this.#failure !== null) throw this.#failure
      if (produced.length === 0) {
        // A dropped record does not move its partition's position: a later one that is sent does.
        callbacks.commitRecord(source, null)
        continue
      }
      for (const record of produced) {
        const waiting = sender.ready(record)
        if (waiting !== null) await waiting
      }
      const acknowledge = this.#submitted.submit(source.sourcePartition, source.sourceOffset)
      const places = produced.map((record) => sender.send(record))
      void this.#follow(source, places, acknowledge)
    }
    meter.set('source-record-active-count', this.#submitted.pending)
    if (this.#failure !== null) throw this.#failure
  }

  dueAt(): number | null {
    return null
  }

  async finish(): Promise<void> {
    await this.settle()
  }

  async settle(): Promise<void> {
    const { flushTimeoutMs, logger, signal } = this.#parts
    const late = AbortSignal.any([signal, this.#failed.signal, AbortSignal.timeout(flushTimeoutMs)])
    await this.#submitted.untilPendingAtMost(0, late)
    if (this.#failure !== null) throw this.#failure
    if (this.#submitted.pending > 0) {
      logger.warn(
        'records are not acknowledged within offset.flush.timeout.ms; should the task end now, they are read and sent again',
        {
          records: this.#submitted.pending,
          flushTimeoutMs,
        },
      )
    }
    await this.#flush()
  }

  async abandon(): Promise<void> {
    clearInterval(this.#timer)
    // What is acknowledged so far need not come again.
    await this.#flush()
  }

  async #follow(
    source: SourceRecord,
    places: readonly Promise<ProducedPlace>[],
    acknowledge: () => void,
  ): Promise<void> {
    const { callbacks, meter, policy } = this.#parts
    const outcomes = await Promise.allSettled(places)
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed !== undefined) {
      try {
        await policy.report({ stage: 'KAFKA_PRODUCE', executingClass: producerClass, error: failed.reason }, source)
      } catch (error) {
        this.#failure ??= new ConnectError(
          'source.send_failed',
          `Unrecoverable exception from producer send callback: ${source} could not be sent to topic ${source.topic}: ${messageOf(failed.reason)}`,
          { cause: error },
        )
        this.#failed.abort()
        this.#parts.onFailure()
        return
      }
    }
    const last = outcomes.at(-1)
    const place = failed === undefined && last?.status === 'fulfilled' ? last.value : null
    if (place !== null) meter.add('source-record-write-total')
    callbacks.commitRecord(source, place)
    acknowledge()
  }

  /** One flush at a time; a failed one is made up for by the next. */
  async #flush(): Promise<void> {
    while (this.#flushing !== null) await this.#flushing
    this.#flushing = this.#flushOnce().finally(() => {
      this.#flushing = null
    })
    await this.#flushing
  }

  async #flushOnce(): Promise<void> {
    const { connector, offsets, callbacks, meter, logger, clock, flushTimeoutMs, signal } = this.#parts
    if (signal.aborted) return
    const positions = this.#submitted.takePositions()
    meter.set('source-record-active-count', this.#submitted.pending)
    if (positions.length > 0) {
      const startedAt = clock.now()
      try {
        await within(flushTimeoutMs, offsets.write(connector, positions), () => {
          const text = `it took longer than ${flushTimeoutMs} ms (offset.flush.timeout.ms)`
          throw new ConnectError('source.flush_timeout', text)
        })
        meter.observe('offset-commit-time-ms', clock.now() - startedAt)
      } catch (error) {
        this.#submitted.putBack(positions)
        meter.add('offset-commit-failures')
        logger.error('the positions of the source could not be stored, trying again later', {
          reason: messageOf(error),
        })
        return
      }
    }
    await callbacks.commit()
  }
}

const producerClass = 'org.apache.kafka.connect.runtime.WorkerSourceTask'
