/**
 * Runs one source task: poll, transform and convert (`source-pipeline.ts`), deliver (`at-least-once.ts` or
 * `exactly-once.ts`). Positions are stored only of what Kafka has acknowledged.
 */
import { type Clock, isRetriable, type Logger, messageOf, type SourceRecord, type SourceTask } from '@penstock/core'
import type { SourceDelivery } from './source-delivery.ts'
import type { SourcePipeline } from './source-pipeline.ts'
import type { SourceTracing } from './source-tracing.ts'
import type { TaskMeter } from './task-meter.ts'
import type { TaskSwitch } from './task-switch.ts'
import { unlessAborted } from './unless-aborted.ts'

export interface SourceLoop {
  readonly task: SourceTask
  readonly pipeline: Pick<SourcePipeline, 'process'>
  readonly delivery: SourceDelivery
  readonly meter: TaskMeter
  /** Null where nothing is traced. */
  readonly tracing: SourceTracing | null
  readonly logger: Logger
  readonly clock: Clock
  readonly onRunning: () => void
}

/** A task that has nothing and does not wait for itself is asked again after a pause that grows up to this. */
const maxIdleMs = 100

/** Resolves when the task has ended in order; rejects with what ended it, at once when it is cancelled. */
export async function runSourceTask(loop: SourceLoop, control: TaskSwitch): Promise<void> {
  const { cancelled } = control
  const working = work(loop, control)
  try {
    await unlessAborted(working, cancelled)
  } finally {
    await unlessAborted(end(loop, working), cancelled).catch((error: unknown) => {
      if (!cancelled.aborted) throw error
    })
  }
}

/** Calls of a task never overlap: one that was cancelled is stopped when its last call comes back, if it ever does. */
async function end(loop: SourceLoop, working: Promise<void>): Promise<void> {
  await loop.delivery.abandon()
  await Promise.allSettled([working])
  await stopTask(loop)
}

async function work(loop: SourceLoop, control: TaskSwitch): Promise<void> {
  await loop.task.start?.()
  control.cancelled.throwIfAborted()
  loop.onRunning()
  await pollUntilStopped(loop, control)
  await loop.delivery.finish()
}

async function pollUntilStopped(loop: SourceLoop, control: TaskSwitch): Promise<void> {
  const { delivery, meter } = loop
  let idleMs = 0
  while (!control.stopped.aborted) {
    if (control.isPaused) {
      await delivery.settle()
      await control.untilResumed()
      continue
    }
    const records = await poll(loop, control)
    // What a task returns after it was given up is its next copy's to read and send.
    control.cancelled.throwIfAborted()
    if (records !== null && records.length > 0) {
      meter.add('source-record-poll-total', records.length)
      meter.observe('batch-size', records.length)
    }
    await handOn(loop, records ?? [])
    idleMs = records === null || records.length === 0 ? Math.min(maxIdleMs, idleMs * 2 + 1) : 0
    if (idleMs > 0) await control.pause(idleMs)
  }
}

async function handOn({ pipeline, delivery, tracing }: SourceLoop, records: readonly SourceRecord[]): Promise<void> {
  if (tracing === null || records.length === 0) {
    await delivery.deliver(await pipeline.process(records))
    return
  }
  const trace = tracing.polled(records.length)
  try {
    const outgoing = await pipeline.process(records, trace)
    await trace.deliver(() => delivery.deliver(outgoing))
  } catch (error) {
    trace.end(error)
    throw error
  }
}

async function poll(
  { task, delivery, meter, tracing, logger, clock }: SourceLoop,
  control: TaskSwitch,
): Promise<readonly SourceRecord[] | null> {
  const signal = control.running
  const startedAt = clock.now()
  const dueAt = delivery.dueAt()
  // A task that waits for its source must not keep a delivery waiting.
  const timer = dueAt === null ? undefined : setTimeout(() => control.interrupt(), Math.max(0, dueAt - startedAt))
  try {
    tracing?.polling()
    const records = await task.poll(signal)
    if (records !== null) meter.observe('poll-batch-time-ms', clock.now() - startedAt)
    return records
  } catch (error) {
    if (signal.aborted || isRetriable(error)) {
      logger.warn('the source could not be read, trying again', { reason: messageOf(error) })
      return null
    }
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function stopTask({ task, logger }: SourceLoop): Promise<void> {
  try {
    await task.stop?.()
  } catch (error) {
    logger.warn('stopping the task failed', { error })
  }
}
