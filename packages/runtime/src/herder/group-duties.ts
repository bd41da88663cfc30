/**
 * This worker's part in a rebalance: what it announces, what it assigns as leader, how it follows an assignment. The
 * life of a rebalance: `group/membership.ts` (join) → {@link GroupDuties.assign} (leader) → `group/assignor.ts` →
 * {@link GroupDuties.onAssignment} (everyone) → `running-work.ts`.
 */
import { type Clock, codeOf, type Logger, messageOf, type TaskId, taskName } from '@penstock/core'
import type { DistributedConfig } from '../config/worker-config.ts'
import type { Assignment, ConnectProtocolVersion, WorkerMetadata } from '../group/assignment.ts'
import type { AssignmentRound, RoundOutcome } from '../group/assignment-round.ts'
import { IncrementalCooperativeAssignor } from '../group/assignor.ts'
import { assignEagerly } from '../group/eager-assignor.ts'
import type { Generation, Membership, MembershipListener } from '../group/membership.ts'
import { WorkOwners } from '../group/work-owners.ts'
import { WorkSet, workAfter } from '../group/work-set.ts'
import type { ConfigStore } from '../storage/config-store.ts'
import type { StatusStore } from '../storage/status-store.ts'
import type { JobQueue } from './job-queue.ts'
import type { RunningWork } from './running-work.ts'

export interface GroupDutiesParts {
  readonly config: DistributedConfig
  readonly url: string
  readonly configs: ConfigStore
  readonly statuses: StatusStore
  readonly work: RunningWork
  readonly jobs: JobQueue
  readonly logger: Logger
  readonly clock: Clock
  readonly membership: () => Pick<Membership, 'rejoinNow' | 'rejoinSoon' | 'rejoinAfter'>
  /** After each round: start what is missing, then the leader's own chores. */
  readonly onSettled: (generation: Generation) => Promise<void>
  readonly onFatal: (error: Error) => void
}

/** Figures for the rebalance metrics. */
export interface RebalanceFigures {
  completed: number
  lastMs: number
  sumMs: number
  maxMs: number
  lastAt: number | null
}

const resyncPauseMs = 1_000

export class GroupDuties implements MembershipListener {
  readonly figures: RebalanceFigures = { completed: 0, lastMs: 0, sumMs: 0, maxMs: 0, lastAt: null }
  readonly #parts: GroupDutiesParts
  #assigned = WorkSet.empty
  #assignment: Assignment | null = null
  #generation: Generation | null = null
  #assignor: IncrementalCooperativeAssignor | null = null
  #owners = WorkOwners.none
  #lastCompletedGeneration = -1
  #delayEndsAt = 0
  /** At the last assignment that this worker made as leader. */
  #members = 0

  constructor(parts: GroupDutiesParts) {
    this.#parts = parts
  }

  /** The generation of the last assignment, -1 before the first; written into statuses. */
  get generation(): number {
    return this.#generation?.generation ?? -1
  }

  get isLeader(): boolean {
    return this.#generation?.isLeader ?? false
  }

  /** True for the leader of a group without other members. */
  get isAlone(): boolean {
    return this.isLeader && this.#members === 1
  }

  get protocolVersion(): ConnectProtocolVersion {
    return this.#generation?.protocolVersion ?? 0
  }

  /** How long lost work still waits for its worker, as the leader said with the last assignment. */
  get delayMs(): number {
    return Math.max(0, this.#delayEndsAt - this.#parts.clock.now())
  }

  /** Null while none is known. */
  get leaderUrl(): string | null {
    const url = this.#assignment?.leaderUrl ?? ''
    return url === '' ? null : url
  }

  /** Everything this worker ought to run. */
  get assigned(): WorkSet {
    return this.#assigned
  }

  /** As leader, the worker that runs a connector; null when it isn't known. */
  ownerOfConnector(name: string): string | null {
    return this.#owners.ofConnector(name) ?? null
  }

  ownerOfTask(id: TaskId): string | null {
    return this.#owners.ofTask(id) ?? null
  }

  metadata(): Omit<WorkerMetadata, 'version'> {
    const { url, configs } = this.#parts
    const configOffset = configs.state.offset
    if (this.#assignment === null) return { url, configOffset, allocation: null }
    const { leader, leaderUrl, version } = this.#assignment
    const allocation: Assignment = {
      version,
      error: 0,
      leader,
      leaderUrl,
      configOffset,
      assigned: this.#assigned,
      revoked: WorkSet.empty,
      delayMs: 0,
    }
    return { url, configOffset, allocation }
  }

  assign(members: ReadonlyMap<string, WorkerMetadata>, generation: Generation): RoundOutcome['assignments'] {
    const { configs, url, config, clock, logger } = this.#parts
    const state = configs.state
    const connectors = state.connectors()
    const round: AssignmentRound = {
      generation: generation.generation,
      lastCompletedGeneration: this.#lastCompletedGeneration,
      protocolVersion: generation.protocolVersion,
      leader: generation.memberId,
      leaderUrl: url,
      members,
      configured: { connectors, tasks: connectors.flatMap((connector) => state.tasks(connector)) },
      configOffset: state.offset,
    }
    // What a former leader remembered of earlier rounds is worth nothing after somebody else has led.
    if (!this.isLeader) this.#assignor = null
    this.#assignor ??= new IncrementalCooperativeAssignor({
      maxDelayMs: config['scheduled.rebalance.max.delay.ms'],
      clock,
    })
    const outcome = generation.protocolVersion === 0 ? assignEagerly(round) : this.#assignor.assign(round)
    this.#owners = outcome.owners
    this.#members = members.size
    logger.info('assigned work as leader', {
      generation: generation.generation,
      members: members.size,
      connectors: connectors.length,
      tasks: round.configured.tasks.length,
    })
    return outcome.assignments
  }

