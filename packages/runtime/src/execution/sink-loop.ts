/**
 * Runs one sink task: poll, convert, put, commit. Here a record's life passes through; before it stands
 * `kafka/consumer.ts`, beside it `record-pipeline.ts` (decode and transform), after it the plugin's `put` and
 * `sink-commits.ts`.
 */
import {
  type Clock,
  codeOf,
  isRetriable,
  type Logger,
  messageOf,
  type SinkRecord,
  type SinkTask,
  type TopicPartition,
} from '@penstock/core'
import type { ConsumedMessage, Position } from '../kafka/consumer.ts'
import type { LastError } from '../telemetry/figures.ts'
import { failureOf } from './error-policy.ts'
import type { RebalanceQueue } from './rebalance-queue.ts'
import type { RecordPipeline } from './record-pipeline.ts'
import type { SinkCommits } from './sink-commits.ts'
import type { SinkContext } from './sink-context.ts'
import type { SinkPositions } from './sink-positions.ts'
import type { SinkTracing } from './sink-tracing.ts'
import type { TaskMeter } from './task-meter.ts'

/** The part of the consumer that the loop uses. */
export interface SinkConsumer {
  poll(max: number, timeoutMs: number): Promise<ConsumedMessage[]>
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  seek(position: Position, timeoutMs: number): Promise<void>
}

export interface SinkLoop {
  readonly consumer: SinkConsumer
  readonly rebalances: RebalanceQueue
  readonly pipeline: RecordPipeline
  readonly task: SinkTask
  readonly context: SinkContext
  readonly positions: SinkPositions
  readonly commits: SinkCommits
  readonly meter: TaskMeter
  /** Null where nothing is traced. */
  readonly tracing: SinkTracing | null
  readonly logger: Logger
  readonly clock: Clock
  readonly maxPollRecords: number
  /** True while the connector's target state is PAUSED. */
  readonly isPaused: () => boolean
  readonly onRunning: () => void
  readonly onTopic: (topic: string) => void
}

/** Rebalances and errors of the task are noticed at least this often, however quiet the topics are. */
const maxIdleMs = 500
/** Wait before a batch is put again after a retriable failure, when the task asks for no other. */
const redeliveryMs = 1_000
const seekTimeoutMs = 10_000

/**
 * Runs until `stop` aborts, then has everything written out and committed. Rejects when the task must fail.
 * Offsets are committed only after `preCommit` has named them, never after `put` alone: a crash may repeat records, it
 * never loses them.
 */
export async function runSinkTask(loop: SinkLoop, stop: AbortSignal): Promise<void> {
  const { task, context, commits, positions } = loop
  const pausing = new Pausing(loop)
  let pending: readonly SinkRecord[] = []
  let retryAt = 0
  let failing = false
  context.onCommitRequest(() => commits.request())
  try {
    await task.start?.()
    loop.onRunning()
    while (!stop.aborted) {
      await takeRebalances(loop)
      pending = positions.keepAssigned(pending)
      await rewind(loop)
      pausing.apply(pending.length > 0)
      await commits.beginIfDue()
      const waitMs = Math.min(commits.msToNext(), context.takeTimeout() ?? maxIdleMs, maxIdleMs)
      loop.tracing?.polling()
      const messages = await loop.consumer.poll(
        loop.maxPollRecords,
        pending.length > 0 ? Math.min(waitMs, msUntil(retryAt, loop)) : waitMs,
      )
      if (messages.length > 0) {
        const records = await take(loop, messages)
        pending = pending.length === 0 ? records : [...pending, ...records]
      }
      if (pending.length > 0 && msUntil(retryAt, loop) > 0) continue
      failing = !(await deliver(loop, pending, failing))
      if (failing) retryAt = loop.clock.now() + (context.takeTimeout() ?? redeliveryMs)
      else pending = []
    }
    await commits.finish()
  } finally {
    loop.tracing?.abandon()
    await closeAll(loop)
  }
}

function msUntil(time: number, { clock }: SinkLoop): number {
  return Math.max(0, time - clock.now())
}

async function take(loop: SinkLoop, messages: readonly ConsumedMessage[]): Promise<SinkRecord[]> {
  loop.meter.add('sink-record-read-total', messages.length)
  let topic = ''
  let bytes = 0
  for (const message of messages) {
    bytes += (message.key?.length ?? 0) + (message.value?.length ?? 0)
    if (message.topic !== topic) {
      topic = message.topic
      loop.onTopic(topic)
    }
  }
  loop.meter.add('sink-record-read-bytes-total', bytes)
  const records = await loop.pipeline.process(messages, loop.tracing?.polled(messages) ?? null)
  loop.positions.polled(messages)
  return records
}

