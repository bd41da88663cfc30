import type { TaskId } from './assignment.ts'
import type { AssignmentRound, RoundOutcome } from './assignment-round.ts'
import { emptyAssignment, isLeaderBehind, memberIds, refuseToAssign } from './assignment-round.ts'
import { WorkOwners } from './work-owners.ts'
import { WorkSet } from './work-set.ts'

/**
 * Assigns by protocol version 0: every member has stopped everything, and all work is dealt anew in one circle over the
 * sorted members, first the sorted connectors, then, from where that stopped, their tasks. Depends on the round alone.
 */
export function assignEagerly(round: AssignmentRound): RoundOutcome {
  if (isLeaderBehind(round)) return refuseToAssign(round)

  const configured = WorkSet.union([round.configured]).sorted()
  const hands = memberIds(round).map((id) => ({ id, connectors: [] as string[], tasks: [] as TaskId[] }))
  let dealt = 0
  const next = () => hands[dealt++ % hands.length]
  for (const name of configured.connectors) next()?.connectors.push(name)
  for (const task of configured.tasks) next()?.tasks.push(task)

  const empty = emptyAssignment(round)
  return {
    assignments: new Map(hands.map(({ id, ...assigned }) => [id, { ...empty, assigned }])),
    owners: new WorkOwners(hands.map(({ id, ...work }) => ({ url: round.members.get(id)?.url ?? '', work }))),
  }
}
