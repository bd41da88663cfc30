/**
 * Runs jobs that only the leader may do, and waits for a calm group as Kafka Connect does: requests during a rebalance
 * are held back, and given up with a conflict after the rebalance timeout.
 */
import { type Clock, ConflictError } from '@penstock/core'
import type { Membership } from '../group/membership.ts'
import { pause } from '../time/pause.ts'
import { NotLeaderError, UnavailableError } from './errors.ts'
import type { GroupDuties } from './group-duties.ts'
import type { JobQueue } from './job-queue.ts'

export interface LeaderGateParts {
  readonly jobs: JobQueue
  readonly duties: () => Pick<GroupDuties, 'isLeader' | 'leaderUrl'>
  readonly membership: () => Pick<Membership, 'isRebalancing' | 'confirm'>
  readonly clock: Clock
  /** `rebalance.timeout.ms` */
  readonly timeoutMs: number
}

const settlePollMs = 20

export class LeaderGate {
  readonly #parts: LeaderGateParts
  #settledOnce = false
  #closed = false

  constructor(parts: LeaderGateParts) {
    this.#parts = parts
  }

  /** True once this worker has followed its first assignment. */
  get hasSettled(): boolean {
    return this.#settledOnce
  }

  settled(): void {
    this.#settledOnce = true
  }

  /** Whoever waits is told that the worker is stopping. */
  close(): void {
    this.#closed = true
  }

  /** Runs as leader, once no rebalance is under way and the coordinator has confirmed that this generation holds. */
  async asLeader<T>(name: string, job: () => Promise<T>): Promise<T> {
    const { jobs, duties, membership, clock, timeoutMs } = this.#parts
    const deadline = clock.now() + timeoutMs
    for (;;) {
      await this.whenSettled(deadline)
      const outcome = await jobs.run(name, async () => {
        if (!duties().isLeader) {
          throw new NotLeaderError('Only the leader can handle this request.', duties().leaderUrl)
        }
        return (await membership().confirm()) ? { result: await job() } : null
      })
      // The group has moved on since it was looked at: wait for it once more.
      if (outcome !== null) return outcome.result
      if (clock.now() > deadline) throw rebalanceConflict()
    }
  }

  /** Waits while the group rebalances; gives up with a conflict. */
  async whenSettled(deadline = this.#parts.clock.now() + this.#parts.timeoutMs): Promise<void> {
    while (this.#parts.membership().isRebalancing || !this.#settledOnce) {
      if (this.#closed) throw new UnavailableError('herder.stopping', 'This worker is shutting down')
      if (this.#parts.clock.now() > deadline) throw rebalanceConflict()
      await pause(settlePollMs)
    }
  }

  /** True when the coordinator confirms the calm group's generation; false when no calm comes in time. */
  async confirmed(): Promise<boolean> {
    try {
      do await this.whenSettled()
      while (!(await this.#parts.membership().confirm()))
      return true
    } catch {
      return false
    }
  }
}

function rebalanceConflict(): ConflictError {
  return new ConflictError(
    'herder.rebalance',
    'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
  )
}
