/**
 * What happens to a record that can't be handled (KIP-298): retried, logged, copied to the dead letter queue, skipped,
 * or the end of the task, as the connector's `errors.*` keys say.
 */
import {
  type Clock,
  ConnectError,
  isRetriable,
  type Logger,
  messageOf,
  type RecordOrigin,
  type SourceRecord,
  type Stage,
  StageError,
  type TaskId,
  taskName,
} from '@penstock/core'
import { pause } from '../time/pause.ts'
import type { DeadLetterQueue } from './dead-letters.ts'
import type { TaskMeter } from './task-meter.ts'

export interface ErrorPolicyConfig {
  readonly tolerance: 'none' | 'all'
  /** -1: for ever. */
  readonly retryTimeoutMs: number
  readonly retryDelayMaxMs: number
  readonly logEnabled: boolean
  readonly logRecords: boolean
}

/** Where a record failed, as dead letters and logs tell it. */
export interface Failure {
  readonly stage: Stage
  readonly executingClass: string
  readonly error: unknown
}

/** The record that failed: one consumed from Kafka, or one that a source has made. */
export type Subject = RecordOrigin | SourceRecord

/** Where copies of failed records go. */
export type DeadLetters = Pick<DeadLetterQueue, 'add' | 'settled'>

const firstRetryDelayMs = 300

export class ErrorPolicy {
  readonly #config: ErrorPolicyConfig
  readonly #task: TaskId
  readonly #deadLetters: DeadLetters | null
  readonly #meter: TaskMeter
  readonly #logger: Logger
  readonly #clock: Clock

  constructor(parts: {
    config: ErrorPolicyConfig
    task: TaskId
    deadLetters: DeadLetters | null
    meter: TaskMeter
    logger: Logger
    clock: Clock
  }) {
    this.#config = parts.config
    this.#task = parts.task
    this.#deadLetters = parts.deadLetters
    this.#meter = parts.meter
    this.#logger = parts.logger
    this.#clock = parts.clock
  }

  /**
   * Goes on after `attempt` has failed with `first`: tries again while the error is retriable and the time allows, then
   * reports the record. Resolves with the result, or null when the record is skipped.
   */
  async recover<T>(
    attempt: () => T | Promise<T>,
    first: unknown,
    subject: Subject,
    signal: AbortSignal,
  ): Promise<T | null> {
    const { retryTimeoutMs, retryDelayMaxMs } = this.#config
    const deadline = retryTimeoutMs < 0 ? Number.POSITIVE_INFINITY : this.#clock.now() + retryTimeoutMs
    let error = first
    for (let retry = 0; isRetriable(causeOf(error)) && this.#clock.now() < deadline && !signal.aborted; retry++) {
      this.#meter.add('total-record-failures')
      this.#meter.add('total-retries')
      await pause(Math.min(retryDelay(retry, retryDelayMaxMs), deadline - this.#clock.now()), signal)
      try {
        return await attempt()
      } catch (next) {
        error = next
      }
    }
    await this.report(failureOf(error), subject)
    return null
  }

  /**
   * Logs, counts and dead-letters a record. Resolves when it may be passed over (its copy is on its way, see
   * {@link DeadLetterQueue.settled}); rejects when the task must fail.
   */
  async report(failure: Failure, subject: Subject, options: { tolerated?: boolean } = {}): Promise<void> {
    this.#meter.add('total-record-failures')
    this.#meter.add('total-record-errors')
    this.#meter.set('last-error-timestamp', this.#clock.now())
    this.#meter.noteError({
      message: messageOf(failure.error),
      stage: failure.stage,
      topic: subject.topic,
      partition: subject.partition,
      offset: isSource(subject) ? null : Number(subject.offset),
      at: this.#clock.now(),
    })
    if (this.#config.logEnabled) this.#log(failure, subject)
    // Only what came from Kafka can be copied to a dead letter queue.
    if (!isSource(subject)) await this.#deadLetters?.add(subject, failure)
    if (this.#config.tolerance === 'all' || options.tolerated === true) {
      this.#meter.add('total-records-skipped')
      return
    }
    // The copy must be safe before the task goes down with the record.
    await this.#deadLetters?.settled()
    const place = isSource(subject)
      ? subject.toString()
      : `record ${subject.topic}-${subject.partition}@${subject.offset}`
    const keepCopy = isSource(subject) ? '' : ', with errors.deadletterqueue.topic.name to keep a copy of them'
    throw new ConnectError(
      'record.not_tolerated',
      `Tolerance exceeded in error handler: ${place} failed at stage ${failure.stage} in ${failure.executingClass}: ${messageOf(failure.error)}. Set errors.tolerance=all to skip such records${keepCopy}`,
      { cause: failure.error },
    )
  }

  #log({ stage, executingClass, error }: Failure, subject: Subject): void {
    this.#meter.add('total-errors-logged')
    const where = this.#config.logRecords ? `, where ${describe(subject)}` : ''
    this.#logger.error(
      `Error encountered in task ${taskName(this.#task)}. Executing stage '${stage}' with class '${executingClass}'${where}.`,
      { error },
    )
  }
}

/** Stage and class of an error: those it carries, else the sink task's own. */
export function failureOf(error: unknown): Failure {
  if (error instanceof StageError) {
    return { stage: error.stage, executingClass: error.executingClass, error: error.cause ?? error }
  }
  return { stage: 'TASK_PUT', executingClass: 'org.apache.kafka.connect.sink.SinkTask', error }
}

function isSource(subject: Subject): subject is SourceRecord {
  return 'kind' in subject
}

function describe(subject: Subject): string {
  if (isSource(subject)) return `source record is ${subject.toString()} for topic ${subject.topic}`
  const { topic, partition, offset, timestamp, timestampType } = subject
  return `consumed record is {topic='${topic}', partition=${partition}, offset=${offset}, timestamp=${timestamp}, timestampType=${timestampType}}`
}

function causeOf(error: unknown): unknown {
  return error instanceof StageError ? error.cause : error
}

/** Doubles from 300 ms; beyond the maximum a random delay below it. */
function retryDelay(retry: number, maxMs: number): number {
  const delay = firstRetryDelayMs * 2 ** Math.min(retry, 30)
  return delay > maxMs ? Math.random() * maxMs : delay
}
