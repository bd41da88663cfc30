/** Between the consumer, which tells of partitions that come and go, and `sink-loop.ts`, which follows. */
import type { TopicPartition } from '@penstock/core'
import type { RebalanceHandler } from '../kafka/consumer.ts'

/** A change of assignment that the consumer waits to see handled. */
export interface RebalanceStep {
  readonly kind: 'assigned' | 'revoked' | 'lost'
  readonly partitions: readonly TopicPartition[]
  done(): void
}

/**
 * Carries rebalances from the consumer's callbacks to the task's loop, which takes them between two batches: a task is
 * never asked to close a partition while it is being given its records.
 */
export class RebalanceQueue implements RebalanceHandler {
  readonly #steps: RebalanceStep[] = []
  #wakeup: () => void = () => {}
  #closed = false

  /** Tells the loop that there is something to take. */
  onStep(wakeup: () => void): void {
    this.#wakeup = wakeup
  }

  async onAssigned(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#push('assigned', partitions)
  }

  async onRevoked(partitions: readonly TopicPartition[], lost: boolean): Promise<void> {
    await this.#push(lost ? 'lost' : 'revoked', partitions)
  }

  take(): RebalanceStep | undefined {
    return this.#steps.shift()
  }

  /** The loop has ended: nobody will handle what comes now. */
  close(): void {
    this.#closed = true
    for (const step of this.#steps.splice(0)) step.done()
  }

  async #push(kind: RebalanceStep['kind'], partitions: readonly TopicPartition[]): Promise<void> {
    if (this.#closed || partitions.length === 0) return
    await new Promise<void>((resolve) => {
      this.#steps.push({ kind, partitions, done: resolve })
      this.#wakeup()
    })
  }
}