  async onAssignment(assignment: Assignment, generation: Generation): Promise<void> {
    const { jobs, clock } = this.#parts
    const startedAt = clock.now()
    await jobs.run('stopping revoked work', () => this.#follow(assignment, generation))
    // Not awaited: a rejoin need not wait until everything has started.
    jobs
      .run('starting assigned work', () => this.#settle(assignment, generation, startedAt))
      .catch((error: unknown) => {
        // A worker that stops starts nothing any more, which is no failure.
        if (codeOf(error) !== 'herder.stopping') this.#parts.logger.error('starting assigned work failed', { error })
      })
  }

  async onLost(reason: string): Promise<void> {
    this.#parts.logger.warn('this worker fell out of its group, everything it runs is stopped', { reason })
    this.#assignment = null
    this.#generation = null
    await this.stopEverything(reason)
  }

  async stopEverything(reason: string): Promise<void> {
    await this.#parts.jobs.run(`stopping everything: ${reason}`, async () => {
      await this.#stop(WorkSet.union([{ connectors: this.#parts.work.connectors(), tasks: this.#parts.work.tasks() }]))
      this.#assigned = WorkSet.empty
    })
  }

  onFatal(error: Error): void {
    this.#parts.onFatal(error)
  }

  async #follow(assignment: Assignment, generation: Generation): Promise<void> {
    const { logger } = this.#parts
    const eager = generation.protocolVersion === 0
    const owned = eager ? WorkSet.empty : this.#assigned
    logger.info('got an assignment', {
      generation: generation.generation,
      leader: assignment.leaderUrl,
      assigned: describe(assignment.assigned),
      revoked: describe(assignment.revoked),
      ...(assignment.delayMs > 0 ? { delayMs: assignment.delayMs } : {}),
    })
    await this.#stop(WorkSet.union([assignment.revoked]))
    this.#generation = generation
    this.#assignment = assignment
    this.#delayEndsAt = this.#parts.clock.now() + assignment.delayMs
    this.#assigned = assignment.error === 0 ? workAfter(owned, assignment) : owned
    if (assignment.error === 0) this.#lastCompletedGeneration = generation.generation
  }

  async #settle(assignment: Assignment, generation: Generation, startedAt: number): Promise<void> {
    const { configs, clock, membership } = this.#parts
    if (this.#generation !== generation) return
    if (!(await this.#catchUp(assignment))) return
    membership().rejoinAfter(assignment.delayMs)
    await this.#parts.onSettled(generation)
    const tookMs = clock.now() - startedAt
    this.figures.completed++
    this.figures.lastMs = tookMs
    this.figures.sumMs += tookMs
    this.figures.maxMs = Math.max(this.figures.maxMs, tookMs)
    this.figures.lastAt = clock.now()
    // Revoked work is dealt anew in a second round; configs newer than the leader's ask for one as well.
    const revoked = assignment.revoked.connectors.length + assignment.revoked.tasks.length > 0
    if (revoked) membership().rejoinNow()
    else if (configs.state.offset !== assignment.configOffset) membership().rejoinSoon()
  }

  /** Brings the configs to where the leader was; false when the group must be joined again first. */
  async #catchUp(assignment: Assignment): Promise<boolean> {
    const { configs, config, logger, membership } = this.#parts
    const behind = configs.state.offset < assignment.configOffset
    if (assignment.error === 0 && !behind) return true
    try {
      await configs.readToEnd(config['worker.sync.timeout.ms'])
    } catch (error) {
      logger.warn('the config topic could not be read up to the leader’s position, trying again', {
        reason: messageOf(error),
      })
      membership().rejoinAfter(resyncPauseMs)
      return false
    }
    if (assignment.error === 0) return true
    membership().rejoinNow()
    return false
  }

  async #stop(work: WorkSet): Promise<void> {
    const { work: running, statuses } = this.#parts
    if (work.isEmpty) return
    await Promise.all([
      ...work.tasks.map((id) => running.stopTask(id)),
      ...work.connectors.map((name) => running.stopConnector(name)),
    ])
    await statuses.flush()
  }
}

function describe({ connectors, tasks }: { connectors: readonly string[]; tasks: readonly TaskId[] }): string {
  return [...connectors, ...tasks.map(taskName)].join(' ') || 'nothing'
}
