/**
 * Takes dead letters through a corrected configuration, each as the record that it was, so that it gets the id that it
 * would have had. How far it came is kept as the offsets of a consumer group, after each chunk that is written: what is
 * cut short goes on there.
 */
import { ConnectError } from '@penstock/core'
import type { ConsumedMessage } from '../../kafka/consumer.ts'
import { contextOf, matches, originalOf } from './dead-letter.ts'
import type { InspectedConnector } from './inspected-connector.ts'
import type { Inspection, InspectionSnapshot, OffsetRange, RedriveRequest } from './job.ts'
import { Pace } from './pace.ts'
import type { RangeReader } from './range-reader.ts'
import { wholeTopic } from './ranges.ts'
import { RedriveTally } from './redrive.ts'
import { SinkDriver } from './sink-driver.ts'

export interface RedriveLimits {
  readonly recordsPerSecond: number
  readonly mostRecords: number
}

const chunkRecords = 500

export class DeadLetterRedrive implements Inspection {
  readonly #inspected: InspectedConnector
  readonly #request: Omit<RedriveRequest, 'config'>
  readonly #limits: RedriveLimits
  readonly #tally: RedriveTally

  constructor(inspected: InspectedConnector, request: Omit<RedriveRequest, 'config'>, limits: RedriveLimits) {
    this.#inspected = inspected
    this.#request = request
    this.#limits = limits
    this.#tally = new RedriveTally(inspected.clock)
  }

  async run(signal: AbortSignal): Promise<void> {
    const reader = await this.#inspected.reader(await this.#ranges())
    this.#tally.progress.follow(reader)
    const driver = new SinkDriver(this.#inspected, signal)
    try {
      await this.#drive(reader, driver, signal)
    } finally {
      await driver.close()
    }
  }

  snapshot(): InspectionSnapshot {
    return this.#tally.snapshot()
  }

  async #drive(reader: RangeReader, driver: SinkDriver, signal: AbortSignal): Promise<void> {
    const pace = new Pace(this.#limits.recordsPerSecond, this.#inspected.clock)
    const most = Math.min(this.#request.maxRecords ?? this.#limits.mostRecords, this.#limits.mostRecords)
    while (this.#tally.taken < most) {
      const letters = await reader.read(Math.min(pace.chunk(chunkRecords), most - this.#tally.taken), signal)
      if (letters === null) break
      const originals = letters.flatMap((letter) => this.#original(letter))
      this.#tally.skipped += letters.length - originals.length
      if (originals.length > 0) {
        const driven = await driver.drive(originals)
        if (driven === null) return
        this.#tally.add(driven)
      }
      await this.#keepPositions(reader)
      await pace.keep(originals.length, signal)
    }
    this.#tally.complete = !signal.aborted && reader.offsetsDone === reader.offsetsTotal
  }

  #original(letter: ConsumedMessage): ConsumedMessage[] {
    const context = contextOf(letter)
    if (context === null || !matches(context, this.#inspected.name, this.#request.filter)) return []
    return [originalOf(letter, context)]
  }

  async #ranges(): Promise<readonly OffsetRange[]> {
    const admin = this.#inspected.admin()
    const whole = await wholeTopic(deadLetterTopicOf(this.#inspected), admin)
    if (this.#request.fromBeginning) return whole
    const reached = await admin.groupOffsets(redriveGroup(this.#inspected.name))
    return whole.map((range) => {
      const own = reached.find(({ topic, partition }) => topic === range.topic && partition === range.partition)
      return { ...range, from: Math.min(range.to, Math.max(range.from, Number(own?.offset ?? 0))) }
    })
  }

  async #keepPositions(reader: RangeReader): Promise<void> {
    const positions = reader.positions().map((position) => ({ ...position, offset: BigInt(position.offset) }))
    await this.#inspected.admin().alterGroupOffsets(redriveGroup(this.#inspected.name), positions)
  }
}

/** Keeps how far dead letters were driven again. A connector named `<name>-dlq`, which is common, has another one. */
function redriveGroup(connector: string): string {
  return `connect-${connector}-dlq-redrive`
}

/** Throws when the connector has none. */
export function deadLetterTopicOf({ name, config }: Pick<InspectedConnector, 'name' | 'config'>): string {
  const topic = config['errors.deadletterqueue.topic.name']
  if (topic !== '') return topic
  throw new ConnectError(
    'config.no_dead_letters',
    `connector ${name} keeps no dead letters: errors.deadletterqueue.topic.name is not set; set it, and errors.tolerance=all, to keep them`,
  )
}
