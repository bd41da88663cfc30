/** Reads and writes the status topic: what connectors and tasks report, and which topics they touched. */
import { type Logger, type TaskId, taskName } from '@penstock/core'
import { within } from '../time/within.ts'
import type { CompactedLog, LogRecord } from './compacted-log.ts'
import type { ConnectorState, Status, TaskState } from './status.ts'

export interface TopicStatus {
  readonly topic: string
  readonly connector: string
  readonly task: number
  readonly discoveredAt: number
}

const flushTimeoutMs = 5_000
const retryMs = 1_000

const states = new Set<string>(['UNASSIGNED', 'RUNNING', 'PAUSED', 'FAILED', 'RESTARTING', 'STOPPED'])

/** Told of statuses as they are read; null when there is none any more. */
export interface StatusListener {
  onConnector(name: string, status: Status<ConnectorState> | null): void
  onTask(id: TaskId, status: Status<TaskState> | null): void
}

export class StatusStore {
  readonly #logger: Logger
  readonly #connectors = new Map<string, Status<ConnectorState>>()
  readonly #tasks = new Map<string, Map<number, Status<TaskState>>>()
  readonly #topics = new Map<string, Map<string, TopicStatus>>()
  readonly #pending = new Set<Promise<void>>()
  /** The newest write of each key that is not acknowledged yet. */
  readonly #latest = new Map<string, symbol>()
  #log: CompactedLog | null = null
  #listener: StatusListener = { onConnector: () => {}, onTask: () => {} }

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** The log is made with `onRecord: (record) => store.read(record)`. */
  async start(log: CompactedLog): Promise<void> {
    this.#log = log
    await log.start()
  }

  async stop(): Promise<void> {
    await this.flush()
    this.#latest.clear()
    await this.#log?.stop()
  }

  listen(listener: StatusListener): void {
    this.#listener = listener
  }

  connector(name: string): Status<ConnectorState> | null {
    return this.#connectors.get(name) ?? null
  }

  task(id: TaskId): Status<TaskState> | null {
    return this.#tasks.get(id.connector)?.get(id.task) ?? null
  }

