/**
 * Work whose worker has left the group. A worker that restarts should find its work waiting instead of spread over the
 * others, so it stays unassigned for a delay; workers seen without work in the meantime are candidates for it (KIP-415).
 * @module
 */
import type { FairShare, Hands } from './balance.ts'
import type { RebalanceDelay } from './rebalance-delay.ts'
import type { RevocationPacing } from './revocation-pacing.ts'

/** What happens to lost work in a round. */
export interface LostWorkDecision {
  /** True when it stays unassigned for now; nothing may be revoked for balance in the meantime. */
  readonly wait: boolean
  /** When it is assigned: the members to serve first. */
  readonly candidates: readonly string[]
}

interface Observation {
  readonly isAnyLost: boolean
  readonly previousMembers: readonly string[]
  readonly members: { has(member: string): boolean }
  /** Members that run nothing. */
  readonly idle: readonly string[]
  readonly now: number
}

/** Decides round by round when lost work is assigned again. */
export class LostAssignments {
  readonly #delay: RebalanceDelay
  readonly #pacing: RevocationPacing
  /** Members seen without any work since the delay began, in order of appearance. */
  readonly #candidates = new Set<string>()

  constructor(delay: RebalanceDelay, pacing: RevocationPacing) {
    this.#delay = delay
    this.#pacing = pacing
  }

  /** Starts, continues or ends the delay. */
  decide({ isAnyLost, previousMembers, members, idle, now }: Observation): LostWorkDecision {
    // After a round that revoked, the running delay may be its back-off, which is waited out although nothing is lost.
    if (!isAnyLost && !this.#pacing.revokedInPreviousRound) {
      this.#reset()
      return { wait: false, candidates: [] }
    }
    // Nobody has left, so a member never received its last assignment. Or nobody is to wait, by configuration.
    const isEverybodyStillThere = previousMembers.every((member) => members.has(member))
    if ((!this.#delay.isRunning && isEverybodyStillThere) || this.#delay.maxMs === 0) {
      return { wait: false, candidates: [] }
    }
    if (this.#delay.hasEnded(now)) {
      const candidates = [...this.#candidates].filter((member) => members.has(member))
      this.#reset()
      this.#pacing.forgetPreviousRound()
      return { wait: false, candidates }
    }
    for (const member of idle) this.#candidates.add(member)
    this.#delay.continueOrStart(now)
    this.#pacing.forgetPreviousRound()
    return { wait: true, candidates: [] }
  }

  #reset(): void {
    this.#candidates.clear()
    this.#delay.clear()
  }
}

/** How lost items of one kind are handed back. */
interface HandBack<T> {
  readonly hands: Hands<T>
  readonly share: FairShare
  readonly candidates: readonly string[]
  /** The candidate that had the item before it was lost. */
  readonly formerOwner: (item: T) => string | undefined
}

/**
 * Deals lost items of one kind to the candidates: first each back to the worker it was lost from, if that is among them,
 * the rest in turn. Nobody gets more than a fair share: what would be too much is returned, to be dealt like new work.
 */
export function handBack<T>(lost: readonly T[], { hands, share, candidates, formerOwner }: HandBack<T>): T[] {
  let extrasLeft = share.extra
  for (const items of hands.values()) if (items.length > share.floor) extrasLeft--

  const give = (item: T, member: string): boolean => {
    const items = hands.get(member)
    if (items === undefined || items.length > share.floor) return false
    if (items.length === share.floor && extrasLeft-- <= 0) return false
    items.push(item)
    return true
  }

  const others = lost.filter((item) => {
    const owner = formerOwner(item)
    return owner === undefined || !give(item, owner)
  })
  let turn = 0
  const giveInTurn = (item: T) => candidates.some(() => give(item, candidates[turn++ % candidates.length] ?? ''))
  return others.filter((item) => !giveInTurn(item))
}
