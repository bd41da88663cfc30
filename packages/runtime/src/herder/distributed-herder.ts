/**
 * Decides what runs on this worker and answers for the cluster: the herder. Every change of its state is a named job
 * on one queue. Read on in `group-duties.ts` (rebalances), `config-events.ts` (changes of the config topic),
 * `running-work.ts` (starts and stops), `task-planner.ts` (task configs) and `failure-restarts.ts` (restarts by policy).
 */
import {
  type Clock,
  ConflictError,
  type Logger,
  NotFoundError,
  type RawConfig,
  type TaskId,
  taskName,
} from '@penstock/core'
import type { DistributedConfig } from '../config/worker-config.ts'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import type { TaskReport } from '../execution/ipc.ts'
import type { Generation, Membership } from '../group/membership.ts'
import type { ConfigInfos, PluginDescription } from '../plugins/description.ts'
import type { ConfigEvent, TargetState } from '../storage/config-state.ts'
import type { ConfigStore } from '../storage/config-store.ts'
import type { TaskState } from '../storage/status.ts'
import type { StatusStore } from '../storage/status-store.ts'
import { type ConfigEventParts, followConfigEvent, restartLocal } from './config-events.ts'
import { connectorTypeOf } from './connector-types.ts'
import { BadRequestError, NotAssignedError, NotLeaderError } from './errors.ts'
import { ExpiredConfigs } from './expired-configs.ts'
import { FailureRestarts } from './failure-restarts.ts'
import { startFenced } from './fenced-start.ts'
import { GroupDuties } from './group-duties.ts'
import type {
  ConnectorInfo,
  ConnectorOffset,
  ConnectorStatusView,
  ConnectorType,
  Health,
  Herder,
  InternalRequestSignature,
  OffsetsChanged,
  RestartRequest,
  StatusView,
} from './herder.ts'
import { checkSignature } from './internal-signature.ts'
import { JobQueue } from './job-queue.ts'
import { refreshSessionKey, sweepStatuses } from './leader-chores.ts'
import { LeaderClient } from './leader-client.ts'
import { LeaderGate } from './leader-gate.ts'
import { changeOffsets, type OffsetRequestParts, readOffsets } from './offset-requests.ts'
import type { PeerClient } from './peer-client.ts'
import { RunningWork, type RunningWorkParts } from './running-work.ts'
import { connectorStatusView, restartPlan, taskStatusView } from './status-views.ts'
import { asTaskConfig } from './task-configs.ts'
import { TaskPlanner } from './task-planner.ts'
import { validated } from './validation.ts'
import type { WorkerLoggers } from './worker-loggers.ts'
import { ZombieFencing } from './zombie-fencing.ts'

/** What the herder asks of the executors. */
export type HerderExecutors = RunningWorkParts['executors'] &
  Pick<ExecutorPool, 'taskConfigs' | 'validate' | 'plugins' | 'ask' | 'proceedTask'>

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
  readonly loggers: WorkerLoggers
  readonly peers: PeerClient
  readonly logger: Logger
  readonly clock: Clock
  /** The worker can't go on: the process should end. */
  readonly onFatal: (error: Error) => void
}

const healthTimeoutMs = 10_000
/** A graceful leave waits so long for tasks to stop before the others are told to take over. */
const leaveAfterMs = 1_000

export class DistributedHerder implements Herder {
  readonly workerId: string
  readonly duties: GroupDuties
  readonly work: RunningWork
  readonly membership: Membership
  readonly loggers: WorkerLoggers
  readonly #parts: DistributedHerderParts
  readonly #jobs: JobQueue
  readonly #planner: TaskPlanner
  readonly #restarts: FailureRestarts
  readonly #following: ConfigEventParts
  readonly #expired: ExpiredConfigs
  readonly #leaderClient: LeaderClient
  readonly #gate: LeaderGate
  readonly #fencing: ZombieFencing
  #keyTimer: NodeJS.Timeout | null = null
  #stopping = false

