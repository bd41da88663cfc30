import type { Logger, RawConfig } from '@penstock/core'
import type { ConfigResolver, ResolvedConfig } from '../config/config-resolver.ts'
import { sameConfig } from '../config/same-config.ts'

export interface RunningConfigsParts {
  readonly resolver: Pick<ConfigResolver, 'resolve'>
  readonly logger: Logger
  /** What a connector's variables stand for has changed since something of it was started here. */
  readonly onChange: (connector: string) => void
}

/** A configuration with variables that is in use, by a connector or a task. */
interface Held {
  readonly connector: string
  readonly given: readonly RawConfig[]
  values: readonly RawConfig[]
  timer: NodeJS.Timeout | null
}

/** Node runs a timer with a longer wait at once. */
const longestTimerMs = 2 ** 31 - 1
const shortestTtlMs = 100

/**
 * The configurations of what runs in an executor: looks their variables up when something starts, and again whenever the
 * providers' time to live is over, for as long as it runs.
 */
export class RunningConfigs {
  readonly #parts: RunningConfigsParts
  readonly #held = new Map<string, Held>()

  constructor(parts: RunningConfigsParts) {
    this.#parts = parts
  }

  /**
   * The configurations with what their variables stand for, watched until `owner` is released. Null when it was released
   * or opened anew before they were found. Rejects with ConfigError when a provider fails.
   */
  async open<C extends readonly RawConfig[]>(
    owner: string,
    connector: string,
    given: C,
  ): Promise<{ [K in keyof C]: ResolvedConfig } | null> {
    this.release(owner)
    const held: Held = { connector, given, values: [], timer: null }
    this.#held.set(owner, held)
    try {
      const resolved = await this.#resolve(given)
      if (this.#held.get(owner) !== held) return null
      held.values = resolved.map(({ values }) => values)
      this.#arm(owner, held, ttlOf(resolved))
      return resolved as { [K in keyof C]: ResolvedConfig }
    } catch (error) {
      if (this.#held.get(owner) === held) this.release(owner)
      throw error
    }
  }

  release(owner: string): void {
    const timer = this.#held.get(owner)?.timer
    if (timer) clearTimeout(timer)
    this.#held.delete(owner)
  }

  /** Releases everything. */
  close(): void {
    for (const owner of [...this.#held.keys()]) this.release(owner)
  }

  async #resolve(given: readonly RawConfig[]): Promise<ResolvedConfig[]> {
    return Promise.all(given.map((config) => this.#parts.resolver.resolve(config)))
  }

  #arm(owner: string, held: Held, ttlMs: number | null): void {
    if (ttlMs === null || held.values.some(isReloadOff)) return
    const waitMs = Math.min(longestTimerMs, Math.max(shortestTtlMs, ttlMs))
    held.timer = setTimeout(() => void this.#look(owner, held, waitMs), waitMs).unref()
  }

  async #look(owner: string, held: Held, lastTtlMs: number): Promise<void> {
    const { logger, onChange } = this.#parts
    const { connector } = held
    let ttlMs: number | null = lastTtlMs
    try {
      const resolved = await this.#resolve(held.given)
      if (this.#held.get(owner) !== held) return
      ttlMs = ttlOf(resolved)
      // Still the same after a change that nobody acted on, so it is told again.
      if (resolved.some(({ values }, at) => !sameConfig(values, held.values[at] ?? {}))) onChange(connector)
    } catch (error) {
      if (this.#held.get(owner) !== held) return
      logger.warn(`the values of ${owner} could not be read again, it goes on with those it has`, { connector, error })
    }
    this.#arm(owner, held, ttlMs)
  }
}

function ttlOf(resolved: readonly ResolvedConfig[]): number | null {
  const ttls = resolved.flatMap(({ ttlMs }) => (ttlMs === null ? [] : [ttlMs]))
  return ttls.length === 0 ? null : Math.min(...ttls)
}

function isReloadOff(config: RawConfig): boolean {
  return config['config.action.reload']?.trim().toLowerCase() === 'none'
}
