/**
 * What the config topic says, record by record: connector configs, target states, committed task configs, session key.
 * A pure state machine over the formats of Kafka Connect's config topic; {@link ConfigStore} feeds it.
 */
import type { Logger, RawConfig, TaskId } from '@penstock/core'
import type { LogRecord } from './compacted-log.ts'

export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED'

export interface SessionKey {
  readonly key: Buffer
  readonly algorithm: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

export interface RestartCommand {
  readonly connector: string
  readonly includeTasks: boolean
  readonly onlyFailed: boolean
}

/** What a record changed; commands are never told while the backlog is read at start. */
export type ConfigEvent =
  | { readonly kind: 'connector-added' | 'connector-updated' | 'connector-removed'; readonly connector: string }
  | { readonly kind: 'target-state'; readonly connector: string }
  | { readonly kind: 'tasks-committed'; readonly connector: string }
  | { readonly kind: 'session-key' }
  | { readonly kind: 'restart'; readonly command: RestartCommand }
  | { readonly kind: 'logger-level'; readonly logger: string; readonly level: string }

interface ConnectorEntry {
  config: RawConfig | null
  target: TargetState | null
  taskCount: number | null
  tasks: Map<number, RawConfig>
  /** Written since the last commit, not in force yet. */
  deferred: Map<number, RawConfig>
  inconsistent: boolean
  /** The connector config that the committed tasks were made from. */
  applied: RawConfig | null
  /** How often task configs have taken effect; -1 before the first time. */
  generation: number
  /** So many tasks may have transactional producers; null when it was never written. */
  fencedCount: number | null
  /** Tasks were committed and older copies of them are not fenced yet. */
  pendingFencing: boolean
}

/** What the fencing of exactly-once source tasks goes by (KIP-618). */
export interface FencingState {
  readonly generation: number
  readonly previousCount: number | null
  readonly isPending: boolean
}

export class ConfigState {
  readonly #connectors = new Map<string, ConnectorEntry>()
  readonly #logger: Logger
  #offset = -1n
  #sessionKey: SessionKey | null = null

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** One more than the offset of the last record read whose value is JSON; -1 before the first. */
  get offset(): bigint {
    return this.#offset
  }

  get sessionKey(): SessionKey | null {
    return this.#sessionKey
  }

  /** Names of the configured connectors, sorted. */
  connectors(): string[] {
    return [...this.#connectors]
      .filter(([, entry]) => entry.config !== null)
      .map(([name]) => name)
      .sort()
  }

  get hasConnectors(): boolean {
    return [...this.#connectors.values()].some(({ config }) => config !== null)
  }

  has(connector: string): boolean {
    return this.config(connector) !== null
  }

  /** The raw config, config-provider variables unresolved. */
  config(connector: string): RawConfig | null {
    return this.#connectors.get(connector)?.config ?? null
  }

  targetState(connector: string): TargetState {
    return this.#connectors.get(connector)?.target ?? 'STARTED'
  }

  /** The committed tasks; none for a connector whose commit misses task configs (a compacted-away write). */
  tasks(connector: string): TaskId[] {
    const entry = this.#connectors.get(connector)
    if (!entry || entry.config === null || entry.inconsistent) return []
    return Array.from({ length: entry.taskCount ?? 0 }, (_, task) => ({ connector, task }))
  }

  taskConfig(id: TaskId): RawConfig | null {
    return this.tasks(id.connector).length > id.task
      ? (this.#connectors.get(id.connector)?.tasks.get(id.task) ?? null)
      : null
  }

  isInconsistent(connector: string): boolean {
    return this.#connectors.get(connector)?.inconsistent ?? false
  }

  /** How the tasks of a source connector stand with the fencing of their older copies. */
  fencing(connector: string): FencingState {
    const entry = this.#connectors.get(connector)
    return {
      generation: entry?.generation ?? -1,
      previousCount: entry?.fencedCount ?? null,
      isPending: entry?.pendingFencing ?? false,
    }
  }

  /** The connector config in force when the present tasks were committed. */
  appliedConfig(connector: string): RawConfig | null {
    return this.#connectors.get(connector)?.applied ?? null
  }

  /** Takes the next record of the topic and tells what it changed. */
  apply(record: LogRecord): ConfigEvent | null {
    const key = record.key?.toString('utf8') ?? null
    const value = this.#parse(key, record)
    if (key === null || value === undefined) return null
    if (key.startsWith('target-state-')) return this.#targetState(key.slice('target-state-'.length), value)
    if (key.startsWith('connector-')) return this.#connector(key.slice('connector-'.length), value)
    if (key.startsWith('task-')) return this.#task(key, value)
    if (key.startsWith('commit-')) return this.#commit(key.slice('commit-'.length), value)
    if (key.startsWith('restart-connector-')) return restart(key.slice('restart-connector-'.length), value)
    if (key === 'session-key') return this.#newSessionKey(value)
    if (key.startsWith('logger-cluster-')) return loggerLevel(key.slice('logger-cluster-'.length), value)
    if (key.startsWith('tasks-fencing-')) return this.#fenced(key.slice('tasks-fencing-'.length), value)
    this.#logger.warn('ignored a record of the config topic with an unknown key', { key, offset: record.offset })
    return null
  }

  #parse(key: string | null, record: LogRecord): Record<string, unknown> | null | undefined {
    try {
      const value: unknown = record.value === null ? null : JSON.parse(record.value.toString('utf8'))
      // Workers compare their offsets, so they must agree on them: those on the JVM skip only what isn't JSON.
      this.#offset = record.offset + 1n
      if (value === null || (typeof value === 'object' && !Array.isArray(value)))
        return value as Record<string, unknown> | null
    } catch {
      // told below, like any other value that isn't an object
    }
    this.#logger.error('ignored a record of the config topic: its value is not a JSON object', {
      key,
      offset: record.offset,
    })
    return undefined
  }

