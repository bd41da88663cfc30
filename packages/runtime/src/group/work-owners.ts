import type { ConnectorsAndTasks, TaskId } from './assignment.ts'
import { taskKey } from './assignment.ts'

/** Which worker, by REST URL, owns a connector or task. */
export class WorkOwners {
  static readonly none: WorkOwners = new WorkOwners([])

  readonly #urlsByConnector = new Map<string, string>()
  readonly #urlsByTask = new Map<string, string>()

  constructor(workers: Iterable<{ readonly url: string; readonly work: ConnectorsAndTasks }>) {
    for (const { url, work } of workers) {
      for (const name of work.connectors) this.#urlsByConnector.set(name, url)
      for (const id of work.tasks) this.#urlsByTask.set(taskKey(id), url)
    }
  }

  /** URL of the worker that runs the connector instance, undefined when none does. */
  ofConnector(name: string): string | undefined {
    return this.#urlsByConnector.get(name)
  }

  /** URL of the worker that runs the task, undefined when none does. */
  ofTask(id: TaskId): string | undefined {
    return this.#urlsByTask.get(taskKey(id))
  }

  /** These owners, and for what is left of `work` those it had in `earlier`. */
  completedFrom(earlier: WorkOwners, work: ConnectorsAndTasks): WorkOwners {
    const completed = new WorkOwners([])
    for (const name of work.connectors) put(completed.#urlsByConnector, name, earlier.ofConnector(name))
    for (const id of work.tasks) put(completed.#urlsByTask, taskKey(id), earlier.ofTask(id))
    for (const [name, url] of this.#urlsByConnector) completed.#urlsByConnector.set(name, url)
    for (const [key, url] of this.#urlsByTask) completed.#urlsByTask.set(key, url)
    return completed
  }
}

function put(urls: Map<string, string>, key: string, url: string | undefined): void {
  if (url !== undefined) urls.set(key, url)
}
