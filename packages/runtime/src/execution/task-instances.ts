/** The tasks of an executor. */
import { type Clock, ConflictError, type Logger, type TaskId, taskName, traceOf } from '@penstock/core'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { PluginRegistry } from '../plugins/registry.ts'
import type { OffsetStore } from '../storage/offset-store.ts'
import type { TaskMetrics } from '../telemetry/figures.ts'
import type { Tracing } from '../telemetry/open-tracing.ts'
import type { Redactor } from '../telemetry/redactor.ts'
import { within } from '../time/within.ts'
import type { ExecutorChannel, StartTask } from './ipc.ts'
import { SinkTaskRunner } from './sink-task-runner.ts'
import { SourceTaskRunner } from './source-task-runner.ts'
import type { ReportStatus, StopOptions, TaskRunner } from './task-life.ts'

export interface TaskInstancesParts {
  readonly channel: ExecutorChannel
  readonly registry: PluginRegistry
  readonly worker: WorkerConfig
  readonly redactor: Redactor
  readonly tracing: Tracing | null
  readonly workerStore: () => Promise<OffsetStore>
  readonly logger: (name: string, context?: Record<string, unknown>) => Logger
  readonly clock: Clock
}

export class TaskInstances {
  readonly #parts: TaskInstancesParts
  readonly #tasks = new Map<string, TaskRunner>()

  constructor(parts: TaskInstancesParts) {
    this.#parts = parts
  }

  /** Resolves when the task is on its way, see {@link TaskRunner.start}; a failure becomes its status. */
  async start(start: StartTask): Promise<void> {
    const { channel } = this.#parts
    const { id } = start
    const key = taskName(id)
    if (this.#tasks.has(key)) throw new ConflictError('executor.task_runs', `task ${key} runs already`)
    let version: string | null = null
    const report: ReportStatus = (state, trace, fenced) =>
      channel.send({ kind: 'task-status', id, state, trace, version: state === 'UNASSIGNED' ? null : version, fenced })
    try {
      const found = this.#parts.registry.findConnector(start.connectorConfig)
      version = found.version
      const common = {
        ...this.#parts,
        start,
        logger: this.#parts.logger('task', { connector: id.connector, task: id.task }),
        onStatus: report,
        onTopic: (topic: string) => channel.send({ kind: 'topic-seen', id, topic }),
      }
      const { plugin } = found
      const runner =
        plugin.kind === 'sink' ? new SinkTaskRunner({ ...common, plugin }) : new SourceTaskRunner({ ...common, plugin })
      this.#tasks.set(key, runner)
      await runner.start()
    } catch (error) {
      report('FAILED', traceOf(error), false)
    }
  }

  proceed(id: TaskId): void {
    this.#tasks.get(taskName(id))?.proceed()
  }

  /** Resolves when the task has stopped, or was cancelled after the graceful timeout. */
  async stop(id: TaskId, options: StopOptions): Promise<void> {
    const task = this.#tasks.get(taskName(id))
    if (!task) return
    await stopWithin(task, this.#parts.worker['task.shutdown.graceful.timeout.ms'], options)
    this.#tasks.delete(taskName(id))
  }

  async stopAll(timeoutMs: number, options: StopOptions): Promise<void> {
    await Promise.all([...this.#tasks.values()].map((task) => stopWithin(task, timeoutMs, options)))
  }

  pause(id: TaskId, paused: boolean): void {
    this.#tasks.get(taskName(id))?.pause(paused)
  }

  metrics(): TaskMetrics[] {
    return [...this.#tasks.values()].map((task) => task.metrics())
  }
}

async function stopWithin(task: TaskRunner, timeoutMs: number, options: StopOptions): Promise<void> {
  await within(timeoutMs, task.stop(options), () => task.cancel())
}