  #entry(connector: string): ConnectorEntry {
    let entry = this.#connectors.get(connector)
    if (!entry) {
      entry = {
        config: null,
        target: null,
        taskCount: null,
        tasks: new Map(),
        deferred: new Map(),
        inconsistent: false,
        applied: null,
        generation: -1,
        fencedCount: null,
        pendingFencing: false,
      }
      this.#connectors.set(connector, entry)
    }
    return entry
  }

  #targetState(connector: string, value: Record<string, unknown> | null): ConfigEvent | null {
    const entry = this.#entry(connector)
    const before = entry.target ?? 'STARTED'
    if (value === null) {
      entry.target = null
    } else {
      // state.v2 knows STOPPED; state is what workers before 3.5 read.
      const name = typeof value['state.v2'] === 'string' ? value['state.v2'] : value.state
      if (name !== 'STARTED' && name !== 'PAUSED' && name !== 'STOPPED') {
        this.#logger.error(`ignored unknown target state ${JSON.stringify(name)} of connector ${connector}`)
        return null
      }
      entry.target = name
    }
    return entry.config !== null && (entry.target ?? 'STARTED') !== before ? { kind: 'target-state', connector } : null
  }

  #connector(connector: string, value: Record<string, unknown> | null): ConfigEvent | null {
    const entry = this.#entry(connector)
    if (value === null) {
      const known = entry.config !== null
      this.#forget(entry)
      return known ? { kind: 'connector-removed', connector } : null
    }
    const properties = asProperties(value.properties)
    if (properties === null) {
      this.#logger.error(`ignored the config of connector ${connector}: "properties" is not an object`)
      return null
    }
    const added = entry.config === null
    entry.config = properties
    return { kind: added ? 'connector-added' : 'connector-updated', connector }
  }

  #forget(entry: ConnectorEntry): void {
    entry.config = null
    entry.taskCount = null
    entry.tasks.clear()
    entry.deferred.clear()
    entry.applied = null
    entry.inconsistent = false
  }

  #task(key: string, value: Record<string, unknown> | null): ConfigEvent | null {
    const match = /^task-(.+)-(\d+)$/s.exec(key)
    const properties = asProperties(value?.properties)
    if (!match || properties === null) {
      this.#logger.error('ignored a malformed task config', { key })
      return null
    }
    this.#entry(match[1] as string).deferred.set(Number(match[2]), properties)
    return null
  }

  #commit(connector: string, value: Record<string, unknown> | null): ConfigEvent | null {
    const entry = this.#entry(connector)
    const count = value?.tasks
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 0) {
      this.#logger.error(`ignored a malformed commit of the tasks of connector ${connector}`)
      return null
    }
    if (entry.config === null) {
      // Written after the connector's deletion, or its config is compacted away.
      this.#forget(entry)
      return null
    }
    const complete = hasAll(entry.deferred, count)
    if (complete) {
      for (const [task, config] of entry.deferred) entry.tasks.set(task, config)
      entry.applied = entry.config
      entry.generation++
    } else {
      this.#logger.warn(`the task configs of connector ${connector} are incomplete; its next start writes them anew`)
    }
    entry.inconsistent = !complete
    entry.deferred.clear()
    entry.taskCount = count
    entry.pendingFencing = true
    return { kind: 'tasks-committed', connector }
  }

  #fenced(connector: string, value: Record<string, unknown> | null): ConfigEvent | null {
    const count = value?.['task-count']
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 0) {
      this.#logger.error(`ignored a malformed task count of connector ${connector}`)
      return null
    }
    const entry = this.#entry(connector)
    entry.fencedCount = count
    entry.pendingFencing = false
    return null
  }

  #newSessionKey(value: Record<string, unknown> | null): ConfigEvent | null {
    const { key, algorithm, 'creation-timestamp': createdAt } = value ?? {}
    if (typeof key !== 'string' || typeof algorithm !== 'string' || !Number.isInteger(createdAt)) {
      this.#logger.error('ignored a malformed session key in the config topic')
      return null
    }
    this.#sessionKey = { key: Buffer.from(key, 'base64'), algorithm, createdAt: createdAt as number }
    return { kind: 'session-key' }
  }
}

/** Looks at no more than is there, whatever number a record names. */
function hasAll(configs: ReadonlyMap<number, RawConfig>, count: number): boolean {
  for (let task = 0; task < count; task++) if (!configs.has(task)) return false
  return true
}

function asProperties(value: unknown): RawConfig | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.fromEntries(
    Object.entries(value).map(([name, text]) => [
      name,
      text === null ? null : typeof text === 'string' ? text : JSON.stringify(text),
    ]),
  )
}

function restart(connector: string, value: Record<string, unknown> | null): ConfigEvent | null {
  if (value === null) return null
  return {
    kind: 'restart',
    command: { connector, includeTasks: value['include-tasks'] === true, onlyFailed: value['only-failed'] === true },
  }
}

function loggerLevel(logger: string, value: Record<string, unknown> | null): ConfigEvent | null {
  return typeof value?.level === 'string' ? { kind: 'logger-level', logger, level: value.level } : null
}
