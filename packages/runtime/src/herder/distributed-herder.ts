/**
 * Decides what runs on this worker and answers for the cluster: the herder. Which connectors and tasks are here changes
 * in named jobs on one queue only; their states follow what executors tell, at any moment. Read on in `group-duties.ts` (rebalances), `local-work.ts` (what is done with the work that falls to this
 * worker) and `connector-records.ts` (what is known of connectors and how it is written).
 */
import { type Clock, type Logger, type RawConfig, type TaskId, taskName } from '@penstock/core'
import type { DistributedConfig } from '../config/worker-config.ts'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import type { Generation, Membership } from '../group/membership.ts'
import type { ConfigInfos, PluginDescription } from '../plugins/description.ts'
import type { TargetState } from '../storage/config-state.ts'
import type { ConfigStore } from '../storage/config-store.ts'
import type { TaskState } from '../storage/status.ts'
import type { StatusStore } from '../storage/status-store.ts'
import type { LogRing } from '../telemetry/log-ring.ts'
import type { ProcessMeter } from '../telemetry/process-meter.ts'
import { within } from '../time/within.ts'
import type { ClusterEvents } from './cluster-events.ts'
import { ConnectorRecords } from './connector-records.ts'
import { NotAssignedError, NotLeaderError } from './errors.ts'
import { startFenced } from './fenced-start.ts'
import { GroupDuties } from './group-duties.ts'
import type {
  ConnectorInfo,
  ConnectorOffset,
  ConnectorStatusView,
  Health,
  Herder,
  InternalRequestSignature,
  LogControl,
  OffsetsChanged,
  OperatingControl,
  RestartRequest,
  StatusView,
} from './herder.ts'
import { herderActivity, herderHealth } from './herder-health.ts'
import { Inspections } from './inspections.ts'
import { checkSignature } from './internal-signature.ts'
import { JobQueue } from './job-queue.ts'
import { LeaderClient } from './leader-client.ts'
import { LeaderGate } from './leader-gate.ts'
import { Leadership } from './leadership.ts'
import { LocalWork } from './local-work.ts'
import { changeOffsets, type OffsetRequestParts, readOffsets } from './offset-requests.ts'
import { groupOperating } from './operating-tools.ts'
import { patchConfig } from './patch-config.ts'
import type { PeerClient } from './peer-client.ts'
import type { RunningWorkParts } from './running-work.ts'
import { validated } from './validation.ts'
import type { WorkerLoggers } from './worker-loggers.ts'
import { ZombieFencing } from './zombie-fencing.ts'

/** What the herder asks of the executors. */
export type HerderExecutors = RunningWorkParts['executors'] &
  Pick<ExecutorPool, 'taskConfigs' | 'validate' | 'plugins' | 'ask' | 'inspect' | 'proceedTask' | 'reports' | 'facts'>

export interface DistributedHerderParts {
  readonly config: DistributedConfig
  readonly version: string
  readonly commit: string
  readonly kafkaClusterId: string
  /** `host:port` as the other workers know it. */
  readonly workerId: string
  /** Advertised URL with trailing slash. */
  readonly url: string
  readonly configs: ConfigStore
  readonly statuses: StatusStore
  readonly executors: HerderExecutors
  readonly membership: (duties: GroupDuties) => Membership
  /** REST URLs of the group's members; null while it rebalances. */
  readonly describeMembers: () => Promise<readonly string[] | null>
  readonly process: ProcessMeter
  readonly logRing: LogRing
  readonly loggers: WorkerLoggers
  readonly peers: PeerClient
  readonly logger: Logger
  readonly clock: Clock
  /** The worker can't go on: the process should end. */
  readonly onFatal: (error: Error) => void
}

/** A graceful leave waits so long for tasks to stop before the others are told to take over. */
const leaveAfterMs = 1_000

export class DistributedHerder implements Herder {
  readonly workerId: string
  readonly duties: GroupDuties
  /** Hears of what executors and the config store tell. */
  readonly local: LocalWork
  readonly membership: Membership
  readonly loggers: WorkerLoggers
  readonly inspections: Inspections
  readonly operating: OperatingControl
  readonly events: ClusterEvents
  readonly logs: LogControl
  readonly #parts: DistributedHerderParts
  readonly #jobs: JobQueue
  readonly #records: ConnectorRecords
  readonly #leaderClient: LeaderClient
  readonly #gate: LeaderGate
  readonly #fencing: ZombieFencing
  readonly #leadership: Leadership
  #stopping = false

