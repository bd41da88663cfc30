import type { Assignment, ConnectorsAndTasks, TaskId } from './assignment.ts'
import { compareNames, compareTasks, taskKey } from './assignment.ts'

/** An immutable set of connectors and tasks that keeps the order in which they were first named. */
export class WorkSet implements ConnectorsAndTasks {
  static readonly empty: WorkSet = new WorkSet([], [])

  readonly connectors: readonly string[]
  readonly tasks: readonly TaskId[]
  readonly #connectorNames: ReadonlySet<string>
  readonly #taskKeys: ReadonlySet<string>

  constructor(connectors: Iterable<string>, tasks: Iterable<TaskId>) {
    const tasksByKey = new Map<string, TaskId>()
    for (const task of tasks) {
      const key = taskKey(task)
      if (!tasksByKey.has(key)) tasksByKey.set(key, task)
    }
    this.#connectorNames = new Set(connectors)
    this.#taskKeys = new Set(tasksByKey.keys())
    this.connectors = [...this.#connectorNames]
    this.tasks = [...tasksByKey.values()]
  }

  /** Everything that is in any of `works`. */
  static union(works: Iterable<ConnectorsAndTasks>): WorkSet {
    const all = [...works]
    return new WorkSet(
      all.flatMap(({ connectors }) => connectors),
      all.flatMap(({ tasks }) => tasks),
    )
  }

  get isEmpty(): boolean {
    return this.connectors.length === 0 && this.tasks.length === 0
  }

  hasConnector(name: string): boolean {
    return this.#connectorNames.has(name)
  }

  hasTask(id: TaskId): boolean {
    return this.#taskKeys.has(taskKey(id))
  }

  /** What is here and in none of `others`. */
  minus(...others: readonly WorkSet[]): WorkSet {
    return new WorkSet(
      this.connectors.filter((name) => !others.some((other) => other.hasConnector(name))),
      this.tasks.filter((task) => !others.some((other) => other.hasTask(task))),
    )
  }

  /** What is both here and in `other`. */
  intersection(other: WorkSet): WorkSet {
    return new WorkSet(
      this.connectors.filter((name) => other.hasConnector(name)),
      this.tasks.filter((task) => other.hasTask(task)),
    )
  }

  /** True when nothing is in both. */
  isDisjointFrom(other: WorkSet): boolean {
    return !this.connectors.some((name) => other.hasConnector(name)) && !this.tasks.some((task) => other.hasTask(task))
  }

  /** The same set by connector name, tasks then by number. */
  sorted(): WorkSet {
    return new WorkSet(this.connectors.toSorted(compareNames), this.tasks.toSorted(compareTasks))
  }
}

/** What a member owns once it has followed `assignment` (versions 1 and 2), `owned` being what it had until then. */
export function workAfter(owned: ConnectorsAndTasks, assignment: Pick<Assignment, 'assigned' | 'revoked'>): WorkSet {
  const kept = WorkSet.union([owned]).minus(WorkSet.union([assignment.revoked]))
  return WorkSet.union([kept, assignment.assigned])
}
