/** Puts records through a fresh task of a connector's sink, outside of any consumer group: nothing is committed. */
import {
  ConnectError,
  isRetriable,
  messageOf,
  type PartitionOffset,
  type SinkRecord,
  type SinkTask,
  type TopicPartition,
} from '@penstock/core'
import type { ConsumedMessage } from '../../kafka/consumer.ts'
import { partitionKey, recordKey } from '../../kafka/places.ts'
import { pause } from '../../time/pause.ts'
import type { RecordPipeline } from '../record-pipeline.ts'
import { SinkContext } from '../sink-context.ts'
import { SinkPositions } from '../sink-positions.ts'
import { TaskMeter } from '../task-meter.ts'
import type { InspectedConnector } from './inspected-connector.ts'
import type { Refusal } from './job.ts'

/** What became of the records of one chunk. */
export interface Driven {
  readonly written: number
  readonly dropped: number
  /** Older copies of records that were given more than once. */
  readonly copies: number
  readonly refusals: readonly Refusal[]
}

/** What is needed of the connector. */
export type DrivenConnector = Pick<
  InspectedConnector,
  'name' | 'plugin' | 'taskConfig' | 'policy' | 'refusals' | 'pipeline' | 'logger' | 'clock'
>

const redeliveryMs = 1_000
/** How often a task may say that not all is written while it takes more. */
const flushAttempts = 5

export class SinkDriver {
  readonly #inspected: DrivenConnector
  readonly #context: SinkContext
  readonly #positions = new SinkPositions()
  readonly #pipeline: RecordPipeline
  readonly #signal: AbortSignal
  #task: SinkTask | null = null

  /** Nothing runs before the first call of {@link drive}. */
  constructor(inspected: DrivenConnector, signal: AbortSignal) {
    this.#inspected = inspected
    this.#signal = signal
    const { name: connector, logger, clock, policy } = inspected
    this.#context = new SinkContext({
      id: { connector, task: 0 },
      logger,
      clock,
      signal,
      policy,
      positions: this.#positions,
      meter: new TaskMeter(),
    })
    this.#pipeline = inspected.pipeline(signal)
  }

  /**
   * Resolves when every record is written, dropped or refused; null when `signal` has aborted before. Records of one
   * partition need not follow those of an earlier call.
   */
  async drive(messages: readonly ConsumedMessage[]): Promise<Driven | null> {
    const ordered = newestOfEach(messages)
    const records = await this.#pipeline.process(ordered)
    const refusals = [...this.#inspected.refusals.take()]
    const given = new Set(records.map(({ origin }) => recordKey(origin)))
    let left: readonly SinkRecord[] = records
    while (left.length > 0 && !this.#signal.aborted) {
      try {
        await this.#through(left)
        break
      } catch (error) {
        const refused = this.#inspected.refusals.take()
        if (refused.length === 0 || this.#signal.aborted) throw error
        // By its configuration the task ends with a record that it refuses. The others are for the next.
        refusals.push(...refused)
        left = without(left, refused)
        await this.close()
      }
    }
    if (this.#signal.aborted) return null
    refusals.push(...this.#inspected.refusals.take())
    const refused = new Set(refusals.map(recordKey))
    const places = ordered.map(recordKey).filter((place) => !refused.has(place))
    const written = places.filter((place) => given.has(place)).length
    return { written, dropped: places.length - written, copies: messages.length - ordered.length, refusals }
  }

  async close(): Promise<void> {
    const task = this.#task
    this.#task = null
    await task?.stop?.()
  }

  async #through(records: readonly SinkRecord[]): Promise<void> {
    const task = await this.#started()
    const partitions = partitionsOf(records)
    this.#positions.open(partitions)
    await task.open?.(partitions)
    try {
      if (await this.#put(task, records)) await this.#flush(task, records)
    } finally {
      await task.close?.(partitions)
      this.#positions.close(partitions)
    }
  }

  async #started(): Promise<SinkTask> {
    if (this.#task !== null) return this.#task
    const { plugin, taskConfig } = this.#inspected
    this.#task = plugin.createTask(plugin.config.parse(taskConfig) as never, this.#context)
    await this.#task.start?.()
    return this.#task
  }

  /** False when it was given up. */
  async #put(task: SinkTask, records: readonly SinkRecord[]): Promise<boolean> {
    while (!this.#signal.aborted) {
      try {
        await task.put(records)
        return true
      } catch (error) {
        if (!isRetriable(error)) throw error
        this.#inspected.logger.warn('the task could not take records that are driven again, they are put once more', {
          reason: messageOf(error),
          records: records.length,
        })
        await pause(this.#context.takeTimeout() ?? redeliveryMs, this.#signal)
      }
    }
    return false
  }

  async #flush(task: SinkTask, records: readonly SinkRecord[]): Promise<void> {
    const consumed = endsOf(records)
    for (let attempt = 1; consumed.length > 0; attempt++) {
      const done = (await task.preCommit?.(consumed, { closing: true })) ?? consumed
      if (this.#signal.aborted) return
      const left = consumed.find((position) => !isReached(position, done))
      if (left === undefined) return
      if (attempt === flushAttempts) {
        throw new ConnectError(
          'inspection.not_written',
          `the task has not written all records of ${left.topic}-${left.partition} before offset ${left.offset}; see its messages in the log`,
        )
      }
      // What keeps it from writing it tells when it is put something: then this waits as long as that passes.
      if (!(await this.#put(task, []))) return
      await pause(this.#context.takeTimeout() ?? redeliveryMs, this.#signal)
    }
  }
}

function isReached({ topic, partition, offset }: PartitionOffset, done: readonly PartitionOffset[]): boolean {
  return done.some(
    (position) => position.topic === topic && position.partition === partition && position.offset >= offset,
  )
}

/** In the order of their offsets, and of copies of one record the last. */
function newestOfEach(messages: readonly ConsumedMessage[]): ConsumedMessage[] {
  const byPlace = new Map(messages.map((message) => [recordKey(message), message]))
  return [...byPlace.values()].sort(
    (a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition || a.offset - b.offset,
  )
}

function partitionsOf(records: readonly SinkRecord[]): TopicPartition[] {
  const partitions = records.map(({ origin: { topic, partition } }): TopicPartition => ({ topic, partition }))
  return [...new Map(partitions.map((partition) => [partitionKey(partition), partition])).values()]
}

function without(records: readonly SinkRecord[], refusals: readonly Refusal[]): SinkRecord[] {
  const refused = new Set(refusals.map(recordKey))
  return records.filter(({ origin }) => !refused.has(recordKey(origin)))
}

function endsOf(records: readonly SinkRecord[]): PartitionOffset[] {
  const ends = new Map<string, PartitionOffset>()
  for (const { origin } of records) {
    const { topic, partition, offset } = origin
    ends.set(partitionKey(origin), { topic, partition, offset: offset + 1n })
  }
  return [...ends.values()]
}
