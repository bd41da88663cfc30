/**
 * The leader's part of incremental cooperative rebalancing (KIP-415): work that has to move is first revoked, with
 * everything else running on, and assigned in a second round, which the members ask for that had to stop something.
 * So nothing ever runs twice. Takes the steps of the JVM worker in their order; see `lost-assignments.ts` for workers that
 * leave, `balance.ts` for fair shares and `revocation-pacing.ts` for members that come and go quickly.
 * @module
 */
import type { Assignment, WorkerMetadata } from './assignment.ts'
import { compareNames, compareTasks, taskKey } from './assignment.ts'
import type { AssignmentRound, RoundOutcome } from './assignment-round.ts'
import { emptyAssignment, isLeaderBehind, memberIds, refuseToAssign } from './assignment-round.ts'
import { dealEvenly, FairShare, surplusOf, takeFromFront } from './balance.ts'
import { handBack, LostAssignments } from './lost-assignments.ts'
import { RebalanceDelay } from './rebalance-delay.ts'
import { RevocationPacing } from './revocation-pacing.ts'
import { WorkOwners } from './work-owners.ts'
import { WorkSet } from './work-set.ts'
import { WorkerHands } from './worker-hands.ts'

export interface AssignorOptions {
  /** `scheduled.rebalance.max.delay.ms`: how long the work of a worker that has left waits for its return. */
  readonly maxDelayMs: number
  /** Milliseconds, from any starting point. */
  readonly clock: { now(): number }
}

/** What the leader remembers of the round before. */
interface PreviousRound {
  readonly generation: number
  readonly members: readonly string[]
  /** What should be running since then, and what was lost and is not assigned yet. */
  readonly work: WorkSet
  readonly revoked: WorkSet
  /** Who ran `work`; for lost work, who ran it last. */
  readonly owners: WorkOwners
}

/**
 * Assigns by protocol versions 1 and 2. Remembers earlier rounds: a worker keeps one for as long as it leads without
 * interruption, and starts with a new one when it becomes leader.
 */
export class IncrementalCooperativeAssignor {
  readonly #clock: AssignorOptions['clock']
  readonly #delay: RebalanceDelay
  readonly #pacing: RevocationPacing
  readonly #lostAssignments: LostAssignments
  #previous: PreviousRound = {
    generation: -1,
    members: [],
    work: WorkSet.empty,
    revoked: WorkSet.empty,
    owners: WorkOwners.none,
  }

  constructor({ maxDelayMs, clock }: AssignorOptions) {
    this.#clock = clock
    this.#delay = new RebalanceDelay(maxDelayMs)
    this.#pacing = new RevocationPacing(this.#delay)
    this.#lostAssignments = new LostAssignments(this.#delay, this.#pacing)
  }

  /**
   * The assignment of every member, and the owners of all work once the members have followed it. Nothing is assigned in
   * a round in which any member still reports it as its own.
   */
  assign(round: AssignmentRound): RoundOutcome {
    const known = this.#recall(round)
    if (isLeaderBehind(round)) {
      // Nothing changes hands, so what was known before stays known.
      this.#previous = { ...known, generation: round.generation }
      return refuseToAssign(round)
    }

    const owned = new Map(memberIds(round).map((id) => [id, ownedBy(round.members.get(id))]))
    const active = WorkSet.union(owned.values())
    // A revocation that a member did not follow means that its round failed somewhere: believe what the members report.
    const previous = known.revoked.isDisjointFrom(active) ? known.work : active
    const configured = WorkSet.union([round.configured])
    // Includes what only members know of: a new leader meets work of connectors that were deleted before its time.
    const deleted = WorkSet.union([previous, active]).minus(configured)
    const duplicated = ownedTwice([...owned.values()])
    const lost = previous.minus(active, deleted)
    const created = configured.minus(previous, active)

    const hands = new WorkerHands(mapValues(owned, (work) => work.minus(deleted, duplicated)))
    const now = this.#clock.now()
    const decision = this.#lostAssignments.decide({
      isAnyLost: !lost.isEmpty,
      previousMembers: known.members,
      members: round.members,
      idle: hands.idleMembers(),
      now,
    })
    if (!decision.wait) this.#revokeSurplus(hands, configured, now)
    const kept = hands.toWork()

    const toPlace = { created, lost: decision.wait ? WorkSet.empty : lost }
    place(hands, toPlace, { round, configured, candidates: decision.candidates, formerOwners: known.owners })
    const next = hands.toWork()

    const revoked = mapValues(owned, (work, id) => work.minus(kept.get(id) ?? WorkSet.empty))
    const assignments = mapValues(
      next,
      (work, id): Assignment => ({
        ...emptyAssignment(round),
        assigned: work.minus(kept.get(id) ?? WorkSet.empty),
        revoked: revoked.get(id) ?? WorkSet.empty,
        delayMs: this.#delay.remainingMs,
      }),
    )
    const owners = new WorkOwners([...next].map(([id, work]) => ({ url: urlOf(round, id), work })))
    this.#previous = {
      generation: round.generation,
      members: [...owned.keys()],
      work: WorkSet.union([...next.values(), lost]),
      revoked: WorkSet.union(revoked.values()),
      owners: owners.completedFrom(known.owners, lost),
    }
    return { assignments, owners }
  }

  /** The previous round, without its work when the leader never received its part of it: that may not have happened. */
  #recall({ lastCompletedGeneration }: AssignmentRound): PreviousRound {
    if (lastCompletedGeneration === this.#previous.generation) return this.#previous
    return { ...this.#previous, work: WorkSet.empty }
  }

  #revokeSurplus(hands: WorkerHands, configured: WorkSet, now: number): void {
    const connectors = surplusOf(hands.connectors, configured.connectors.length)
    const tasks = surplusOf(hands.tasks, configured.tasks.length)
    if (!this.#pacing.mayRevoke(connectors.size + tasks.size > 0, now)) return
    takeFromFront(hands.connectors, connectors)
    takeFromFront(hands.tasks, tasks)
  }
}

