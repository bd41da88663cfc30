/** Which lines are logged: one default level, and levels of single loggers that hold for the loggers below them too. */
export const logLevels = ['off', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]

/** The name of the logger above all others, as `/admin/loggers` calls it. */
export const rootLogger = 'root'

const importance = new Map<string, number>(logLevels.map((level, index) => [level, index]))

/** The level that a text names, in whatever case; undefined when there is none of that name. */
export function parseLogLevel(text: string): LogLevel | undefined {
  const level = text.trim().toLowerCase()
  return importance.has(level) ? (level as LogLevel) : undefined
}

export interface LoggerLevel {
  readonly name: string
  readonly level: LogLevel
  /** When {@link LogLevels.set} last changed it, epoch milliseconds; null when it is as configured. */
  readonly lastModified: number | null
}

/** What a logger asks before it writes; stays the same object when levels change. */
export interface Threshold {
  allows(level: LogLevel): boolean
}

class NamedLevel implements Threshold {
  level: LogLevel
  lastModified: number | null = null

  constructor(level: LogLevel) {
    this.level = level
  }

  allows(level: LogLevel): boolean {
    return (importance.get(level) ?? 0) <= (importance.get(this.level) ?? 0)
  }
}

export class LogLevels {
  readonly #configured = new Map<string, LogLevel>()
  readonly #loggers = new Map<string, NamedLevel>()

  /** `entries` read `name=level`; those that don't are left to the check of `log.levels`. */
  constructor(level: LogLevel, entries: readonly string[]) {
    this.#configured.set(rootLogger, level)
    for (const entry of entries) {
      const equals = entry.lastIndexOf('=')
      const named = parseLogLevel(entry.slice(equals + 1))
      const name = entry.slice(0, Math.max(0, equals)).trim()
      if (name !== '' && named !== undefined) this.#configured.set(name, named)
    }
    for (const name of this.#configured.keys()) this.of(name)
  }

  /** The threshold of a logger; one object for one name. */
  of(name: string): Threshold {
    return this.#named(name)
  }

  /** The level in force for a name, whether such a logger exists or not. */
  levelOf(name: string): LogLevel {
    for (let prefix = name; prefix !== ''; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('.')))) {
      const level = this.#configured.get(prefix)
      if (level !== undefined) return level
    }
    return this.#configured.get(rootLogger) ?? 'info'
  }

  /**
   * Sets the level of a logger and of all below it, also of those that had a level of their own; `root` is above all.
   * Returns the names of the loggers that exist and are affected, sorted.
   */
  set(name: string, level: LogLevel, now: number): string[] {
    for (const other of [...this.#configured.keys()]) {
      if (isBelow(other, name)) this.#configured.delete(other)
    }
    this.#configured.set(name, level)
    this.#named(name)
    const affected = [...this.#loggers.keys()].filter((other) => other === name || isBelow(other, name)).sort()
    for (const other of affected) Object.assign(this.#named(other), { level, lastModified: now })
    return affected
  }

  /** Every logger known by now, sorted by name. */
  list(): LoggerLevel[] {
    return [...this.#loggers]
      .map(([name, { level, lastModified }]) => ({ name, level, lastModified }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  #named(name: string): NamedLevel {
    let named = this.#loggers.get(name)
    if (named === undefined) {
      named = new NamedLevel(this.levelOf(name))
      this.#loggers.set(name, named)
    }
    return named
  }
}

function isBelow(name: string, parent: string): boolean {
  return name !== parent && (parent === rootLogger || name.startsWith(`${parent}.`))
}
