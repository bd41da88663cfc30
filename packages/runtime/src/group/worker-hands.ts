import type { TaskId } from './assignment.ts'
import type { Hands } from './balance.ts'
import { WorkSet } from './work-set.ts'

/** The work of every member while a round is being worked out, by kind; changed in place until it is what shall be. */
export class WorkerHands {
  readonly connectors: Hands<string> = new Map()
  readonly tasks: Hands<TaskId> = new Map()

  constructor(workByMember: ReadonlyMap<string, WorkSet>) {
    for (const [member, work] of workByMember) {
      this.connectors.set(member, [...work.connectors])
      this.tasks.set(member, [...work.tasks])
    }
  }

  /** Members without any work. */
  idleMembers(): string[] {
    return [...this.connectors.keys()].filter((member) => this.#of(member).isEmpty)
  }

  /** The work as it is now, by member. */
  toWork(): Map<string, WorkSet> {
    return new Map([...this.connectors.keys()].map((member) => [member, this.#of(member)]))
  }

  #of(member: string): WorkSet {
    return new WorkSet(this.connectors.get(member) ?? [], this.tasks.get(member) ?? [])
  }
}
