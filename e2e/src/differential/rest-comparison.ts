/** REST requests to both kinds of workers, compared. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JvmConnect } from '../harness/index.ts'
import { type BothWorkers, type Request, SIDE, startBoth } from './both-workers.ts'
import type { ComparableAnswer } from './comparable-answer.ts'
import { Comparison } from './comparison.ts'
import type { IntendedDifference } from './intended-differences.ts'

export class RestComparison implements AsyncDisposable {
  readonly both: BothWorkers
  readonly comparison: Comparison

  private constructor(both: BothWorkers, suite: IntendedDifference['suite']) {
    this.both = both
    this.comparison = new Comparison(suite)
  }

  static async start(jvm: JvmConnect, suite: IntendedDifference['suite']): Promise<RestComparison> {
    const both = await startBoth(jvm)
    for (const side of ['jvm', 'our']) await writeFile(join(both.folder, `${side}-in.txt`), 'one\ntwo\nthree\n')
    await both.createTopics(`${SIDE}sunk`)
    return new RestComparison(both, suite)
  }

  /** Sends the request to both; what is not the same about the answers is held against the list. */
  async same(label: string, request: Request): Promise<void> {
    this.comparison.compare(label, await this.both.ask(request))
  }

  /** Compares the status of a connector once both have it in this state. */
  async sameState(label: string, connector: string, state: string, tasks: number): Promise<void> {
    await this.sameOnce(label, at(connector, '/status'), ({ body }) => hasState(body, state, tasks))
  }

  /** Compares what a path answers once both satisfy the condition. */
  async sameOnce(label: string, path: string, condition: (answer: ComparableAnswer) => boolean): Promise<void> {
    this.comparison.compare(label, await this.both.untilBoth({ method: 'GET', path }, condition))
  }

  /** Configuration of a source with these changes. */
  source(more: Record<string, unknown> = {}): Record<string, unknown> {
    const file = join(this.both.folder, `${SIDE}in.txt`)
    return { 'connector.class': 'FileStreamSource', file, topic: `${SIDE}lines`, 'tasks.max': '1', ...more }
  }

  sink(more: Record<string, unknown> = {}): Record<string, unknown> {
    const file = join(this.both.folder, `${SIDE}out.txt`)
    return { 'connector.class': 'FileStreamSink', file, topics: `${SIDE}sunk`, ...more }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.both[Symbol.asyncDispose]()
  }
}

/** Path of a connector of each side, or below it. */
export function at(name: string, rest = ''): string {
  return `/connectors/${SIDE}${name}${rest}`
}

export function mentions(word: string): (answer: ComparableAnswer) => boolean {
  return ({ body }) => JSON.stringify(body ?? '').includes(word)
}

function hasState(body: unknown, state: string, tasks: number): boolean {
  const { connector, tasks: all = [] } = (body ?? {}) as { connector?: { state: string }; tasks?: { state: string }[] }
  return connector?.state === state && all.length === tasks && all.every((task) => task.state === state)
}