  constructor(parts: DistributedHerderParts) {
    this.#parts = parts
    this.workerId = parts.workerId
    this.loggers = parts.loggers
    const { config, configs, statuses, executors, logger, clock } = parts
    this.#jobs = new JobQueue(clock)
    this.#records = new ConnectorRecords(parts)
    this.#gate = new LeaderGate({
      jobs: this.#jobs,
      duties: () => this.duties,
      membership: () => this.membership,
      clock,
      timeoutMs: config['rebalance.timeout.ms'],
    })
    this.#leadership = new Leadership({
      ...parts,
      signsRequests: () => this.duties.protocolVersion >= 2,
      asLeader: (name, job) => this.#gate.asLeader(name, job),
    })
    this.#fencing = new ZombieFencing({
      configs,
      fence: async (connector, raw, count) =>
        void (await executors.ask('fence-tasks', { connector, config: raw, count })),
      asLeader: (name, job) => this.#gate.asLeader(name, job),
      logger,
    })
    this.local = new LocalWork({
      config,
      configs,
      statuses,
      executors,
      workerId: parts.workerId,
      generation: () => this.duties.generation,
      jobs: this.#jobs,
      loggers: parts.loggers,
      logger,
      clock,
      redistribute: () => this.membership.rejoinSoon(),
      publish: (connector, tasks, signal) => this.#publishTasks(connector, tasks, signal),
      startFenced: (start, isWanted) =>
        startFenced(start, isWanted, { configs, executors, fence: (connector) => this.#fence(connector), logger }),
      stillRuns: (id) => this.#stillRuns(id),
    })
    this.duties = new GroupDuties({
      config,
      url: parts.url,
      configs,
      statuses,
      work: this.local.running,
      jobs: this.#jobs,
      logger,
      clock,
      membership: () => this.membership,
      onSettled: (generation) => this.#onSettled(generation),
      // A worker that stops follows no assignment any more; that is no reason to end badly.
      onFatal: (error) => {
        if (!this.#stopping) parts.onFatal(error)
      },
    })
    this.membership = parts.membership(this.duties)
    this.inspections = new Inspections({
      ...parts,
      configs: configs.state,
      mustBeHere: (connector) => this.#mustBeHere(connector),
      isHere: (connector) => this.duties.assigned.hasConnector(connector),
    })
    const signing = {
      signatureAlgorithm: config['inter.worker.signature.algorithm'],
      sessionKey: () => (this.duties.protocolVersion >= 2 ? configs.state.sessionKey : null),
      peers: parts.peers,
      clock,
    }
    this.#leaderClient = new LeaderClient({ ...signing, logger })
    const tools = groupOperating({ ...parts, duties: this.duties, work: this.local.running, signing })
    this.operating = tools.operating
    this.events = tools.events
    this.logs = tools.logs
  }

  /** Joins the group; the stores must have started. */
  start(): void {
    this.membership.start()
  }

  currentActivity(): string | null {
    return herderActivity(this.#jobs)
  }

  /** Leaves the group, stops everything in order; statuses are written before it resolves. */
  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    this.#gate.close()
    this.local.close()
    this.inspections.close()
    this.events.close()
    this.#leadership.close()
    const forGood = this.duties.isAlone
    const stopped = this.#jobs.run('stopping everything', () => this.local.stopAll({ forGood }))
    this.#jobs.close()
    await within(
      leaveAfterMs,
      stopped.catch(() => {}),
      () => {},
    )
    await this.membership.leave('the worker is shutting down')
    await stopped
    await this.#parts.statuses.flush()
  }

  serverInfo(): { version: string; commit: string; kafkaClusterId: string } {
    const { version, commit, kafkaClusterId } = this.#parts
    return { version, commit, kafkaClusterId }
  }

  async health(): Promise<Health> {
    return herderHealth(this.#jobs, () => (this.#gate.hasSettled ? null : 'It is joining its group.'))
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
    return this.#gate.asLeader(`writing the config of ${connector}`, () =>
      this.#records.put(connector, config, options),
    )
  }

  async patchConnectorConfig(connector: string, patch: RawConfig): Promise<ConnectorInfo> {
    return patchConfig(connector, patch, {
      records: this.#records,
      executors: this.#parts.executors,
      run: (name, job) => this.#gate.asLeader(name, job),
    })
  }

  async deleteConnector(connector: string): Promise<void> {
    await this.#gate.asLeader(`deleting connector ${connector}`, () => this.#records.remove(connector))
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

  async putTaskConfigs(
    connector: string,
    tasks: readonly RawConfig[],
    signature: InternalRequestSignature | null,
  ): Promise<void> {
    this.checkInternal(signature)
    await this.#writeTasks(connector, tasks)
  }

  async restartConnector(connector: string): Promise<void> {
    this.#records.mustKnow(connector, `Unknown connector: ${connector}`)
    await this.#gate.whenSettled()
    await this.#jobs.run(`restarting connector ${connector}`, async () => {
      if (!this.duties.assigned.hasConnector(connector)) {
        throw this.#elsewhere(`connector ${connector}`, this.duties.ownerOfConnector(connector))
      }
      await this.local.running.stopConnector(connector)
      await this.local.startConnector(connector)
    })
  }

  async restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStatusView> {
    const { connector } = request
    this.#records.mustKnow(connector, `Unknown connector: ${connector}`)
    return this.#gate.asLeader(`restarting ${connector} and its tasks`, () => this.#records.orderRestart(request))
  }

  async restartTask(id: TaskId): Promise<void> {
    this.#records.mustKnowTask(id)
    await this.#gate.whenSettled()
    await this.#jobs.run(`restarting task ${taskName(id)}`, async () => {
      if (!this.duties.assigned.hasTask(id)) throw this.#elsewhere(`task ${taskName(id)}`, this.duties.ownerOfTask(id))
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
    this.#records.mustKnow(connector, `Unknown connector ${connector}`)
    await this.#gate.asLeader(`stopping connector ${connector}`, () => this.#records.stop(connector))
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

  async fenceZombies(connector: string, signature: InternalRequestSignature | null): Promise<void> {
    this.checkInternal(signature)
    this.#records.configOf(connector)
    if (!this.duties.isLeader) {
      throw new NotLeaderError('Only the leader can handle this request.', this.duties.leaderUrl)
    }
    await this.#fencing.fence(connector)
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

  /** True when the group, once calm, still has this worker run this very copy of the task. */
  async #stillRuns(id: TaskId): Promise<boolean> {
    const copy = this.local.running.task(id)
    return (await this.#gate.confirmed()) && copy !== null && this.local.running.task(id) === copy
  }

  async #onSettled(generation: Generation): Promise<void> {
    const { assigned } = this.duties
    const missing = assigned.connectors.filter((name) => !this.local.running.hasConnector(name))
    await Promise.all([
      ...missing.map((name) => this.local.startConnector(name)),
      ...assigned.tasks.filter((id) => !this.local.running.hasTask(id)).map((id) => this.local.running.startTask(id)),
    ])
    this.#gate.settled()
    this.events.lookSoon()
    if (generation.isLeader) await this.#leadership.take()
    else await this.#leadership.release()
  }

  async #publishTasks(connector: string, tasks: readonly RawConfig[], signal: AbortSignal): Promise<void> {
    await this.#gate.whenSettled()
    if (this.duties.isLeader) {
      await this.#writeTasks(connector, tasks)
      return
    }
    await this.#leaderClient.putTaskConfigs(
      connector,
      tasks,
      () => this.duties.leaderUrl,
      () => this.local.running.hasConnector(connector),
      signal,
    )
  }

  async #writeTasks(connector: string, tasks: readonly RawConfig[]): Promise<void> {
    await this.#gate.asLeader(`writing the task configs of ${connector}`, async () => {
      const { configs, config } = this.#parts
      // Any worker may resume a connector: the sender may have read of it before this one.
      await configs.readToEnd(config['worker.sync.timeout.ms'])
      await this.#records.putTasks(connector, tasks)
    })
  }

  /** Requests that only workers make. Before protocol level 2 there was no key, but users are no reason to trust all. */
  checkInternal(signature: InternalRequestSignature | null): void {
    const { configs, config } = this.#parts
    const anybody = config['rest.authentication.methods'].length === 0
    if (this.duties.protocolVersion < 2 && anybody) return
    checkSignature(signature, configs.state.sessionKey, config['inter.worker.verification.algorithms'])
  }

  async #changeOffsets(connector: string, offsets: readonly ConnectorOffset[] | null): Promise<OffsetsChanged> {
    this.#records.configOf(connector)
    // Fencing asks for the leader's queue itself, so it can't wait within a job of it.
    await this.#gate.asLeader(`looking at connector ${connector}`, async () => this.#records.configOf(connector))
    return changeOffsets(connector, offsets, this.#offsetParts())
  }

  #offsetParts(): OffsetRequestParts {
    const { configs, executors } = this.#parts
    return { configs: configs.state, executors, fence: (connector) => this.#fenceBeforeAltering(connector) }
  }

  /** Has the leader fence older tasks of a source connector: this worker itself, or another one over REST. */
  async #fence(connector: string): Promise<void> {
    await this.#gate.whenSettled()
    if (this.duties.isLeader) await this.#fencing.fence(connector)
    else await this.#leaderClient.fence(connector, this.duties.leaderUrl)
  }

  async #fenceBeforeAltering(connector: string): Promise<void> {
    if (this.#parts.config['exactly.once.source.support'] === 'enabled') await this.#fencing.fence(connector)
  }

  async #mustBeHere(connector: string): Promise<void> {
    await this.#gate.whenSettled()
    if (this.duties.assigned.hasConnector(connector)) return
    throw this.#elsewhere(`connector ${connector}`, this.duties.ownerOfConnector(connector))
  }

  #elsewhere(what: string, ownerUrl: string | null): Error {
    if (!this.duties.isLeader) return new NotLeaderError(`${what} does not run on this worker`, this.duties.leaderUrl)
    return new NotAssignedError(`${what} does not run on this worker`, ownerUrl)
  }
}
