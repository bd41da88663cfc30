import type { Clock } from '@penstock/core'
import type { InspectionProgress } from './job.ts'
import type { RangeReader } from './range-reader.ts'

/** How far an inspection is, from the reader that it reads with. */
export class Progress {
  readonly #clock: Clock
  readonly #startedAt: number
  #reader: Pick<RangeReader, 'recordsRead' | 'offsetsDone' | 'offsetsTotal'> | null = null

  constructor(clock: Clock) {
    this.#clock = clock
    this.#startedAt = clock.now()
  }

  follow(reader: Pick<RangeReader, 'recordsRead' | 'offsetsDone' | 'offsetsTotal'>): void {
    this.#reader = reader
  }

  now(): InspectionProgress {
    const { recordsRead = 0, offsetsDone = 0, offsetsTotal = 0 } = this.#reader ?? {}
    const seconds = Math.max(1, this.#clock.now() - this.#startedAt) / 1_000
    return { recordsRead, offsetsDone, offsetsTotal, recordsPerSecond: Math.round(recordsRead / seconds) }
  }
}