/** False when the same records must be put again later. An empty batch lets the task tell of failures in the background. */
async function deliver(loop: SinkLoop, records: readonly SinkRecord[], failedBefore: boolean): Promise<boolean> {
  const { task, meter, tracing, positions, logger, clock } = loop
  const startedAt = clock.now()
  try {
    if (tracing === null) await task.put(records)
    else await tracing.put(() => task.put(records))
  } catch (error) {
    if (!isRetriable(error)) {
      // The place of a record that is not tolerated was noted when it was reported.
      if (codeOf(error) !== 'record.not_tolerated') meter.noteError(putError(error, records, clock.now()))
      throw error
    }
    meter.add('put-retries-total')
    meter.hold(messageOf(error))
    logger[failedBefore ? 'debug' : 'warn']('the task could not take its records, they are put again', {
      reason: messageOf(error),
      records: records.length,
    })
    return false
  }
  if (failedBefore) {
    logger.info('the task takes records again')
    meter.hold(null)
  }
  positions.delivered()
  if (records.length > 0) {
    meter.add('sink-record-send-total', records.length)
    meter.observe('batch-size', records.length)
    meter.observePut(clock.now() - startedAt, clock.now())
  }
  return true
}

/** Which record it was is known where the batch has but one. */
function putError(error: unknown, records: readonly SinkRecord[], now: number): LastError {
  const { stage } = failureOf(error)
  const only = records.length === 1 ? records[0]?.origin : undefined
  return {
    message: messageOf(error),
    stage,
    topic: only?.topic ?? null,
    partition: only?.partition ?? null,
    offset: only === undefined ? null : Number(only.offset),
    at: now,
  }
}

async function takeRebalances(loop: SinkLoop): Promise<void> {
  const { rebalances, task, context, positions, commits, meter, logger } = loop
  for (let step = rebalances.take(); step !== undefined; step = rebalances.take()) {
    try {
      if (step.kind === 'assigned') {
        positions.open(step.partitions)
        await task.open?.(step.partitions)
      } else {
        if (step.kind === 'revoked') await commits.finish(step.partitions)
        await task.close?.(step.partitions)
        positions.close(step.partitions)
        // Should they come back, nobody would remember why they are paused.
        context.resume(step.partitions)
      }
      meter.set('partition-count', positions.partitions().length)
      logger.info(`partitions ${step.kind}`, {
        partitions: step.partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(' '),
      })
    } finally {
      step.done()
    }
  }
}

async function rewind({ context, consumer, positions }: SinkLoop): Promise<void> {
  for (const target of context.takeSeeks()) {
    if (!positions.has(target)) continue
    await consumer.seek(
      { topic: target.topic, partition: target.partition, offset: Number(target.offset) },
      seekTimeoutMs,
    )
    positions.rewind(target)
  }
}

async function closeAll({ task, positions, rebalances, logger }: SinkLoop): Promise<void> {
  rebalances.close()
  try {
    const partitions = positions.partitions()
    if (partitions.length > 0) await task.close?.(partitions)
  } catch (error) {
    logger.warn('closing the partitions failed', { error })
  }
  try {
    await task.stop?.()
  } catch (error) {
    // What ended the task is the news, and all that was written is committed: Kafka Connect only logs this as well.
    logger.warn('stopping the task failed', { error })
  }
}

/** Keeps the consumer's paused partitions equal to what task, target state and redelivery want. */
class Pausing {
  readonly #loop: SinkLoop
  #paused = new Set<string>()

  constructor(loop: SinkLoop) {
    this.#loop = loop
  }

  apply(redelivering: boolean): void {
    const { consumer, positions, context, isPaused } = this.#loop
    const all = redelivering || isPaused()
    const pause: TopicPartition[] = []
    const resume: TopicPartition[] = []
    const paused = new Set<string>()
    for (const partition of positions.partitions()) {
      const name = `${partition.partition}/${partition.topic}`
      const wanted = all || context.isPaused(partition)
      if (wanted) paused.add(name)
      if (wanted && !this.#paused.has(name)) pause.push(partition)
      if (!wanted && this.#paused.has(name)) resume.push(partition)
    }
    this.#paused = paused
    consumer.pause(pause)
    consumer.resume(resume)
  }
}