  constructor(parts: DistributedHerderParts) {
    this.#parts = parts
    this.workerId = parts.workerId
    this.loggers = parts.loggers
    const { config, configs, statuses, executors, logger, clock } = parts
    this.#jobs = new JobQueue(clock)
    this.#gate = new LeaderGate({
      jobs: this.#jobs,
      duties: () => this.duties,
      membership: () => this.membership,
      clock,
      timeoutMs: config['rebalance.timeout.ms'],
    })
    this.#fencing = new ZombieFencing({
      configs,
      fence: async (connector, raw, count) =>
        void (await executors.ask('fence-tasks', { connector, config: raw, count })),
      asLeader: (name, job) => this.#gate.asLeader(name, job),
      logger,
    })
    this.work = new RunningWork({
      executors,
      statuses,
      configs: configs.state,
      workerId: parts.workerId,
      generation: () => this.duties.generation,
      logger,
      clock,
      topicTracking: config['topic.tracking.enable'],
      startFenced: (start, isWanted) =>
        startFenced(start, isWanted, { configs, executors, fence: (connector) => this.#fence(connector), logger }),
      exactlyOnce: config['exactly.once.source.support'] === 'enabled',
    })
    this.duties = new GroupDuties({
      config,
      url: parts.url,
      configs,
      statuses,
      work: this.work,
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
    this.#leaderClient = new LeaderClient({
      signatureAlgorithm: config['inter.worker.signature.algorithm'],
      sessionKey: () => (this.duties.protocolVersion >= 2 ? configs.state.sessionKey : null),
      peers: parts.peers,
      logger,
      clock,
    })
    this.#planner = new TaskPlanner({
      configs: configs.state,
      executors,
      isOurs: (connector) => this.work.hasConnector(connector),
      publish: (connector, tasks, signal) => this.#publishTasks(connector, tasks, signal),
      onFailure: (connector, trace) => this.work.failConnector(connector, trace),
      logger,
    })
    this.#restarts = new FailureRestarts({
      config,
      configs: configs.state,
      work: this.work,
      jobs: this.#jobs,
      logger,
      clock,
      startConnector: (name) => this.#startConnector(name),
    })
    this.#following = {
      configs: configs.state,
      work: this.work,
      requestRejoin: () => this.membership.requestRejoin(),
      startConnector: (name) => this.#startConnector(name),
      planTasks: (name) => this.#planner.request(name),
      followLoggerLevel: (name, level) => this.loggers.follow(name, level),
    }
    this.#expired = new ExpiredConfigs({
      jobs: this.#jobs,
      logger,
      restart: (connector) => restartLocal({ connector, includeTasks: true, onlyFailed: false }, this.#following),
    })
  }

  /** Joins the group; the stores must have started. */
  start(): void {
    this.membership.start()
  }

  currentActivity(): string | null {
    const job = this.#jobs.current()
    return job === null ? null : `${job.name}, which began at ${new Date(job.since).toISOString()}`
  }

  /** Leaves the group, stops everything in order; statuses are written before it resolves. */
  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    this.#gate.close()
    this.#planner.stop()
    this.#restarts.stop()
    if (this.#keyTimer) clearTimeout(this.#keyTimer)
    const stopped = this.#jobs.run('stopping everything', () =>
      Promise.all([
        ...this.work.tasks().map((id) => this.work.stopTask(id)),
        ...this.work.connectors().map((name) => this.work.stopConnector(name)),
      ]),
    )
    this.#jobs.close()
    await Promise.race([stopped.catch(() => {}), new Promise((resolve) => setTimeout(resolve, leaveAfterMs))])
    await this.membership.leave('the worker is shutting down')
    await stopped
    await this.#parts.statuses.flush()
  }

  /** A record of the config topic changed something; called in the order of the topic. */
  onConfigEvent(event: ConfigEvent): void {
    if (this.#stopping) return
    this.#jobs
      .run(`following ${event.kind} of the config topic`, () => followConfigEvent(event, this.#following))
      .catch((error: unknown) => this.#parts.logger.error('following a change of the config topic failed', { error }))
  }

  /** What a task says of itself; `fenced`: its consumer found that somebody else runs it by now. */
  async onTaskStatus(status: TaskReport): Promise<void> {
    const { id, state, trace, version, fenced } = status
    // A worker that slept hears it from its tasks before it hears it from the group: the word is its successor's then.
    if (fenced && !(await this.#stillRuns(id))) return
    this.work.onTaskStatus(id, state, trace, version)
    if (state === 'FAILED') this.#restarts.onTaskFailure(id)
  }

  onTopicSeen(id: TaskId, topic: string): void {
    this.work.onTopic(id, topic)
  }

  /** A connector's own background work has failed. */
  onConnectorFailure(connector: string, trace: string): void {
    this.work.failConnector(connector, trace)
  }

  /** An executor has found other values behind the variables of a connector's configuration. */
  onConfigExpired(connector: string): void {
    if (!this.#stopping) this.#expired.onExpired(connector)
  }

  onReconfigure(connector: string): void {
    this.#planner.request(connector)
  }

  onExecutorDeath(reason: string, dead: { connectors: readonly string[]; tasks: readonly TaskId[] }): void {
    this.#restarts.onExecutorDeath(reason, dead)
  }

  serverInfo(): { version: string; commit: string; kafkaClusterId: string } {
    const { version, commit, kafkaClusterId } = this.#parts
    return { version, commit, kafkaClusterId }
  }

  async health(): Promise<Health> {
    const answered = this.#jobs.run('answering a health check', () => true)
    const inTime = await Promise.race([
      answered,
      new Promise<false>((resolve) => setTimeout(() => resolve(false), healthTimeoutMs).unref()),
    ])
    const busy = this.#jobs.current()
    const stage = busy ? ` The worker is ${busy.name} since ${new Date(busy.since).toISOString()}.` : ''
    if (!this.#gate.hasSettled)
      return { status: 'starting', message: `Worker is still starting up.${stage || ' It is joining its group.'}` }
    if (inTime) return { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' }
    return {
      status: 'unhealthy',
      message: `Worker was unable to handle this request and may be unable to handle other requests.${stage}`,
    }
  }

  async connectors(): Promise<readonly string[]> {
    return this.#parts.configs.state.connectors()
  }

  async connectorInfo(connector: string): Promise<ConnectorInfo> {
    const { state } = this.#parts.configs
    const config = this.#configOf(connector)
    return { name: connector, config, tasks: state.tasks(connector), type: await this.#typeOf(config) }
  }

  async connectorConfig(connector: string): Promise<RawConfig> {
    return this.#configOf(connector)
  }

  async putConnectorConfig(
    connector: string,
    config: RawConfig,
    { initialState, allowReplace }: { initialState: TargetState | null; allowReplace: boolean },
  ): Promise<{ created: boolean; info: ConnectorInfo }> {
    await validated(this.#parts.executors, config)
    return this.#gate.asLeader(`writing the config of ${connector}`, async () => {
      const exists = this.#parts.configs.state.has(connector)
      if (exists && !allowReplace)
        throw new ConflictError('herder.connector_exists', `Connector ${connector} already exists`)
      await this.#parts.configs.putConnector(connector, config, initialState)
      const info = {
        name: connector,
        config,
        tasks: this.#parts.configs.state.tasks(connector),
        type: await this.#typeOf(config),
      }
      return { created: !exists, info }
    })
  }

  async patchConnectorConfig(connector: string, patch: RawConfig): Promise<ConnectorInfo> {
    const merged = { ...this.#configOf(connector), ...patch }
    const config = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
    const { info } = await this.putConnectorConfig(connector, config, { initialState: null, allowReplace: true })
    return info
  }

  async deleteConnector(connector: string): Promise<void> {
    await this.#gate.asLeader(`deleting connector ${connector}`, async () => {
      this.#configOf(connector)
      await this.#parts.configs.removeConnector(connector)
    })
  }

  async connectorStatus(connector: string): Promise<ConnectorStatusView> {
    const { configs, statuses } = this.#parts
    return connectorStatusView(statuses, connector, await this.#typeOf(configs.state.config(connector)))
  }

  async taskConfigs(connector: string): Promise<readonly { id: TaskId; config: RawConfig }[]> {
    this.#configOf(connector)
    const { state } = this.#parts.configs
    return state.tasks(connector).map((id) => ({ id, config: state.taskConfig(id) ?? {} }))
  }

  async taskStatus(id: TaskId): Promise<StatusView<TaskState>> {
    return taskStatusView(this.#parts.statuses, id)
  }

  async putTaskConfigs(
    connector: string,
    tasks: readonly RawConfig[],
    signature: InternalRequestSignature,
  ): Promise<void> {
    this.#checkInternal(signature)
    await this.#writeTasks(connector, tasks)
  }

  async restartConnector(connector: string): Promise<void> {
    this.#mustKnow(connector, `Unknown connector: ${connector}`)
    await this.#gate.whenSettled()
    await this.#jobs.run(`restarting connector ${connector}`, async () => {
      if (!this.duties.assigned.hasConnector(connector)) {
        throw this.#elsewhere(`connector ${connector}`, this.duties.ownerOfConnector(connector))
      }
      await this.work.stopConnector(connector)
      await this.#startConnector(connector)
    })
  }

  async restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStatusView> {
    const { connector } = request
    this.#mustKnow(connector, `Unknown connector: ${connector}`)
    return this.#gate.asLeader(`restarting ${connector} and its tasks`, async () => {
      const { statuses, configs } = this.#parts
      if (statuses.connector(connector) === null) {
        throw new NotFoundError('herder.no_status', `Status for connector ${connector} not found`)
      }
      await configs.putRestart(request)
      return restartPlan(await this.connectorStatus(connector), request)
    })
  }

  async restartTask(id: TaskId): Promise<void> {
    this.#mustKnow(id.connector, `Unknown connector: ${id.connector}`)
    if (this.#parts.configs.state.taskConfig(id) === null) {
      throw new NotFoundError('herder.unknown_task', `Unknown task: ${taskName(id)}`)
    }
    await this.#gate.whenSettled()
    await this.#jobs.run(`restarting task ${taskName(id)}`, async () => {
      if (!this.duties.assigned.hasTask(id)) throw this.#elsewhere(`task ${taskName(id)}`, this.duties.ownerOfTask(id))
      await this.work.stopTask(id)
      await this.work.startTask(id)
    })
  }

  async pauseConnector(connector: string): Promise<void> {
    this.#mustKnow(connector, `Unknown connector ${connector}`)
    await this.#parts.configs.putTargetState(connector, 'PAUSED')
  }

  async resumeConnector(connector: string): Promise<void> {
    this.#mustKnow(connector, `Unknown connector ${connector}`)
    await this.#parts.configs.putTargetState(connector, 'STARTED')
  }

  async stopConnector(connector: string): Promise<void> {
    this.#mustKnow(connector, `Unknown connector ${connector}`)
    await this.#gate.asLeader(`stopping connector ${connector}`, async () => {
      const { configs } = this.#parts
      this.#mustKnow(connector, `Unknown connector ${connector}`)
      await configs.putTasks(connector, [])
      await configs.putTargetState(connector, 'STOPPED')
    })
  }

  async connectorOffsets(connector: string): Promise<readonly ConnectorOffset[]> {
    this.#configOf(connector)
    return readOffsets(connector, this.#offsetParts())
  }

  async alterConnectorOffsets(connector: string, offsets: readonly ConnectorOffset[]): Promise<OffsetsChanged> {
    return this.#changeOffsets(connector, offsets)
  }

  async resetConnectorOffsets(connector: string): Promise<OffsetsChanged> {
    return this.#changeOffsets(connector, null)
  }

  async fenceZombies(connector: string, signature: InternalRequestSignature): Promise<void> {
    this.#checkInternal(signature)
    this.#configOf(connector)
    if (!this.duties.isLeader) {
      throw new NotLeaderError('Only the leader can handle this request.', this.duties.leaderUrl)
    }
    await this.#fencing.fence(connector)
  }

  async connectorTopics(connector: string): Promise<readonly string[]> {
    return this.#parts.statuses.topics(connector)
  }

  async resetConnectorTopics(connector: string): Promise<void> {
    this.#parts.statuses.removeTopics(connector)
    await this.#parts.statuses.flush()
  }

  async plugins(): Promise<readonly PluginDescription[]> {
    return this.#parts.executors.plugins()
  }

  async validate(config: RawConfig): Promise<ConfigInfos> {
    return this.#parts.executors.validate(config)
  }

  /** True when the group, once calm, still has this worker run this very copy of the task. */
  async #stillRuns(id: TaskId): Promise<boolean> {
    const copy = this.work.task(id)
    return (await this.#gate.confirmed()) && copy !== null && this.work.task(id) === copy
  }

  async #onSettled(generation: Generation): Promise<void> {
    const { assigned } = this.duties
    const missing = assigned.connectors.filter((name) => !this.work.hasConnector(name))
    await Promise.all([
      ...missing.map((name) => this.#startConnector(name)),
      ...assigned.tasks.filter((id) => !this.work.hasTask(id)).map((id) => this.work.startTask(id)),
    ])
    this.#gate.settled()
    if (generation.isLeader) await this.#lead()
    else await this.#parts.configs.releaseLeadership()
  }

  async #lead(): Promise<void> {
    try {
      await this.#parts.configs.claimLeadership()
    } catch (error) {
      // The first write tries again.
      this.#parts.logger.warn('the leadership over the config topic could not be claimed yet', { error })
    }
    await this.#leaderChores()
  }

  async #leaderChores(): Promise<void> {
    const { config, configs, statuses, logger, clock } = this.#parts
    const chores = { config, configs, statuses, logger, clock }
    if (this.#keyTimer) clearTimeout(this.#keyTimer)
    sweepStatuses(chores)
    if (this.duties.protocolVersion < 2) return
    const again = await refreshSessionKey(chores)
    if (again === null) return
    this.#keyTimer = setTimeout(() => {
      this.#gate
        .asLeader('rotating the session key', () => this.#leaderChores())
        .catch((error: unknown) => {
          logger.warn('the session key was not rotated', { error })
        })
    }, again).unref()
  }

  async #startConnector(name: string): Promise<void> {
    const { state } = this.#parts.configs
    const config = state.config(name)
    if (config === null) return
    const target = state.targetState(name)
    const up = await this.work.startConnector(name, asTaskConfig(name, config), target)
    if (up && target === 'STARTED') this.#planner.request(name)
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
      () => this.work.hasConnector(connector),
      signal,
    )
  }

  async #writeTasks(connector: string, tasks: readonly RawConfig[]): Promise<void> {
    await this.#gate.asLeader(`writing the task configs of ${connector}`, async () => {
      const { configs, config } = this.#parts
      // Any worker may resume a connector: the sender may have read of it before this one.
      await configs.readToEnd(config['worker.sync.timeout.ms'])
      this.#configOf(connector)
      if (tasks.length > 0 && configs.state.targetState(connector) === 'STOPPED') {
        throw new BadRequestError(
          'herder.connector_stopped',
          `Cannot submit non-empty set of task configs for stopped connector ${connector}`,
        )
      }
      await configs.putTasks(connector, tasks)
    })
  }

  /** Requests that only workers make; before protocol level 2 there was no key to sign them with. */
  #checkInternal(signature: InternalRequestSignature): void {
    const { configs, config } = this.#parts
    if (this.duties.protocolVersion < 2) return
    checkSignature(signature, configs.state.sessionKey, config['inter.worker.verification.algorithms'])
  }

  async #changeOffsets(connector: string, offsets: readonly ConnectorOffset[] | null): Promise<OffsetsChanged> {
    this.#configOf(connector)
    // Fencing asks for the leader's queue itself, so it can't wait within a job of it.
    await this.#gate.asLeader(`looking at connector ${connector}`, async () => this.#configOf(connector))
    return changeOffsets(connector, offsets, this.#offsetParts())
  }

  #offsetParts(): OffsetRequestParts {
    const { configs, executors } = this.#parts
    return { configs: configs.state, executors, fence: (connector) => this.#fenceBeforeAltering(connector) }
  }

  #configOf(connector: string): RawConfig {
    this.#mustKnow(connector, `Connector ${connector} not found`)
    return this.#parts.configs.state.config(connector) ?? {}
  }

  #mustKnow(connector: string, message: string): void {
    if (!this.#parts.configs.state.has(connector)) throw new NotFoundError('herder.unknown_connector', message)
  }

  async #typeOf(config: RawConfig | null): Promise<ConnectorType> {
    return connectorTypeOf(await this.plugins(), config)
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

  #elsewhere(what: string, ownerUrl: string | null): Error {
    if (!this.duties.isLeader) return new NotLeaderError(`${what} does not run on this worker`, this.duties.leaderUrl)
    return new NotAssignedError(`${what} does not run on this worker`, ownerUrl)
  }
}
