import type { InspectedConnector } from './inspected-connector.ts'
import type { Inspection, InspectionSnapshot, KnownGaps } from './job.ts'
import { Pace } from './pace.ts'
import { RedriveTally } from './redrive.ts'
import { SinkDriver } from './sink-driver.ts'

const chunkRecords = 1_000

/** Reads the records of gaps that a verification has found, and writes them again. */
export class GapRedrive implements Inspection {
  readonly #inspected: InspectedConnector
  readonly #known: KnownGaps
  readonly #recordsPerSecond: number
  readonly #tally: RedriveTally

  constructor(inspected: InspectedConnector, known: KnownGaps, recordsPerSecond: number) {
    this.#inspected = inspected
    this.#known = known
    this.#recordsPerSecond = recordsPerSecond
    this.#tally = new RedriveTally(inspected.clock)
  }

  async run(signal: AbortSignal): Promise<void> {
    const pace = new Pace(this.#recordsPerSecond, this.#inspected.clock)
    const reader = await this.#inspected.reader(this.#known.gaps)
    this.#tally.progress.follow(reader)
    const driver = new SinkDriver(this.#inspected, signal)
    try {
      for (;;) {
        const messages = await reader.read(pace.chunk(chunkRecords), signal)
        if (messages === null) break
        const driven = await driver.drive(messages)
        if (driven === null) break
        this.#tally.add(driven)
        await pace.keep(messages.length, signal)
      }
      this.#tally.complete = this.#known.areAll && !signal.aborted
    } finally {
      await driver.close()
    }
  }

  snapshot(): InspectionSnapshot {
    return this.#tally.snapshot()
  }
}
