/**
 * The herder of a worker that is alone: everything configured falls to it, and nobody else is to be asked. Every change
 * of its state is a named job on one queue, as in `distributed-herder.ts`, with which it shares `local-work.ts` and
 * `connector-records.ts`. Configs and statuses end with the process, positions are in a file.
 */
import { type Clock, ConnectError, type Logger, type RawConfig, type TaskId, taskName } from '@penstock/core'
import type { StandaloneConfig } from '../config/worker-config.ts'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import type { ConfigInfos, PluginDescription } from '../plugins/description.ts'
import type { ConfigStore } from '../storage/config-store.ts'
import type { TaskState } from '../storage/status.ts'
import type { StatusStore } from '../storage/status-store.ts'
import type { LogRing } from '../telemetry/log-ring.ts'
import type { ProcessMeter } from '../telemetry/process-meter.ts'
import type { ClusterEvents } from './cluster-events.ts'
import { ConnectorRecords } from './connector-records.ts'
import type {
  ConnectorInfo,
  ConnectorOffset,
  ConnectorStatusView,
  Health,
  Herder,
  LogControl,
  OffsetsChanged,
  OperatingControl,
  RestartRequest,
  StatusView,
  TargetState,
} from './herder.ts'
import { herderActivity, herderHealth } from './herder-health.ts'
import { Inspections } from './inspections.ts'
import { JobQueue } from './job-queue.ts'
import { sweepStatuses } from './leader-chores.ts'
import { LocalWork, type LocalWorkParts } from './local-work.ts'
import { changeOffsets, type OffsetRequestParts, readOffsets } from './offset-requests.ts'
import { ownOperating } from './operating-tools.ts'
import { patchConfig } from './patch-config.ts'
import { validated } from './validation.ts'
import type { WorkerLoggers } from './worker-loggers.ts'

export interface StandaloneHerderParts {
  readonly config: StandaloneConfig
  readonly version: string
  readonly commit: string
  readonly kafkaClusterId: string
  /** `host:port` */
  readonly workerId: string
  /** Advertised URL with trailing slash. */
  readonly url: string
  readonly process: ProcessMeter
  readonly logRing: LogRing
  readonly configs: ConfigStore
  readonly statuses: StatusStore
  readonly executors: LocalWorkParts['executors'] &
    Pick<ExecutorPool, 'validate' | 'ask' | 'inspect' | 'reports' | 'facts'>
  readonly loggers: WorkerLoggers
  readonly logger: Logger
  readonly clock: Clock
}

/** A connector that the worker is started with. */
export interface InitialConnector {
  readonly name: string
  /** With `name`. */
  readonly config: RawConfig
  /** Null for STARTED. */
  readonly initialState: TargetState | null
  /** Where it is written, for messages. */
  readonly origin: string
}

export class StandaloneHerder implements Herder {
  readonly workerId: string
  /** Hears of what executors and the config store tell. */
  readonly local: LocalWork
  readonly loggers: WorkerLoggers
  readonly inspections: Inspections
  readonly operating: OperatingControl
  readonly events: ClusterEvents
  readonly logs: LogControl
  readonly #parts: StandaloneHerderParts
  readonly #jobs: JobQueue
  readonly #records: ConnectorRecords
  #hasStarted = false
  #stopping = false

  constructor(parts: StandaloneHerderParts) {
    this.#parts = parts
    this.workerId = parts.workerId
    this.loggers = parts.loggers
    this.#jobs = new JobQueue(parts.clock)
    this.#records = new ConnectorRecords(parts)
    this.local = new LocalWork({
      ...parts,
      jobs: this.#jobs,
      generation: () => 0,
      redistribute: () => this.#requestMatch(),
      publish: (connector, tasks) => this.#publishTasks(connector, tasks),
      startFenced: async () => {
        throw noExactlyOnce()
      },
      stillRuns: async () => true,
    })
    this.inspections = new Inspections({
      ...parts,
      configs: parts.configs.state,
      mustBeHere: async () => {},
      isHere: (connector) => parts.configs.state.has(connector),
    })
    const tools = ownOperating({ ...parts, work: this.local.running })
    this.operating = tools.operating
    this.events = tools.events
    this.logs = tools.logs
  }

