/**
 * The leader's part before exactly-once source tasks start: producers of an older set of tasks are fenced, so that
 * nobody writes beside the new ones, and the number of the new ones is recorded (KIP-618).
 */
import { ConflictError, type Logger, type RawConfig } from '@penstock/core'
import type { ConfigStore } from '../storage/config-store.ts'

export interface ZombieFencingParts {
  readonly configs: ConfigStore
  /** Fences the producers of tasks 0 to `count` - 1, with the connector's own admin settings. */
  readonly fence: (connector: string, config: RawConfig, count: number) => Promise<void>
  /** Runs as leader, confirmed by the coordinator. */
  readonly asLeader: <T>(name: string, job: () => Promise<T>) => Promise<T>
  readonly logger: Logger
}

const readTimeoutMs = 30_000

export class ZombieFencing {
  readonly #parts: ZombieFencingParts
  /** Tasks of one connector that start together share one round. */
  readonly #rounds = new Map<string, Promise<void>>()

  constructor(parts: ZombieFencingParts) {
    this.#parts = parts
  }

  /** Resolves when the newest tasks of the connector may have producers. Rejects with a conflict when they change. */
  async fence(connector: string): Promise<void> {
    let round = this.#rounds.get(connector)
    if (round === undefined) {
      round = this.#run(connector).finally(() => this.#rounds.delete(connector))
      this.#rounds.set(connector, round)
    }
    await round
  }

  async #run(connector: string): Promise<void> {
    const { configs, fence, asLeader, logger } = this.#parts
    const { state } = configs
    const before = await asLeader(`looking for older tasks of ${connector}`, async () => {
      await configs.readToEnd(readTimeoutMs)
      return { ...state.fencing(connector), config: state.config(connector), count: state.tasks(connector).length }
    })
    const { previousCount, count, config } = before
    if (!before.isPending || config === null) return
    // A single task's own producer fences the one before it.
    if (previousCount !== null && !(previousCount === 1 && count === 1)) {
      logger.info('fencing the producers of older tasks', { connector, tasks: previousCount })
      await fence(connector, config, previousCount)
    }
    await asLeader(`recording the number of tasks of ${connector}`, async () => {
      await configs.readToEnd(readTimeoutMs)
      if (!state.has(connector) || state.fencing(connector).generation !== before.generation) {
        throw new ConflictError(
          'herder.tasks_changed',
          `The tasks of connector ${connector} have changed while older ones were fenced; the new ones ask for it again`,
        )
      }
      await configs.putTaskCount(connector, count)
    })
  }
}
