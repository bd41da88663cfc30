/** Which lines are logged: one default level, and levels of single loggers that hold for the loggers below them too. */
/** `all` lets through what `trace` does; it is one of the names that `/admin/loggers` takes. */
export const logLevels = ['off', 'fatal', 'error', 'warn', 'info', 'debug', 'trace', 'all'] as const
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
  readonly #onNew: (name: string) => void

  /** `entries` read `name=level`; those that don't are left to the check of `log.levels`. `onNew` hears of each new name. */
  constructor(level: LogLevel, entries: readonly string[], onNew: (name: string) => void = () => {}) {
    this.#onNew = onNew
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
   * A name that no logger has is kept for when one does. Returns the names of the loggers that changed, sorted.
   */
  set(name: string, level: LogLevel, now: number): string[] {
    for (const other of [...this.#configured.keys()]) {
      if (isBelow(other, name)) this.#configured.delete(other)
    }
    this.#named(name)
    this.#configured.set(name, level)
    const changed = [...this.#loggers]
      .filter(([other, named]) => (other === name || isBelow(other, name)) && named.level !== level)
      .map(([other]) => other)
      .sort()
    for (const other of changed) Object.assign(this.#named(other), { level, lastModified: now })
    return changed
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
      this.#onNew(name)
    }
    return named
  }
}

function isBelow(name: string, parent: string): boolean {
  return name !== parent && (parent === rootLogger || name.startsWith(`${parent}.`))
}
