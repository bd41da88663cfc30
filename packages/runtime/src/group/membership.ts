/**
 * This worker's place in the group: joins, keeps the session alive, rejoins on every sign that the group has moved on.
 * What an assignment means is the herder's business ({@link MembershipListener}); read on in
 * `herder/distributed-herder.ts`. The protocol is Kafka's classic one with type `connect`.
 */
import { type Clock, ConnectError, type Logger, messageOf } from '@penstock/core'
import { failureReason } from '../kafka/connection-problem.ts'
import { kafkaErrorCode, kafkaErrors } from '../kafka/protocol-errors.ts'
import { doublingPause } from '../time/doubling-pause.ts'
import type { Assignment, ConnectProtocolVersion, WorkerMetadata } from './assignment.ts'
import { type ConnectProtocol, parseProtocolName, versionOfProtocol } from './connect-protocol.ts'
import type { GroupMemberCalls, JoinedGroup } from './group-calls.ts'
import { decodeAssignment, decodeMetadata, encodeAssignment, joinProtocols } from './protocol-codec.ts'

/** One generation of the group as this worker sees it. */
export interface Generation {
  readonly generation: number
  readonly memberId: string
  readonly isLeader: boolean
  readonly protocolVersion: ConnectProtocolVersion
}

export interface MembershipListener {
  /** What to announce when joining: taken afresh for every join. */
  metadata(): Omit<WorkerMetadata, 'version'>
  /** Eager protocol only: everything must have stopped before the group is joined again. */
  stopEverything(reason: string): Promise<void>
  /** As leader: the assignment of every member. */
  assign(members: ReadonlyMap<string, WorkerMetadata>, generation: Generation): ReadonlyMap<string, Assignment>
  /** Resolves when everything revoked has stopped; heartbeats go on meanwhile, a rejoin waits for it. */
  onAssignment(assignment: Assignment, generation: Generation): Promise<void>
  /** The session is over, others may run this worker's work by now: resolves when all of it has stopped. */
  onLost(reason: string): Promise<void>
  /** The group can't be joined with this configuration. */
  onFatal(error: Error): void
}

export interface MembershipOptions {
  readonly calls: GroupMemberCalls
  readonly connectProtocol: ConnectProtocol
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  readonly listener: MembershipListener
  readonly logger: Logger
  readonly clock: Clock
  /** The id under which the group knows this worker from now on; null when it knows it no more. */
  readonly onMemberId: (memberId: string | null) => void
}

const fatalCodes: readonly number[] = [
  kafkaErrors.inconsistentGroupProtocol,
  kafkaErrors.invalidGroupId,
  kafkaErrors.invalidSessionTimeout,
  kafkaErrors.groupAuthorizationFailed,
  kafkaErrors.groupMaxSizeReached,
  kafkaErrors.fencedInstanceId,
]
const firstJoin = ''
/** Nothing is looked at in between; whatever matters wakes the sleeper. */
const idleMs = 60_000
/** Each reason to rejoin waits so long for another one, all of them no longer than the second. */
const gatherMs = 50
const gatherAtMostMs = 500
const requestedRejoin = 'connect worker requested rejoin'

