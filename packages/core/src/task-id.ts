/** A task of a connector: numbered from 0. */
export interface TaskId {
  readonly connector: string
  readonly task: number
}

/** `orders-3`, the spelling of Kafka Connect. */
export function taskName(id: TaskId): string {
  return `${id.connector}-${id.task}`
}
