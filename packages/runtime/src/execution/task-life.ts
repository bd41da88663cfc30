/** What the runners of both kinds of tasks share: from the start to the last status, with pauses between. */
import {
  type Clock,
  ConnectError,
  codeOf,
  type Logger,
  messageOf,
  StageError,
  type TaskId,
  taskName,
  traceOf,
} from '@penstock/core'
import { rdkafkaErrors } from '../kafka/consumer.ts'
import { isFencedProducer } from '../kafka/producer.ts'
import type { TaskState } from '../storage/status.ts'
import type { TaskMetrics } from '../telemetry/figures.ts'
import { StateShares } from './state-shares.ts'
import { TaskMeter } from './task-meter.ts'
import { TaskSwitch } from './task-switch.ts'

/** One task as the executor sees it. */
export interface TaskRunner {
  readonly id: TaskId
  /** Resolves when the task waits for {@link proceed}, at once where it need not. Rejects with what kept it from that. */
  start(): Promise<void>
  /** For a task that was started with `awaitGo`: nobody else runs it any more. */
  proceed(): void
  /**
   * Stops in order: everything written out and committed. Resolves also when that failed.
   */
  stop(options: StopOptions): Promise<void>
  /** Stops waiting for anything: no more retries, commits or statuses. */
  cancel(): void
  pause(paused: boolean): void
  metrics(): TaskMetrics
}

export interface StopOptions {
  /** Nobody will continue the task: its consumer group shall not wait for it. */
  readonly leaveGroup: boolean
  /** The process ends right after: its clients need not be closed, which takes them a while. */
  readonly thenExit?: boolean
}

export type ReportStatus = (state: TaskState, trace: string | null, fenced: boolean) => void

export class TaskLife {
  readonly id: TaskId
  readonly control: TaskSwitch
  readonly meter = new TaskMeter()
  readonly #shares: StateShares
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #onStatus: ReportStatus
  #worked: Promise<void> = Promise.resolve()
  #done: Promise<void> = Promise.resolve()

  constructor(parts: { id: TaskId; paused: boolean; logger: Logger; clock: Clock; onStatus: ReportStatus }) {
    this.id = parts.id
    this.control = new TaskSwitch(parts.paused)
    this.#logger = parts.logger
    this.#clock = parts.clock
    this.#onStatus = parts.onStatus
    this.#shares = new StateShares(parts.clock, parts.paused)
  }

  /** Runs the task's work to its end, closes what it opened, reports how it ended. */
  start(work: () => Promise<void>, close: () => Promise<void>): void {
    const worked = work()
    this.#worked = worked.catch(() => {})
    this.#done = this.#run(worked, close)
  }

  /** Stops in order. Resolves when the work has ended, well or not, and everything is closed if that is asked for. */
  async stop({ thenExit = false }: StopOptions): Promise<void> {
    this.control.stop()
    await (thenExit ? this.#worked : this.#done)
  }

  running(): void {
    this.#report(this.control.isPaused ? 'PAUSED' : 'RUNNING', null)
  }

  /** The task's figures as they are now. */
  metrics(what: Pick<TaskMetrics, 'kind' | 'connectorClass' | 'lags'>): TaskMetrics {
    const { running, paused } = this.#shares.now()
    this.meter.set('running-ratio', running)
    this.meter.set('pause-ratio', paused)
    return this.meter.snapshot({ id: this.id, ...what }, this.#clock.now())
  }

  /** True when that changed anything. */
  setPaused(paused: boolean): boolean {
    if (!this.control.setPaused(paused)) return false
    if (this.meter.state === 'RUNNING' || this.meter.state === 'PAUSED') this.running()
    return true
  }

  cancel(): void {
    this.control.cancel(taskName(this.id))
  }

  async #run(work: Promise<void>, close: () => Promise<void>): Promise<void> {
    try {
      await work
      await close()
      this.#report('UNASSIGNED', null)
    } catch (error) {
      await close()
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    const fenced = isFenced(error)
    const failure = fenced
      ? new ConnectError(
          'task.fenced',
          `another copy of task ${taskName(this.id)} has joined in its place, this one was fenced`,
          { cause: error },
        )
      : error
    this.#logger.error(`task ${taskName(this.id)} failed`, { error: failure })
    if (!this.#isNoted(error)) {
      const stage = error instanceof StageError ? error.stage : null
      const at = this.#clock.now()
      this.meter.noteError({ message: messageOf(failure), stage, topic: null, partition: null, offset: null, at })
    }
    this.#report('FAILED', traceOf(failure), fenced)
  }

  /** Whoever met the error at a record has noted it with the record's place. */
  #isNoted(error: unknown): boolean {
    const { lastError } = this.meter
    return lastError !== null && (codeOf(error) === 'record.not_tolerated' || lastError.message === messageOf(error))
  }

  #report(state: TaskState, trace: string | null, fenced = false): void {
    this.meter.state = state
    this.#shares.enter(state)
    // Another copy may have been started by now: what becomes of this one is no longer the task's state.
    if (this.control.cancelled.aborted) return
    this.#onStatus(state, trace, fenced)
  }
}

/** Another copy of the task has taken its place, in the consumer group or as transactional producer. */
function isFenced(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown }
    // A consumer knows no other fatal error; on a busy machine its explanation may come too late.
    if (code === rdkafkaErrors.fencedInstanceId || code === rdkafkaErrors.fatal || isFencedProducer(cause)) return true
    if (/fenced/i.test(cause.message) && /instance/i.test(cause.message)) return true
  }
  return false
}
