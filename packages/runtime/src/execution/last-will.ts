/**
 * What executors do when their worker's process is dead: the last of them takes the worker out of its group, so that the
 * others need not wait for the session timeout. By then every task has stopped, so nothing runs twice.
 */
import { readFileSync } from 'node:fs'
import { type Logger, messageOf } from '@penstock/core'
import { workerClientProperties } from '../config/client-properties.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { toProtocolClient } from '../kafka/client-config.ts'
import { loadProtocolClient, removeMembers } from '../kafka/coordinator.ts'
import { pause } from '../time/pause.ts'

/** What the worker tells its executors of itself while it lives. */
export interface LastWill {
  /** As the group knows the worker; null while it is in none. */
  readonly memberId: string | null
  readonly executors: readonly { readonly index: number; readonly pid: number }[]
}

const lookEveryMs = 5
/** The one that will be asked loads what it needs when the start is over, not when every millisecond counts. */
const preloadAfterMs = 3_000

export class LastWillExecutor {
  readonly #index: number
  readonly #worker: WorkerConfig
  readonly #logger: Logger
  #will: LastWill = { memberId: null, executors: [] }
  #preload: NodeJS.Timeout | null = null

  constructor(parts: { index: number; worker: WorkerConfig; logger: Logger }) {
    this.#index = parts.index
    this.#worker = parts.worker
    this.#logger = parts.logger
  }

  update(will: LastWill): void {
    this.#will = will
    if (this.#preload === null && this.#isFirst(will.executors)) {
      this.#preload = setTimeout(() => void loadProtocolClient(), preloadAfterMs).unref()
    }
  }

  /** Call when this executor's tasks have stopped. Resolves at once for all but one of those that are left. */
  async carryOut(timeoutMs: number): Promise<void> {
    const { memberId, executors } = this.#will
    const deadline = Date.now() + timeoutMs
    const others = executors.filter(({ index }) => index !== this.#index)
    if (memberId === null || others.some(({ index, pid }) => index < this.#index && isAlive(pid))) return
    while (others.some(({ pid }) => isAlive(pid)) && Date.now() < deadline) await pause(lookEveryMs)
    await this.#removeFromGroup(memberId)
  }

  #isFirst(executors: LastWill['executors']): boolean {
    return executors.every(({ index }) => index >= this.#index)
  }

  async #removeFromGroup(memberId: string): Promise<void> {
    const worker = this.#worker
    const client = toProtocolClient({
      ...workerClientProperties(worker.raw),
      'client.id': `connect-executor-${this.#index}`,
    })
    try {
      await removeMembers(client, worker.raw['group.id'] ?? '', [{ memberId }], 'the worker process is dead')
      this.#logger.warn('the worker process is dead and was taken out of its group, the others take over', { memberId })
    } catch (error) {
      this.#logger.warn('the group could not be told that the worker is dead; it will notice by the session timeout', {
        reason: messageOf(error),
      })
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch {
    return false
  }
}

/** Ended, but its new parent has not looked yet: some inits take seconds. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return false // only Linux tells
  }
}