  /** Starts these connectors once all of their configs are known to be right; else none. Rejects with what is wrong. */
  async start(connectors: readonly InitialConnector[]): Promise<void> {
    for (const { config, origin } of connectors) {
      await validated(this.#parts.executors, config).catch((error: unknown) => {
        throw new ConnectError('standalone.invalid_connector', `${origin}: ${(error as Error).message}`, {
          cause: error,
        })
      })
    }
    for (const { name, config, initialState } of connectors) {
      await this.#jobs.run(`writing the config of ${name}`, () =>
        this.#records.put(name, config, { initialState, allowReplace: false }),
      )
    }
    this.#hasStarted = true
  }

  currentActivity(): string | null {
    return herderActivity(this.#jobs)
  }

  /** Stops everything in order. */
  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    this.local.close()
    this.inspections.close()
    this.events.close()
    const stopped = this.#jobs.run('stopping everything', () => this.local.stopAll({ forGood: true }))
    this.#jobs.close()
    await stopped
  }

  serverInfo(): { version: string; commit: string; kafkaClusterId: string } {
    const { version, commit, kafkaClusterId } = this.#parts
    return { version, commit, kafkaClusterId }
  }

  async health(): Promise<Health> {
    return herderHealth(this.#jobs, () => (this.#hasStarted ? null : 'It is starting its connectors.'))
  }

  async connectors(): Promise<readonly string[]> {
    return this.#records.names()
  }

  async connectorInfo(connector: string): Promise<ConnectorInfo> {
    return this.#records.info(connector)
  }

  async connectorConfig(connector: string): Promise<RawConfig> {
    return this.#records.configOf(connector)
  }

  async putConnectorConfig(
    connector: string,
    config: RawConfig,
    options: { initialState: TargetState | null; allowReplace: boolean },
  ): Promise<{ created: boolean; info: ConnectorInfo }> {
    await validated(this.#parts.executors, config)
    return this.#jobs.run(`writing the config of ${connector}`, () => this.#records.put(connector, config, options))
  }

  async patchConnectorConfig(connector: string, patch: RawConfig): Promise<ConnectorInfo> {
    return patchConfig(connector, patch, {
      records: this.#records,
      executors: this.#parts.executors,
      run: (name, job) => this.#jobs.run(name, job),
    })
  }

  async deleteConnector(connector: string): Promise<void> {
    await this.#jobs.run(`deleting connector ${connector}`, () => this.#records.remove(connector))
    // As in Kafka Connect's standalone worker: once that is answered, nothing of the connector is left.
    await this.#jobs.run(`stopping what is left of ${connector}`, () => this.#match())
  }

  async connectorStatus(connector: string): Promise<ConnectorStatusView> {
    return this.#records.status(connector)
  }

  async taskConfigs(connector: string): Promise<readonly { id: TaskId; config: RawConfig }[]> {
    return this.#records.taskConfigs(connector)
  }

  async taskStatus(id: TaskId): Promise<StatusView<TaskState>> {
    return this.#records.taskStatus(id)
  }

  async putTaskConfigs(): Promise<void> {
    throw new ConnectError(
      'standalone.unsupported',
      'Kafka Connect in standalone mode does not support externally setting task configurations.',
    )
  }

  checkInternal(): void {
    throw new ConnectError('standalone.unsupported', 'A standalone worker has no others that might ask it.')
  }

  async restartConnector(connector: string): Promise<void> {
    await this.#jobs.run(`restarting connector ${connector}`, async () => {
      this.#records.mustKnow(connector, `Unknown connector: ${connector}`)
      await this.local.running.stopConnector(connector)
      await this.local.startConnector(connector)
    })
  }

  async restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStatusView> {
    const { connector } = request
    return this.#jobs.run(`restarting ${connector} and its tasks`, async () => {
      this.#records.mustKnow(connector, `Unknown connector: ${connector}`)
      return this.#records.orderRestart(request)
    })
  }

  async restartTask(id: TaskId): Promise<void> {
    await this.#jobs.run(`restarting task ${taskName(id)}`, async () => {
      this.#records.mustKnowTask(id)
      await this.local.running.stopTask(id)
      await this.local.running.startTask(id)
    })
  }

  async pauseConnector(connector: string): Promise<void> {
    await this.#records.setPaused(connector, true)
  }

  async resumeConnector(connector: string): Promise<void> {
    await this.#records.setPaused(connector, false)
  }

  async stopConnector(connector: string): Promise<void> {
    await this.#jobs.run(`stopping connector ${connector}`, () => this.#records.stop(connector))
  }

  async connectorOffsets(connector: string): Promise<readonly ConnectorOffset[]> {
    this.#records.configOf(connector)
    return readOffsets(connector, this.#offsetParts())
  }

  async alterConnectorOffsets(connector: string, offsets: readonly ConnectorOffset[]): Promise<OffsetsChanged> {
    return this.#changeOffsets(connector, offsets)
  }

  async resetConnectorOffsets(connector: string): Promise<OffsetsChanged> {
    return this.#changeOffsets(connector, null)
  }

  async fenceZombies(): Promise<void> {
    throw noExactlyOnce()
  }

  async connectorTopics(connector: string): Promise<readonly string[]> {
    return this.#records.topics(connector)
  }

  async resetConnectorTopics(connector: string): Promise<void> {
    await this.#records.resetTopics(connector)
  }

  async plugins(): Promise<readonly PluginDescription[]> {
    return this.#parts.executors.plugins()
  }

  async validate(config: RawConfig): Promise<ConfigInfos> {
    return this.#parts.executors.validate(config)
  }

  async #publishTasks(connector: string, tasks: readonly RawConfig[]): Promise<void> {
    await this.#jobs.run(`writing the task configs of ${connector}`, () => this.#records.putTasks(connector, tasks))
  }

  /** A job behind those that follow a stop of the connector: its tasks write no positions any more. */
  async #changeOffsets(connector: string, offsets: readonly ConnectorOffset[] | null): Promise<OffsetsChanged> {
    this.#records.configOf(connector)
    return this.#jobs.run(`changing the offsets of ${connector}`, () =>
      changeOffsets(connector, offsets, this.#offsetParts()),
    )
  }

  #offsetParts(): OffsetRequestParts {
    const { configs, executors } = this.#parts
    return { configs: configs.state, executors, fence: async () => {} }
  }

  #requestMatch(): void {
    if (this.#stopping) return
    this.#jobs
      .run('starting and stopping what is configured', () => this.#match())
      .catch((error: unknown) => this.#parts.logger.error('starting and stopping what is configured failed', { error }))
  }

  /** Has exactly that run which is configured. */
  async #match(): Promise<void> {
    const { configs, statuses } = this.#parts
    const { state } = configs
    await Promise.all([
      ...this.local.running
        .tasks()
        .flatMap((id) => (state.taskConfig(id) === null ? [this.local.running.stopTask(id)] : [])),
      ...this.local.running
        .connectors()
        .flatMap((name) => (state.has(name) ? [] : [this.local.running.stopConnector(name)])),
    ])
    sweepStatuses({ configs, statuses })
    const names = state.connectors()
    const tasks = names.flatMap((name) => state.tasks(name))
    await Promise.all([
      ...names.flatMap((name) => (this.local.running.hasConnector(name) ? [] : [this.local.startConnector(name)])),
      ...tasks.flatMap((id) => (this.local.running.hasTask(id) ? [] : [this.local.running.startTask(id)])),
    ])
  }
}

function noExactlyOnce(): ConnectError {
  return new ConnectError(
    'standalone.unsupported',
    'Kafka Connect in standalone mode does not support exactly-once source connectors.',
  )
}
