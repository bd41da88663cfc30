import type { Logger } from '@penstock/core'
import type { JobQueue } from './job-queue.ts'

export interface ExpiredConfigsParts {
  readonly jobs: Pick<JobQueue, 'run'>
  readonly logger: Logger
  /** Restarts what this worker runs of a connector; a job of the herder's queue. */
  readonly restart: (connector: string) => Promise<void>
}

/** Restarts connectors whose secrets have changed; several executors may notice it of the same. */
export class ExpiredConfigs {
  readonly #parts: ExpiredConfigsParts
  readonly #restarting = new Set<string>()

  constructor(parts: ExpiredConfigsParts) {
    this.#parts = parts
  }

  onExpired(connector: string): void {
    const { jobs, logger, restart } = this.#parts
    if (this.#restarting.has(connector)) return
    this.#restarting.add(connector)
    logger.info('values that the connector’s configuration refers to have changed, it is restarted', { connector })
    jobs
      .run(`restarting ${connector} with changed values`, () => restart(connector))
      .catch((error: unknown) => logger.warn('restarting with changed values failed', { connector, error }))
      .finally(() => this.#restarting.delete(connector))
  }
}