export class Membership {
  readonly #options: MembershipOptions
  readonly #stopping = new AbortController()
  #memberId = ''
  #current: Generation | null = null
  #lastHeartbeat = 0
  #heartbeats = 0
  #rejoin: 'requested' | 'lost' | null = null
  #lostReason = ''
  #rejoinAt: NodeJS.Timeout | null = null
  #gathering: { readonly since: number; timer: NodeJS.Timeout | null } | null = null
  readonly #sleepers = new Set<() => void>()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: MembershipOptions) {
    this.#options = options
  }

  /** The generation this worker is in; null while it is joining. */
  get current(): Generation | null {
    return this.#rejoin === null ? this.#current : null
  }

  /** True between the wish to rejoin and the next assignment. */
  get isRebalancing(): boolean {
    return this.#rejoin !== null || this.#current === null
  }

  /** Heartbeats answered so far. */
  get heartbeats(): number {
    return this.#heartbeats
  }

  /** Epoch milliseconds of the last sign of the coordinator; 0 before the first. */
  get lastHeartbeatAt(): number {
    return this.#lastHeartbeat
  }

  start(): void {
    this.#loop = this.#run()
  }

  /** Rejoins at once, also for what {@link rejoinSoon} was gathering. */
  rejoinNow(): void {
    this.#stopGathering()
    if (this.#rejoin === null) this.#rejoin = 'requested'
    this.#wakeAll()
  }

  /**
   * Rejoins after a moment, in which the leader goes on with requests and more reasons may come: a hundred connectors
   * that are created at once make a few rebalances, not a hundred.
   */
  rejoinSoon(): void {
    if (this.#rejoin !== null || this.#stopping.signal.aborted) return
    const now = this.#options.clock.now()
    this.#gathering ??= { since: now, timer: null }
    if (this.#gathering.timer !== null) clearTimeout(this.#gathering.timer)
    const waitMs = Math.max(0, Math.min(gatherMs, this.#gathering.since + gatherAtMostMs - now))
    this.#gathering.timer = setTimeout(() => this.rejoinNow(), waitMs)
  }

  /** Rejoins once the leader's delay is over; 0 cancels an earlier wish. */
  rejoinAfter(delayMs: number): void {
    if (this.#rejoinAt !== null) clearTimeout(this.#rejoinAt)
    const wanted = delayMs > 0 && !this.#stopping.signal.aborted
    this.#rejoinAt = wanted ? setTimeout(() => this.rejoinNow(), delayMs) : null
  }

  /**
   * Asks the coordinator whether this generation still holds: a worker that only slept must not write as leader.
   * False when the group is rebalancing or has gone on without this worker. Rejects when nobody answers.
   */
  async confirm(): Promise<boolean> {
    const generation = this.current
    if (generation === null) return false
    try {
      await this.#heartbeat(generation)
      return true
    } catch (error) {
      if (this.current === null) return false
      throw error
    }
  }

  /** Leaves the group, so that the others take over at once. */
  async leave(reason: string): Promise<void> {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    this.rejoinAfter(0)
    this.#stopGathering()
    this.#wakeAll()
    const { calls, logger } = this.#options
    if (this.#memberId !== '') {
      await calls.leave(this.#memberId, reason).catch((error: unknown) => {
        logger.warn('the group could not be told that this worker leaves; it will notice by the session timeout', {
          error,
        })
      })
    }
    await calls.close()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { listener } = this.#options
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#tellLoss()
        const { assignment, generation } = await this.#joinGroup()
        this.#current = generation
        this.#rejoin = null
        this.#lastHeartbeat = this.#options.clock.now()
        const heartbeats = this.#keepAlive(generation)
        await listener.onAssignment(assignment, generation)
        await this.#untilRejoin()
        await heartbeats
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        listener.onFatal(error as Error)
        return
      }
    }
  }

  /** Joins until an assignment is in hand. Throws only what no retry mends. */
  async #joinGroup(): Promise<{ assignment: Assignment; generation: Generation }> {
    const { listener, logger, calls, connectProtocol } = this.#options
    for (let attempt = 0; ; attempt++) {
      this.#stopping.signal.throwIfAborted()
      try {
        if (this.#current?.protocolVersion === 0) await listener.stopEverything('rebalance of the eager protocol')
        const reason = this.#current === null ? firstJoin : requestedRejoin
        const joined = await calls.join(this.#memberId, joinProtocols(connectProtocol, listener.metadata()), reason)
        this.#setMemberId(joined.memberId)
        return await this.#sync(joined)
      } catch (error) {
        this.#stopping.signal.throwIfAborted()
        const pauseMs = this.#afterFailedJoin(error, attempt)
        if (pauseMs > 0) {
          logger.info('joining the group failed, trying again', { reason: failureReason(error), pauseMs })
          await this.#sleep(pauseMs)
        }
        await this.#tellLoss()
      }
    }
  }

  async #sync(joined: JoinedGroup): Promise<{ assignment: Assignment; generation: Generation }> {
    const generation: Generation = {
      generation: joined.generation,
      memberId: joined.memberId,
      isLeader: joined.leader === joined.memberId,
      protocolVersion: versionOfProtocol(parseProtocolName(joined.protocolName)),
    }
    const assignments: { memberId: string; assignment: Buffer }[] = []
    if (generation.isLeader) {
      const members = new Map(joined.members.map(({ memberId, metadata }) => [memberId, decodeMetadata(metadata)]))
      for (const [memberId, assignment] of this.#options.listener.assign(members, generation)) {
        assignments.push({ memberId, assignment: encodeAssignment(assignment) })
      }
    }
    const bytes = await this.#options.calls.sync(joined, assignments)
    return { assignment: decodeAssignment(bytes), generation }
  }

  /** Milliseconds to wait before the next attempt. */
  #afterFailedJoin(error: unknown, attempt: number): number {
    const { retryBackoffMs, retryBackoffMaxMs } = this.#options
    const code = kafkaErrorCode(error)
    if (code !== null && fatalCodes.includes(code)) {
      throw new ConnectError('group.cannot_join', `this worker can't join its group: ${messageOf(rootOf(error))}`, {
        cause: error,
      })
    }
    switch (code) {
      case kafkaErrors.memberIdRequired:
        this.#setMemberId((error as { response?: { memberId?: string } }).response?.memberId ?? '')
        return 0
      case kafkaErrors.rebalanceInProgress:
        return 0
      case kafkaErrors.unknownMemberId:
        this.#setMemberId('')
        this.#lose('the group no longer knows this member')
        return 0
      case kafkaErrors.illegalGeneration:
        this.#lose('the group has moved on to another generation')
        return 0
      default: {
        const silentMs = this.#options.clock.now() - this.#lastHeartbeat
        if (this.#current !== null && silentMs > this.#options.sessionTimeoutMs) {
          this.#lose(`no coordinator for ${silentMs} ms`)
        }
        return doublingPause(attempt, retryBackoffMs, retryBackoffMaxMs)
      }
    }
  }

  /** Heartbeats until the generation ends; what ends it is left in `#rejoin`. */
  async #keepAlive(generation: Generation): Promise<void> {
    const { heartbeatIntervalMs, sessionTimeoutMs, retryBackoffMs, clock, logger } = this.#options
    while (this.#current === generation && this.#rejoin === null && !this.#stopping.signal.aborted) {
      await this.#sleep(heartbeatIntervalMs)
      if (this.#rejoin !== null || this.#stopping.signal.aborted) return
      try {
        await this.#heartbeat(generation)
      } catch (error) {
        if (this.#rejoin !== null) return
        const silentMs = clock.now() - this.#lastHeartbeat
        logger.warn('a heartbeat failed', { reason: failureReason(error), silentMs })
        if (silentMs > sessionTimeoutMs) this.#lose(`no heartbeat was answered for ${silentMs} ms`)
        else await this.#sleep(retryBackoffMs)
      }
    }
  }

  /** One heartbeat. Answers that end the generation are noted before the call rejects. */
  async #heartbeat(generation: Generation): Promise<void> {
    try {
      await this.#options.calls.heartbeat(generation.generation, generation.memberId)
      this.#lastHeartbeat = this.#options.clock.now()
      this.#heartbeats++
    } catch (error) {
      switch (kafkaErrorCode(error)) {
        case kafkaErrors.rebalanceInProgress:
          this.#lastHeartbeat = this.#options.clock.now()
          this.rejoinNow()
          break
        case kafkaErrors.unknownMemberId:
          this.#setMemberId('')
          this.#lose('the group no longer knows this member')
          break
        case kafkaErrors.illegalGeneration:
          this.#lose('the group has moved on to another generation')
          break
        default:
      }
      throw error
    }
  }

  #setMemberId(memberId: string): void {
    if (this.#memberId === memberId) return
    this.#memberId = memberId
    this.#options.onMemberId(memberId === '' ? null : memberId)
  }

  #stopGathering(): void {
    if (this.#gathering?.timer) clearTimeout(this.#gathering.timer)
    this.#gathering = null
  }

  #lose(reason: string): void {
    this.#rejoin = 'lost'
    this.#lostReason = reason
    this.#current = null
    this.#wakeAll()
  }

  /** Tells the listener once of each loss; from there on it is a rejoin like any other. */
  async #tellLoss(): Promise<void> {
    if (this.#rejoin !== 'lost') return
    await this.#options.listener.onLost(this.#lostReason)
    this.#rejoin = 'requested'
  }

  async #untilRejoin(): Promise<void> {
    while (this.#rejoin === null && !this.#stopping.signal.aborted) {
      await this.#sleep(idleMs)
    }
  }

  #wakeAll(): void {
    for (const wake of [...this.#sleepers]) wake()
  }

  /** Ends early when the loop has something to do. */
  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#sleepers.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#sleepers.add(done)
    })
  }
}

/** The innermost error, which says what happened; the client wraps it several times. */
function rootOf(error: unknown): unknown {
  const { errors, cause } = (error ?? {}) as { errors?: unknown[]; cause?: unknown }
  const inner = errors?.[0] ?? cause
  return inner === undefined ? error : rootOf(inner)
}
