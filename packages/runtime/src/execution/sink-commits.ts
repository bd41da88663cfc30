/** When a sink task's offsets are committed. How far records have been consumed is known by `sink-positions.ts`. */
import {
  type Clock,
  isRetriable,
  type Logger,
  messageOf,
  type PartitionOffset,
  type SinkTask,
  type TopicPartition,
} from '@penstock/core'
import type { Position } from '../kafka/consumer.ts'
import { within } from '../time/within.ts'
import type { DeadLetterQueue } from './dead-letters.ts'
import type { SinkPositions } from './sink-positions.ts'
import type { TaskMeter } from './task-meter.ts'

export interface SinkCommitsParts {
  readonly task: SinkTask
  readonly commit: (offsets: readonly Position[]) => Promise<void>
  readonly positions: SinkPositions
  readonly deadLetters: DeadLetterQueue | null
  readonly meter: TaskMeter
  readonly logger: Logger
  readonly clock: Clock
  /** `offset.flush.interval.ms` and `offset.flush.timeout.ms`. */
  readonly intervalMs: number
  readonly timeoutMs: number
}

/**
 * Commits what the task says is done: regularly in the background, and before partitions are given up. An offset is
 * never committed before every record below it is stored or in the dead letter queue.
 */
export class SinkCommits {
  readonly #parts: SinkCommitsParts
  #nextAt: number
  #requested = false
  #inFlight: Promise<void> | null = null
  #startedAt = 0

  constructor(parts: SinkCommitsParts) {
    this.#parts = parts
    this.#nextAt = parts.clock.now() + parts.intervalMs
  }

  /** Asks for a commit at the next opportunity. */
  request(): void {
    this.#requested = true
  }

  msToNext(): number {
    const { clock, timeoutMs } = this.#parts
    const untilDue = this.#requested ? 0 : Math.max(0, this.#nextAt - clock.now())
    // Nothing starts while another is under way: a loop that hurried would only spin.
    return this.#inFlight === null ? untilDue : Math.max(untilDue, this.#startedAt + timeoutMs + 1 - clock.now())
  }

  /** Starts a commit when one is due; its acknowledgement is not waited for. */
  async beginIfDue(): Promise<void> {
    const { clock, timeoutMs, meter, logger, intervalMs } = this.#parts
    if (this.#inFlight !== null) {
      if (clock.now() - this.#startedAt <= timeoutMs) return
      meter.add('offset-commit-failures')
      logger.warn(`offsets were not acknowledged within ${timeoutMs} ms; the next commit includes them`)
      this.#inFlight = null
    }
    if (this.msToNext() > 0) return
    this.#requested = false
    this.#nextAt = clock.now() + intervalMs
    const offsets = await this.#ask(undefined, false)
    if (offsets.length === 0) return
    this.#startedAt = clock.now()
    const commit: Promise<void> = this.#send(offsets).finally(() => {
      if (this.#inFlight === commit) this.#inFlight = null
      else meter.add('offset-commit-skip-total')
    })
    this.#inFlight = commit
  }

  /** Has everything written out and commits it, of all partitions or of some that are given up. */
  async finish(partitions?: readonly TopicPartition[]): Promise<void> {
    const offsets = await this.#ask(partitions, true)
    await this.#settleInFlight()
    if (offsets.length > 0) await this.#send(offsets)
  }

  /** A commit under way comes first, unless it takes longer than a commit may. */
  async #settleInFlight(): Promise<void> {
    if (this.#inFlight === null) return
    await within(this.#parts.timeoutMs, this.#inFlight, () => {})
  }

  async #ask(partitions: readonly TopicPartition[] | undefined, closing: boolean): Promise<Position[]> {
    const { task, positions, deadLetters, logger } = this.#parts
    const consumed = positions.consumed(partitions)
    if (consumed.length === 0) return []
    let done: readonly PartitionOffset[] = []
    try {
      done = task.preCommit ? await task.preCommit(consumed, { closing }) : consumed
    } catch (error) {
      // Nothing is lost by not committing; the same records come again after the next start.
      if (!closing && !isRetriable(error)) throw error
      logger.warn('nothing is committed this time, the task could not say what it has written', {
        reason: messageOf(error),
      })
    }
    // Afterwards: while the task was asked it may have given up on records, and names the offsets behind them.
    await deadLetters?.settled()
    return positions.committable(done)
  }

  async #send(offsets: Position[]): Promise<void> {
    const { commit, positions, meter, logger, clock } = this.#parts
    const startedAt = clock.now()
    meter.add('offset-commit-seq-no')
    try {
      await commit(offsets)
      positions.committed(offsets)
      meter.add('offset-commit-completion-total')
      meter.observe('offset-commit-time-ms', clock.now() - startedAt)
    } catch (error) {
      meter.add('offset-commit-failures')
      logger.warn('committing offsets failed; the next commit includes them', { reason: messageOf(error) })
    }
  }
}
