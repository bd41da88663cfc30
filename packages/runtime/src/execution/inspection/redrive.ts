/** What all ways of driving records again have in common: counts, a bounded list of refusals, progress. */
import type { Clock } from '@penstock/core'
import { recordKey } from '../../kafka/places.ts'
import type { InspectionSnapshot, RedriveReport, Refusal } from './job.ts'
import { Progress } from './progress.ts'
import type { Driven } from './sink-driver.ts'

const mostRefusals = 1_000

export class RedriveTally {
  readonly progress: Progress
  readonly #refusals: Refusal[] = []
  skipped = 0
  complete = false
  #written = 0
  #dropped = 0
  #refused = 0

  constructor(clock: Clock) {
    this.progress = new Progress(clock)
  }

  get taken(): number {
    return this.#written + this.#dropped + this.#refused
  }

  add({ written, dropped, copies, refusals }: Driven): void {
    this.#written += written
    this.#dropped += dropped
    this.skipped += copies
    const records = new Map(refusals.map((refusal) => [recordKey(refusal), refusal]))
    this.#refused += records.size
    this.#refusals.push(...[...records.values()].slice(0, mostRefusals - this.#refusals.length))
  }

  snapshot(): InspectionSnapshot {
    const report: RedriveReport = {
      kind: 'redrive',
      taken: this.taken,
      written: this.#written,
      refused: this.#refused,
      dropped: this.#dropped,
      skipped: this.skipped,
      refusals: [...this.#refusals],
      refusalsNotListed: this.#refused - this.#refusals.length,
      complete: this.complete,
    }
    return { progress: this.progress.now(), report }
  }
}