  /** Statuses of a connector's tasks by number. */
  tasks(connector: string): ReadonlyMap<number, Status<TaskState>> {
    return new Map([...(this.#tasks.get(connector) ?? [])].sort(([a], [b]) => a - b))
  }

  /** Connectors that have a status, of themselves or of a task. */
  connectors(): string[] {
    return [...new Set([...this.#connectors.keys(), ...this.#tasks.keys()])]
  }

  topics(connector: string): string[] {
    return [...(this.#topics.get(connector)?.keys() ?? [])].sort()
  }

  /**
   * Writes a status. A `safe` one is dropped when another worker of a newer generation has already written: a late
   * word of the old owner must not hide what the new one says.
   */
  putConnector(name: string, status: Status<ConnectorState>, options: { safe: boolean }): void {
    if (options.safe && isOutdated(status, this.connector(name))) return
    this.#send(`status-connector-${name}`, statusJson(status))
  }

  putTask(id: TaskId, status: Status<TaskState>, options: { safe: boolean }): void {
    if (options.safe && isOutdated(status, this.task(id))) return
    this.#send(`status-task-${taskName(id)}`, statusJson(status))
  }

  putTopic(status: TopicStatus): void {
    if (this.#topics.get(status.connector)?.has(status.topic)) return
    const { topic, connector, task, discoveredAt } = status
    this.#send(`status-topic-${topic}:connector-${connector}`, {
      topic: { name: topic, connector, task, discoverTimestamp: discoveredAt },
    })
  }

  /** Writes tombstones for everything known of the connector; its tasks first. */
  removeConnector(name: string): void {
    for (const task of this.tasks(name).keys()) this.removeTask({ connector: name, task })
    this.#send(`status-connector-${name}`, null)
  }

  removeTask(id: TaskId): void {
    this.#send(`status-task-${taskName(id)}`, null)
  }

  removeTopics(connector: string): void {
    for (const topic of this.topics(connector)) this.#send(`status-topic-${topic}:connector-${connector}`, null)
  }

  /** Resolves when all writes so far are acknowledged, or after a few seconds: statuses never hold up a rebalance. */
  async flush(): Promise<void> {
    if (this.#pending.size === 0) return
    await within(flushTimeoutMs, Promise.all([...this.#pending]), () => {})
  }

  /** Resolves when everything written before is visible here. */
  async readToEnd(timeoutMs: number): Promise<void> {
    await this.#log?.readToEnd(timeoutMs)
  }

  /** Takes the next record of the topic. */
  read(record: LogRecord): void {
    const key = record.key?.toString('utf8') ?? ''
    let value: unknown = null
    try {
      value = record.value === null ? null : JSON.parse(record.value.toString('utf8'))
    } catch {
      this.#logger.warn('ignored a record of the status topic: its value is not JSON', { key })
      return
    }
    if (key.startsWith('status-connector-')) this.#readConnector(key.slice('status-connector-'.length), value)
    else if (key.startsWith('status-task-')) this.#readTask(key.slice('status-task-'.length), value)
    else if (key.startsWith('status-topic-')) this.#readTopic(key.slice('status-topic-'.length), value)
    else this.#logger.warn('ignored a record of the status topic with an unknown key', { key })
  }

  #readConnector(name: string, value: unknown): void {
    if (value === null) {
      this.#connectors.delete(name)
      this.#tasks.delete(name)
      this.#listener.onConnector(name, null)
      return
    }
    const status = parseStatus(value)
    if (!status || isLate(status, this.#connectors.get(name))) return
    this.#connectors.set(name, status)
    this.#listener.onConnector(name, status)
  }

  #readTask(text: string, value: unknown): void {
    const match = /^(.+)-(\d+)$/s.exec(text)
    if (!match) return
    const connector = match[1] as string
    const task = Number(match[2])
    const known = this.#tasks.get(connector)
    if (value === null) {
      known?.delete(task)
      if (known?.size === 0) this.#tasks.delete(connector)
      this.#listener.onTask({ connector, task }, null)
      return
    }
    const status = parseStatus(value)
    if (!status || status.state === 'STOPPED') return
    const before = known?.get(task)
    // The old owner's late UNASSIGNED must not hide that the new one is running.
    if (status.state === 'UNASSIGNED' && before?.state === 'RUNNING' && before.generation >= status.generation) return
    if (isLate(status, before)) return
    const tasks = known ?? new Map<number, Status<TaskState>>()
    tasks.set(task, status as Status<TaskState>)
    this.#tasks.set(connector, tasks)
    this.#listener.onTask({ connector, task }, status as Status<TaskState>)
  }

  #readTopic(text: string, value: unknown): void {
    const colon = text.indexOf(':connector-')
    if (colon <= 0) return
    const topic = text.slice(0, colon)
    const connector = text.slice(colon + ':connector-'.length)
    if (value === null) {
      this.#topics.get(connector)?.delete(topic)
      return
    }
    const { task, discoverTimestamp } = ((value as { topic?: unknown }).topic ?? {}) as Record<string, unknown>
    const topics = this.#topics.get(connector) ?? new Map<string, TopicStatus>()
    topics.set(topic, { topic, connector, task: integer(task) ?? 0, discoveredAt: integer(discoverTimestamp) ?? 0 })
    this.#topics.set(connector, topics)
  }

  #send(key: string, value: object | null): void {
    const bytes = value === null ? null : Buffer.from(JSON.stringify(value))
    const write = Symbol(key)
    this.#latest.set(key, write)
    const attempt = (): void => {
      if (this.#log === null || this.#latest.get(key) !== write) return
      const sent: Promise<void> = this.#log
        .send(Buffer.from(key), bytes)
        .then(() => {
          if (this.#latest.get(key) === write) this.#latest.delete(key)
        })
        .catch((error: unknown) => {
          this.#logger.warn('a status could not be written, trying again unless a newer one follows', { key, error })
          setTimeout(attempt, retryMs).unref()
        })
        .finally(() => this.#pending.delete(sent))
      this.#pending.add(sent)
    }
    attempt()
  }
}

function isOutdated(status: Status, known: Status | null): boolean {
  return known !== null && known.workerId !== status.workerId && known.generation > status.generation
}

/** The old owner, which slept through losing its work, must not hide that the new one is at it. */
function isLate(status: Status, before: Status | undefined): boolean {
  const isEnd = status.state === 'UNASSIGNED' || status.state === 'FAILED'
  const isAtWork = before?.state === 'RUNNING' || before?.state === 'PAUSED'
  return isEnd && isAtWork && isOutdated(status, before ?? null)
}

function statusJson(status: Status): object {
  return {
    state: status.state,
    trace: status.trace,
    worker_id: status.workerId,
    generation: status.generation,
    version: status.version,
  }
}

function parseStatus(value: unknown): Status | null {
  const { state, trace, worker_id, generation, version } = value as Record<string, unknown>
  const known = integer(generation)
  if (typeof state !== 'string' || !states.has(state) || typeof worker_id !== 'string' || known === null) return null
  return {
    state: state as ConnectorState,
    trace: typeof trace === 'string' ? trace : null,
    workerId: worker_id,
    generation: known,
    version: typeof version === 'string' ? version : null,
  }
}

function integer(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) ? value : null
}
