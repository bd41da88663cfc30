/**
 * Tells those who listen what happens in the cluster. Statuses and configs come from the topics that every worker reads;
 * how workers and tasks fare is looked at every few seconds, and only while somebody listens.
 */
import { type Logger, messageOf, type TaskId } from '@penstock/core'
import type { ConfigEvent } from '../storage/config-state.ts'
import type { ConnectorState, Status, TaskState } from '../storage/status.ts'
import type { ConnectorMetricsView, OperatingControl, WorkerView } from './herder.ts'

export type ClusterEvent =
  /** A null status: there is none any more. */
  | { readonly kind: 'connector'; readonly connector: string; readonly status: Status<ConnectorState> | null }
  | { readonly kind: 'task'; readonly id: TaskId; readonly status: Status<TaskState> | null }
  | { readonly kind: 'config'; readonly connector: string; readonly deleted: boolean }
  | {
      readonly kind: 'rebalance'
      readonly generation: number
      /** Worker ids. */
      readonly leader: string | null
      readonly members: readonly string[]
    }
  | { readonly kind: 'worker'; readonly worker: WorkerView }
  | { readonly kind: 'metrics'; readonly connectors: readonly ConnectorMetricsView[] }

export type EventListener = (event: ClusterEvent) => void

export interface ClusterEventsParts {
  readonly operating: Pick<OperatingControl, 'overview'>
  readonly workerId: string
  readonly logger: Logger
  /** How often workers and tasks are looked at. */
  readonly everyMs?: number
}

const defaultEveryMs = 3_000

export class ClusterEvents {
  readonly #parts: ClusterEventsParts
  readonly #listeners = new Set<EventListener>()
  /** What was told last, as text: only what has changed is told again. */
  #told = new Map<string, string>()
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> | null = null

  constructor(parts: ClusterEventsParts) {
    this.#parts = parts
  }

  /** The function that is returned ends it. */
  subscribe(listener: EventListener): () => void {
    // A set tells each listener once, also the same function.
    const own: EventListener = (event) => listener(event)
    this.#listeners.add(own)
    if (this.#listeners.size === 1) {
      this.#told = new Map()
      this.#timer = setInterval(() => this.lookSoon(), this.#parts.everyMs ?? defaultEveryMs).unref()
      this.lookSoon()
    }
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size === 0) this.close()
    }
  }

  /** The group has changed, or it is time. */
  lookSoon(): void {
    if (this.#listeners.size === 0 || this.#looking !== null) return
    this.#looking = this.#look()
      .catch((error: unknown) =>
        this.#parts.logger.debug('the cluster could not be looked at', { reason: messageOf(error) }),
      )
      .finally(() => {
        this.#looking = null
      })
  }

  onConfigEvent(event: ConfigEvent): void {
    if ('connector' in event) {
      this.#tell({ kind: 'config', connector: event.connector, deleted: event.kind === 'connector-removed' })
    }
  }

  onConnectorStatus(connector: string, status: Status<ConnectorState> | null): void {
    this.#tell({ kind: 'connector', connector, status })
  }

  onTaskStatus(id: TaskId, status: Status<TaskState> | null): void {
    this.#tell({ kind: 'task', id, status })
  }

  /** Looks no more. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  async #look(): Promise<void> {
    const { operating, workerId } = this.#parts
    const { workers, metrics } = await operating.overview()
    const told = new Map<string, string>()
    const isNews = (key: string, value: object): boolean => {
      const text = JSON.stringify(value)
      told.set(key, text)
      return this.#told.get(key) !== text
    }
    const own = workers.find((worker) => worker.workerId === workerId)
    const generation = own?.report?.generation ?? null
    if (generation !== null) {
      const group = {
        generation,
        leader: workers.find(({ leader }) => leader)?.workerId ?? null,
        members: workers.filter(({ gone }) => !gone).map((worker) => worker.workerId),
      }
      if (isNews('group', group)) this.#tell({ kind: 'rebalance', ...group })
    }
    for (const worker of workers)
      if (isNews(`worker ${worker.workerId}`, shownOf(worker))) this.#tell({ kind: 'worker', worker })
    const changed = [...metrics.values()].filter((view) => isNews(`metrics ${view.name}`, view))
    if (changed.length > 0) this.#tell({ kind: 'metrics', connectors: changed })
    this.#told = told
  }

  #tell(event: ClusterEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

/** How its tasks fare is told with the connectors. */
function shownOf({ report, ...worker }: WorkerView): object {
  return { ...worker, report: report === null ? null : { ...report, facts: [] } }
}
