/** How far a task has come, in the shape that the Datagen connector stores it. @module */
import { ConnectError, type SourceOffset, type SourcePartition } from '@penstock/core'

export function partitionOf(task: number): SourcePartition {
  return { 'task.id': task }
}

/** `count`: records made so far, which is the index of the next one. */
export function offsetAfter(count: number): SourceOffset {
  return { 'current.iteration': count }
}

/** The stored count, 0 when none is. */
export function countOf(offset: SourceOffset | null): number {
  const count = offset?.['current.iteration'] ?? 0
  if (isCount(count)) return Number(count)
  throw new ConnectError(
    'datagen.invalid_offset',
    `the stored offset ${String(count)} is no count of records; alter or reset the offsets of the connector`,
  )
}

/** Refuses offsets that no task could go on from; null ones pass, so that anything can be cleaned up. */
export function checkOffsets(
  offsets: readonly { readonly partition: SourcePartition; readonly offset: SourceOffset | null }[],
): void {
  for (const { partition, offset } of offsets) {
    if (offset === null) continue
    if (!isCount(partition?.['task.id'])) {
      throw refusal(`Partition objects must have the key 'task.id' with the number of a task, as in {"task.id": 0}`)
    }
    if (!isCount(offset['current.iteration'])) {
      throw refusal(
        `Offset objects must be null, or have the key 'current.iteration' with a count of records, as in {"current.iteration": 100}`,
      )
    }
  }
}

function isCount(value: unknown): boolean {
  return (typeof value === 'bigint' && value >= 0n) || (Number.isSafeInteger(value) && (value as number) >= 0)
}

function refusal(message: string): ConnectError {
  return new ConnectError('datagen.invalid_offset', message)
}
