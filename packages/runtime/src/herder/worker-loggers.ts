import type { LoggerLevel, LogLevel } from '../telemetry/log-levels.ts'
import { parseLogLevel } from '../telemetry/log-levels.ts'
import type { LoggerFactory } from '../telemetry/logger.ts'
import type { LoggerControl } from './herder.ts'

export interface WorkerLoggersParts {
  readonly loggers: Pick<LoggerFactory, 'levels' | 'setLevel'>
  /** Has every executor, also those to come, follow. */
  readonly tellExecutors: (name: string, level: LogLevel) => void
  /** Tells the other workers, and this one again; null on a worker that is alone. */
  readonly tellCluster: ((name: string, level: LogLevel) => Promise<void>) | null
}

/** The loggers of a worker with its executors, as `/admin/loggers` shows and changes them. */
export class WorkerLoggers implements LoggerControl {
  readonly #parts: WorkerLoggersParts

  constructor(parts: WorkerLoggersParts) {
    this.#parts = parts
  }

  list(): readonly LoggerLevel[] {
    return this.#parts.loggers.levels()
  }

  set(name: string, level: LogLevel): readonly string[] {
    this.#parts.tellExecutors(name, level)
    return this.#parts.loggers.setLevel(name, level)
  }

  async setEverywhere(name: string, level: LogLevel): Promise<void> {
    if (this.#parts.tellCluster === null) this.set(name, level)
    else await this.#parts.tellCluster(name, level)
  }

  /** Follows what a worker of the cluster has ordered; a level that this version doesn't know changes nothing. */
  follow(name: string, level: string): void {
    const known = parseLogLevel(level)
    if (known !== undefined) this.set(name, known)
  }
}