interface PlacementContext {
  readonly round: AssignmentRound
  readonly configured: WorkSet
  readonly candidates: readonly string[]
  readonly formerOwners: WorkOwners
}

/** Puts work into the workers' hands: lost work goes to the candidates as far as they have room, the rest evenly to all. */
function place(
  hands: WorkerHands,
  { created, lost }: { readonly created: WorkSet; readonly lost: WorkSet },
  { round, configured, candidates, formerOwners }: PlacementContext,
): void {
  const candidatesByUrl = new Map(candidates.map((id) => [urlOf(round, id), id]))
  const candidateAt = (url: string | undefined) => (url === undefined ? undefined : candidatesByUrl.get(url))
  const { connectors, tasks } = lost.sorted()
  const workers = round.members.size

  const otherConnectors = handBack(connectors, {
    hands: hands.connectors,
    share: new FairShare(configured.connectors.length, workers),
    candidates,
    formerOwner: (name) => candidateAt(formerOwners.ofConnector(name)),
  })
  dealEvenly([...created.connectors, ...otherConnectors].toSorted(compareNames), hands.connectors)

  const otherTasks = handBack(tasks, {
    hands: hands.tasks,
    share: new FairShare(configured.tasks.length, workers),
    candidates,
    formerOwner: (id) => candidateAt(formerOwners.ofTask(id)),
  })
  dealEvenly([...created.tasks, ...otherTasks].toSorted(compareTasks), hands.tasks)
}

function ownedBy(member: WorkerMetadata | undefined): WorkSet {
  return member?.allocation ? WorkSet.union([member.allocation.assigned]) : WorkSet.empty
}

/** Work that more than one member reports as its own. */
function ownedTwice(works: readonly WorkSet[]): WorkSet {
  const seen = new Set<string>()
  const isSeenBefore = (key: string) => seen.has(key) || !seen.add(key)
  return new WorkSet(
    works.flatMap(({ connectors }) => connectors.filter((name) => isSeenBefore(`connector ${name}`))),
    works.flatMap(({ tasks }) => tasks.filter((id) => isSeenBefore(`task ${taskKey(id)}`))),
  )
}

function urlOf(round: AssignmentRound, member: string): string {
  return round.members.get(member)?.url ?? ''
}

function mapValues<V, W>(map: ReadonlyMap<string, V>, change: (value: V, key: string) => W): Map<string, W> {
  return new Map([...map].map(([key, value]) => [key, change(value, key)]))
}
