import type { SourceTask } from '@penstock/core'
import type { ProducedPlace, ProducedRecord } from '../kafka/producer.ts'
import type { OutgoingRecord } from './source-pipeline.ts'

/** How a source task's records and positions get to Kafka: `at-least-once.ts` or `exactly-once.ts`. */
export interface SourceDelivery {
  /** Takes what came of one poll. Rejects when the task can't go on, also for what was taken earlier. */
  deliver(batch: readonly OutgoingRecord[]): Promise<void>
  /** The task pauses and goes on from where it is: what was taken is finished and stored, if it can be by now. */
  settle(): Promise<void>
  /** The task ends in order, its next copy begins at the stored positions. */
  finish(): Promise<void>
  /** When {@link deliver} wants to be called again, with nothing if need be; null when it need not. Epoch milliseconds. */
  dueAt(): number | null
  /** The task has failed or was cancelled: what can't be finished is given up. */
  abandon(): Promise<void>
}

/** Tells the task of a record; its errors are logged only. */
export type CommitRecord = (record: OutgoingRecord['source'], place: ProducedPlace | null) => void

/** The callbacks of a task that deliveries make. */
export interface TaskCallbacks {
  readonly commitRecord: CommitRecord
  /** After positions have been stored; its errors are logged only. */
  readonly commit: () => Promise<void>
}

export function taskCallbacks(task: SourceTask, onError: (text: string, error: unknown) => void): TaskCallbacks {
  return {
    commitRecord(record, place) {
      if (task.commitRecord === undefined) return
      try {
        const done = task.commitRecord(record, place)
        if (done instanceof Promise) done.catch((error: unknown) => onError('commitRecord of the task failed', error))
      } catch (error) {
        onError('commitRecord of the task failed', error)
      }
    },
    async commit() {
      try {
        await task.commit?.()
      } catch (error) {
        onError('commit of the task failed', error)
      }
    },
  }
}

/** The part of the sender that deliveries use. */
export interface Sender {
  ready(record: ProducedRecord): Promise<void> | null
  send(record: ProducedRecord): Promise<ProducedPlace>
}
