/** Reads and writes the config topic. Only the leader may call the methods marked so; the herder sees to that. */
import type { RawConfig } from '@penstock/core'
import type { CompactedLog } from './compacted-log.ts'
import type { ConfigEvent, ConfigState, RestartCommand, SessionKey, TargetState } from './config-state.ts'

/** Every write is acknowledged and read back within this time, or fails. */
const writeTimeoutMs = 30_000

export class ConfigStore {
  readonly state: ConfigState
  readonly #log: CompactedLog
  #started = false

  constructor(log: CompactedLog, state: ConfigState) {
    this.#log = log
    this.state = state
  }

  /** Reads the backlog; events are told only for what comes after it. */
  async start(): Promise<void> {
    await this.#log.start()
    this.#started = true
  }

  /** Wraps the listener for events so that the backlog stays silent; give it to the log as `onRecord`. */
  static listener(
    state: ConfigState,
    store: () => ConfigStore,
    onEvent: (event: ConfigEvent) => void,
  ): (record: Parameters<ConfigState['apply']>[0]) => void {
    return (record) => {
      const event = state.apply(record)
      if (event !== null && store().#started) onEvent(event)
    }
  }

  async readToEnd(timeoutMs: number): Promise<void> {
    await this.#log.readToEnd(timeoutMs)
  }

  /** Leader only. The target state goes first, so that no worker sees the config without it. */
  async putConnector(connector: string, config: RawConfig, targetState: TargetState | null): Promise<void> {
    await this.#write([
      ...(targetState === null ? [] : [targetStateRecord(connector, targetState)]),
      [`connector-${connector}`, { properties: config }],
    ])
  }

  /** Leader only. */
  async removeConnector(connector: string): Promise<void> {
    await this.#write([
      [`connector-${connector}`, null],
      [`target-state-${connector}`, null],
    ])
  }

  /** Leader only. The tasks take effect with the commit record, all at once. */
  async putTasks(connector: string, configs: readonly RawConfig[]): Promise<void> {
    await this.#log.readToEnd(writeTimeoutMs)
    if (configs.length > 0) {
      await this.#write(configs.map((properties, task) => [`task-${connector}-${task}`, { properties }]))
    }
    await this.#write([[`commit-${connector}`, { tasks: configs.length }]])
  }

  /** Any worker may pause and resume. */
  async putTargetState(connector: string, state: TargetState): Promise<void> {
    await this.#write([targetStateRecord(connector, state)])
  }

  /** Leader only. */
  async putSessionKey(key: SessionKey): Promise<void> {
    await this.#write([
      [
        'session-key',
        { key: key.key.toString('base64'), algorithm: key.algorithm, 'creation-timestamp': key.createdAt },
      ],
    ])
  }

  /** Leader only. */
  async putRestart(command: RestartCommand): Promise<void> {
    await this.#write([
      [
        `restart-connector-${command.connector}`,
        { 'include-tasks': command.includeTasks, 'only-failed': command.onlyFailed },
      ],
    ])
  }

  /** Any worker may; every worker follows once it reads the record. */
  async putLoggerLevel(logger: string, level: string): Promise<void> {
    await this.#write([[`logger-cluster-${logger}`, { level }]])
  }

  async stop(): Promise<void> {
    await this.#log.stop()
  }

  async #write(records: readonly (readonly [string, object | null])[]): Promise<void> {
    await Promise.all(
      records.map(([key, value]) =>
        this.#log.send(Buffer.from(key), value === null ? null : Buffer.from(JSON.stringify(value))),
      ),
    )
    await this.#log.readToEnd(writeTimeoutMs)
  }
}

function targetStateRecord(connector: string, state: TargetState): readonly [string, object] {
  // Workers before 3.5 don't know STOPPED: for them it is PAUSED.
  return [`target-state-${connector}`, { state: state === 'STOPPED' ? 'PAUSED' : state, 'state.v2': state }]
}
