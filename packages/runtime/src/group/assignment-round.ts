/**
 * What goes into one round of assigning work and what comes out, whichever way the work is dealt. Includes the check that
 * stands before every deal: a leader that has read less of the config topic than a member must not assign anything.
 * @module
 */
import type { Assignment, ConnectorsAndTasks, ConnectProtocolVersion, WorkerMetadata } from './assignment.ts'
import { compareNames } from './assignment.ts'
import { WorkOwners } from './work-owners.ts'

/** What the leader knows when the group has gathered. */
export interface AssignmentRound {
  readonly generation: number
  /** The last generation in which the leader received its own assignment, -1 when there was none yet. */
  readonly lastCompletedGeneration: number
  readonly protocolVersion: ConnectProtocolVersion
  /** Member id of the leader. */
  readonly leader: string
  readonly leaderUrl: string
  readonly members: ReadonlyMap<string, WorkerMetadata>
  /** Every connector and its committed tasks; no tasks for a connector whose task configs are inconsistent. */
  readonly configured: ConnectorsAndTasks
  /** The config offset `configured` was taken at. */
  readonly configOffset: bigint
}

/** The leader's answers to all members, and who owns what once these are followed. */
export interface RoundOutcome {
  /** By member id. */
  readonly assignments: ReadonlyMap<string, Assignment>
  /** Holds until the next round begins; knows nobody when the leader refused to assign. */
  readonly owners: WorkOwners
}

/** The highest config offset among the members; a leader behind it should look at its config store again first. */
export function highestConfigOffset(members: ReadonlyMap<string, WorkerMetadata>): bigint {
  let highest = -1n
  for (const { configOffset } of members.values()) if (configOffset > highest) highest = configOffset
  return highest
}

/** True when the leader must refuse to assign: some member has read configs that `configured` does not know. */
export function isLeaderBehind(round: AssignmentRound): boolean {
  return round.configOffset < highestConfigOffset(round.members)
}

/** The answer of a leader that is behind: nobody gets or loses anything, all have to rejoin. */
export function refuseToAssign(round: AssignmentRound): RoundOutcome {
  const offset = highestConfigOffset(round.members)
  const refusal = { ...emptyAssignment(round), error: 1, configOffset: offset } as const
  return { assignments: new Map(memberIds(round).map((id) => [id, refusal])), owners: WorkOwners.none }
}

/** An assignment of nothing, to be filled in. */
export function emptyAssignment({ protocolVersion, leader, leaderUrl, configOffset }: AssignmentRound): Assignment {
  const nothing = { connectors: [], tasks: [] }
  const header = { version: protocolVersion, error: 0, leader, leaderUrl, configOffset } as const
  return { ...header, assigned: nothing, revoked: nothing, delayMs: 0 }
}

/** The members in the order every leader walks them. */
export function memberIds({ members }: AssignmentRound): string[] {
  return [...members.keys()].toSorted(compareNames)
}
