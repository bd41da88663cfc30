/**
 * Runs one source task: poll, transform and convert (`source-pipeline.ts`), deliver (`at-least-once.ts` or
 * `exactly-once.ts`). Positions are stored only of what Kafka has acknowledged.
 */
import { type Clock, isRetriable, type Logger, messageOf, type SourceRecord, type SourceTask } from '@penstock/core'
import type { SourceDelivery } from './source-delivery.ts'
import type { SourcePipeline } from './source-pipeline.ts'
import type { TaskMeter } from './task-meter.ts'
import type { TaskSwitch } from './task-switch.ts'

export interface SourceLoop {
  readonly task: SourceTask
  readonly pipeline: Pick<SourcePipeline, 'process'>
  readonly delivery: SourceDelivery
  readonly meter: TaskMeter
  readonly logger: Logger
  readonly clock: Clock
  readonly onRunning: () => void
}

/** A task that has nothing and does not wait for itself is asked again after a pause that grows up to this. */
const maxIdleMs = 100

/** Resolves when the task has ended in order; rejects with what ended it. */
export async function runSourceTask(loop: SourceLoop, control: TaskSwitch): Promise<void> {
  const { task, delivery } = loop
  try {
    await task.start?.()
    loop.onRunning()
    await pollUntilStopped(loop, control)
    await delivery.settle()
  } finally {
    await delivery.abandon()
    await stopTask(loop)
  }
}

async function pollUntilStopped(loop: SourceLoop, control: TaskSwitch): Promise<void> {
  const { pipeline, delivery, meter } = loop
  let idleMs = 0
  while (!control.stopped.aborted) {
    if (control.isPaused) {
      await delivery.settle()
      await control.untilResumed()
      continue
    }
    const records = await poll(loop, control.running)
    if (records !== null && records.length > 0) {
      meter.add('source-record-poll-total', records.length)
      meter.observe('batch-size', records.length)
    }
    await delivery.deliver(await pipeline.process(records ?? []))
    idleMs = records === null || records.length === 0 ? Math.min(maxIdleMs, idleMs * 2 + 1) : 0
    if (idleMs > 0) await control.pause(idleMs)
  }
}

async function poll(
  { task, meter, logger, clock }: SourceLoop,
  signal: AbortSignal,
): Promise<readonly SourceRecord[] | null> {
  const startedAt = clock.now()
  try {
    const records = await task.poll(signal)
    if (records !== null) meter.observe('poll-batch-time-ms', clock.now() - startedAt)
    return records
  } catch (error) {
    if (signal.aborted || isRetriable(error)) {
      logger.warn('the source could not be read, trying again', { reason: messageOf(error) })
      return null
    }
    throw error
  }
}

async function stopTask({ task, logger }: SourceLoop): Promise<void> {
  try {
    await task.stop?.()
  } catch (error) {
    logger.warn('stopping the task failed', { error })
  }
}
