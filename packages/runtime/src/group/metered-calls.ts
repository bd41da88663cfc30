/** The calls of a member to its group with their figures, for the metrics of the group. */
import type { Clock } from '@penstock/core'
import { kafkaErrorCode, kafkaErrors } from '../kafka/protocol-errors.ts'
import type { GroupMemberCalls, JoinedGroup } from './group-calls.ts'

/** Durations in milliseconds since the worker started. */
export interface CallFigures {
  sum: number
  count: number
  max: number
}

export interface GroupCallFigures {
  readonly joins: CallFigures
  readonly syncs: CallFigures
  readonly heartbeats: CallFigures
  /** From the first attempt to join until the assignment was there. */
  readonly rebalances: CallFigures
  readonly failedRebalances: number
}

/** Answers that belong to an ordinary rebalance: the broker names the member, or another member came meanwhile. */
const ordinary: readonly (number | null)[] = [kafkaErrors.memberIdRequired, kafkaErrors.rebalanceInProgress]

export class MeteredGroupCalls implements GroupMemberCalls {
  readonly #calls: GroupMemberCalls
  readonly #clock: Clock
  readonly #joins = none()
  readonly #syncs = none()
  readonly #heartbeats = none()
  readonly #rebalances = none()
  #failedRebalances = 0
  #joiningSince: number | null = null

  constructor(calls: GroupMemberCalls, clock: Clock) {
    this.#calls = calls
    this.#clock = clock
  }

  get figures(): GroupCallFigures {
    return {
      joins: this.#joins,
      syncs: this.#syncs,
      heartbeats: this.#heartbeats,
      rebalances: this.#rebalances,
      failedRebalances: this.#failedRebalances,
    }
  }

  join(...args: Parameters<GroupMemberCalls['join']>): Promise<JoinedGroup> {
    this.#joiningSince ??= this.#clock.now()
    return this.#attempt(this.#joins, () => this.#calls.join(...args))
  }

  async sync(...args: Parameters<GroupMemberCalls['sync']>): Promise<Buffer> {
    const assignment = await this.#attempt(this.#syncs, () => this.#calls.sync(...args))
    if (this.#joiningSince !== null) note(this.#rebalances, this.#clock.now() - this.#joiningSince)
    this.#joiningSince = null
    return assignment
  }

  heartbeat(...args: Parameters<GroupMemberCalls['heartbeat']>): Promise<void> {
    return this.#timed(this.#heartbeats, () => this.#calls.heartbeat(...args))
  }

  leave(...args: Parameters<GroupMemberCalls['leave']>): Promise<void> {
    return this.#calls.leave(...args)
  }

  close(): Promise<void> {
    return this.#calls.close()
  }

  async #attempt<T>(figures: CallFigures, call: () => Promise<T>): Promise<T> {
    try {
      return await this.#timed(figures, call)
    } catch (error) {
      if (!ordinary.includes(kafkaErrorCode(error))) this.#failedRebalances++
      throw error
    }
  }

  /** Only calls that succeed have a duration. */
  async #timed<T>(figures: CallFigures, call: () => Promise<T>): Promise<T> {
    const startedAt = this.#clock.now()
    const result = await call()
    note(figures, this.#clock.now() - startedAt)
    return result
  }
}

function none(): CallFigures {
  return { sum: 0, count: 0, max: 0 }
}

function note(figures: CallFigures, value: number): void {
  figures.sum += value
  figures.count++
  figures.max = Math.max(figures.max, value)
}
