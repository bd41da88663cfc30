/**
 * What the workers of a cluster tell each other through the group protocol: who owns what, and who is to run what.
 * `protocol-codec.ts` turns these into bytes, `assignor.ts` computes them on the leader.
 * @module
 */

import type { TaskId } from '@penstock/core'

export type { TaskId }

/** Work of the cluster: connector instances by name, and tasks. Orders are kept, entries are expected once. */
export interface ConnectorsAndTasks {
  readonly connectors: readonly string[]
  readonly tasks: readonly TaskId[]
}

/** The level a round runs at: 0 stops the world, 1 is cooperative (KIP-415), 2 also signs internal requests (KIP-507). */
export type ConnectProtocolVersion = 0 | 1 | 2

/** What a member announces when it joins. */
export interface WorkerMetadata {
  /** As read from the wire; may be above 2 when a newer worker wrote it. */
  readonly version: number
  /** The advertised REST URL, with its trailing slash. */
  readonly url: string
  /** Offset after the last config record the worker has read, -1 when it has read none. */
  readonly configOffset: bigint
  /** Everything the worker owns right now (in `assigned`), null when it owns nothing or speaks version 0. */
  readonly allocation: Assignment | null
}

/** What the leader answers to one member. */
export interface Assignment {
  /** As read from the wire; may be above 2 when a newer worker wrote it. */
  readonly version: number
  /** 1 when the leader knew less of the config topic than some member: nothing was assigned, everybody must rejoin. */
  readonly error: 0 | 1
  /** Member id of the leader. */
  readonly leader: string
  readonly leaderUrl: string
  /** The config offset a member must have reached before it starts what it was given. */
  readonly configOffset: bigint
  /** Version 0: everything the member is to run. Later versions: only what comes on top of what it owns. */
  readonly assigned: ConnectorsAndTasks
  /** What the member must stop before the round ends. */
  readonly revoked: ConnectorsAndTasks
  /** When positive, every member must rejoin after so many milliseconds. */
  readonly delayMs: number
}

/** Text that identifies a task, different for any two tasks whatever characters connector names contain. */
export function taskKey({ connector, task }: TaskId): string {
  return `${connector}/${task}`
}

/** Order by code unit, as Java sorts strings: leaders of both kinds must deal in the same order. */
export function compareNames(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** Order by connector name, then by number (`orders-2` before `orders-10`). */
export function compareTasks(left: TaskId, right: TaskId): number {
  return compareNames(left.connector, right.connector) || left.task - right.task
}
