/** Reads and writes the config topic. Only the leader may call the methods marked so; the herder sees to that. */
import { ConnectError, type RawConfig } from '@penstock/core'
import type { CompactedLog } from './compacted-log.ts'
import type { ConfigEvent, ConfigState, RestartCommand, SessionKey, TargetState } from './config-state.ts'
import { type LeaderWriter, PlainLeaderWriter } from './leader-writer.ts'

/** Every write is acknowledged and read back within this time, or fails. */
const writeTimeoutMs = 30_000
/** Protocol error MESSAGE_TOO_LARGE; librdkafka's own is the same. */
const messageSizeTooLarge = 10

export class ConfigStore {
  readonly state: ConfigState
  readonly #log: CompactedLog
  readonly #leader: LeaderWriter
  #started = false

  constructor(
    log: CompactedLog,
    state: ConfigState,
    leader: LeaderWriter = new PlainLeaderWriter((key, value) => log.send(key, value)),
  ) {
    this.#log = log
    this.state = state
    this.#leader = leader
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

  /** This worker leads now: former leaders write no more. Rejects while Kafka can't confirm that. */
  async claimLeadership(): Promise<void> {
    await this.#leader.claim()
  }

  async releaseLeadership(): Promise<void> {
    await this.#leader.release()
  }

  /** Leader only. The target state goes first, so that no worker sees the config without it. */
  async putConnector(connector: string, config: RawConfig, targetState: TargetState | null): Promise<void> {
    await this.#writeAsLeader([
      ...(targetState === null ? [] : [targetStateRecord(connector, targetState)]),
      [`connector-${connector}`, { properties: config }],
    ])
  }

  /** Leader only. */
  async removeConnector(connector: string): Promise<void> {
    await this.#writeAsLeader([
      [`connector-${connector}`, null],
      [`target-state-${connector}`, null],
    ])
  }

  /** Leader only. The tasks take effect with the commit record, all at once. */
  async putTasks(connector: string, configs: readonly RawConfig[]): Promise<void> {
    await this.#log.readToEnd(writeTimeoutMs)
    if (configs.length > 0) {
      await this.#writeAsLeader(configs.map((properties, task) => [`task-${connector}-${task}`, { properties }]))
    }
    await this.#writeAsLeader([[`commit-${connector}`, { tasks: configs.length }]])
  }

  /** Leader only. So many tasks may have producers from now on, and none of an older set of tasks (KIP-618). */
  async putTaskCount(connector: string, count: number): Promise<void> {
    await this.#writeAsLeader([[`tasks-fencing-${connector}`, { 'task-count': count }]])
  }

  /** Any worker may pause and resume. */
  async putTargetState(connector: string, state: TargetState): Promise<void> {
    await this.#write([targetStateRecord(connector, state)])
  }

  /** Leader only. */
  async putSessionKey(key: SessionKey): Promise<void> {
    await this.#writeAsLeader([
      [
        'session-key',
        { key: key.key.toString('base64'), algorithm: key.algorithm, 'creation-timestamp': key.createdAt },
      ],
    ])
  }

  /** Leader only. */
  async putRestart(command: RestartCommand): Promise<void> {
    await this.#writeAsLeader([
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
    await this.#leader.release()
    await this.#log.stop()
  }

  async #write(records: readonly ConfigRecord[]): Promise<void> {
    await Promise.all(records.map((record) => this.#log.send(...encoded(record))))
    await this.#log.readToEnd(writeTimeoutMs)
  }

  async #writeAsLeader(records: readonly ConfigRecord[]): Promise<void> {
    try {
      await this.#leader.write(records.map(encoded))
    } catch (error) {
      if (!isTooLarge(error)) throw error
      const bytes = Math.max(...records.map((record) => encoded(record)[1]?.length ?? 0))
      throw new ConnectError(
        'config.too_large',
        `A configuration of ${bytes} bytes is more than the brokers take into one record of the config topic; make it smaller (long texts may live in files, see config.providers), or raise max.message.bytes of the topic`,
        { cause: error },
      )
    }
    await this.#log.readToEnd(writeTimeoutMs)
  }
}

/** Whatever wraps it: a record larger than the brokers or the client allow, which no retry makes smaller. */
function isTooLarge(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ((cause as { code?: unknown }).code === messageSizeTooLarge) return true
  }
  return false
}

type ConfigRecord = readonly [key: string, value: object | null]

function encoded([key, value]: ConfigRecord): [Buffer, Buffer | null] {
  return [Buffer.from(key), value === null ? null : Buffer.from(JSON.stringify(value))]
}

function targetStateRecord(connector: string, state: TargetState): ConfigRecord {
  // Workers before 3.5 don't know STOPPED: for them it is PAUSED.
  return [`target-state-${connector}`, { state: state === 'STOPPED' ? 'PAUSED' : state, 'state.v2': state }]
}
