import type { Clock } from '@penstock/core'
import type { TaskState } from '../storage/status.ts'

/** How much of its life a task has spent running and paused; it counts as one of them from its making on. */
export class StateShares {
  readonly #clock: Clock
  readonly #bornAt: number
  readonly #spentMs = { running: 0, paused: 0 }
  #state: 'running' | 'paused' | null
  #since: number

  constructor(clock: Clock, paused: boolean) {
    this.#clock = clock
    this.#bornAt = clock.now()
    this.#since = this.#bornAt
    this.#state = paused ? 'paused' : 'running'
  }

  enter(state: TaskState): void {
    this.#account()
    this.#state = state === 'RUNNING' ? 'running' : state === 'PAUSED' ? 'paused' : null
  }

  /** Fractions of 1. */
  now(): { running: number; paused: number } {
    this.#account()
    const lifeMs = this.#since - this.#bornAt
    if (lifeMs <= 0) return { running: this.#state === 'running' ? 1 : 0, paused: this.#state === 'paused' ? 1 : 0 }
    return { running: this.#spentMs.running / lifeMs, paused: this.#spentMs.paused / lifeMs }
  }

  #account(): void {
    const now = this.#clock.now()
    if (this.#state !== null) this.#spentMs[this.#state] += now - this.#since
    this.#since = now
  }
}
