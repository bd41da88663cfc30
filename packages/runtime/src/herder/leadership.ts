/** What a worker does as long as it leads: holds the config topic, sweeps statuses, rotates the session key. */
import { type LeaderChoresParts, refreshSessionKey, sweepStatuses } from './leader-chores.ts'

export interface LeadershipParts extends LeaderChoresParts {
  /** From protocol level 2 on requests between workers are signed. */
  readonly signsRequests: () => boolean
  readonly asLeader: (name: string, job: () => Promise<void>) => Promise<void>
}

export class Leadership {
  readonly #parts: LeadershipParts
  #keyTimer: NodeJS.Timeout | null = null

  constructor(parts: LeadershipParts) {
    this.#parts = parts
  }

  /** With each generation that this worker leads. */
  async take(): Promise<void> {
    const { configs, logger } = this.#parts
    try {
      await configs.claimLeadership()
    } catch (error) {
      // The first write tries again.
      logger.warn('the leadership over the config topic could not be claimed yet', { error })
    }
    await this.#doChores()
  }

  /** With each generation that another worker leads. */
  async release(): Promise<void> {
    await this.#parts.configs.releaseLeadership()
  }

  close(): void {
    if (this.#keyTimer) clearTimeout(this.#keyTimer)
  }

  async #doChores(): Promise<void> {
    const { signsRequests, asLeader, logger } = this.#parts
    this.close()
    sweepStatuses(this.#parts)
    if (!signsRequests()) return
    const again = await refreshSessionKey(this.#parts)
    if (again === null) return
    this.#keyTimer = setTimeout(() => {
      asLeader('rotating the session key', () => this.#doChores()).catch((error: unknown) => {
        logger.warn('the session key was not rotated', { error })
      })
    }, again).unref()
  }
}
