/** Stands where a task has its dead letter queue: what a record was refused for is noted and goes nowhere. */
import { messageOf, type RecordOrigin } from '@penstock/core'
import type { Failure } from '../error-policy.ts'
import type { Refusal } from './job.ts'

export class Refusals {
  #noted: Refusal[] = []

  async add(origin: RecordOrigin, failure: Failure): Promise<void> {
    this.#noted.push(refusalOf(origin, failure))
  }

  async settled(): Promise<void> {}

  /** Those since the last call. */
  take(): readonly Refusal[] {
    const noted = this.#noted
    this.#noted = []
    return noted
  }
}

export function refusalOf(
  { topic, partition, offset }: Pick<RecordOrigin, 'topic' | 'partition' | 'offset'>,
  { stage, executingClass, error }: Failure,
): Refusal {
  const exceptionClass = error instanceof Error ? error.name : 'Error'
  return { topic, partition, offset: Number(offset), stage, executingClass, exceptionClass, message: messageOf(error) }
}
