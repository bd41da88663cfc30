import { type LogLevel, logLevels } from './log-levels.ts'

/** An entry of the log as one line of JSON, with what it is chosen by. */
export interface KeptLine {
  readonly level: LogLevel
  readonly connector: string | null
  readonly line: string
}

export interface LogFilter {
  /** The least important level that is wanted. */
  readonly level: LogLevel
  /** Null for the lines of all. */
  readonly connector: string | null
}

/** Whatever the lines are like, they take no more memory than this. */
const maxBytes = 4 * 1024 * 1024

/** The latest lines of a worker's log and of its executors', in the order in which they arrived. */
export class LogRing {
  readonly #maxLines: number
  readonly #listeners = new Set<(line: KeptLine) => void>()
  #lines: KeptLine[] = []
  #length = 0

  constructor(maxLines: number) {
    this.#maxLines = maxLines
  }

  add(line: KeptLine): void {
    this.#lines.push(line)
    this.#length += line.line.length
    // Some at a time: taking one from the front of a long list each time would be slow.
    if (this.#lines.length >= this.#maxLines * 1.25 || this.#length > maxBytes) this.#shorten()
    for (const listener of this.#listeners) listener(line)
  }

  /** The latest `count` that are wanted, the oldest first. */
  recent(filter: LogFilter, count: number): string[] {
    const wanted: string[] = []
    const oldest = Math.max(0, this.#lines.length - this.#maxLines)
    for (let index = this.#lines.length - 1; index >= oldest && wanted.length < count; index--) {
      const line = this.#lines[index]
      if (line !== undefined && isWanted(line, filter)) wanted.push(line.line)
    }
    return wanted.reverse()
  }

  /** Tells each line that is wanted from now on; the function that is returned ends it. */
  follow(filter: LogFilter, listener: (line: string) => void): () => void {
    const own = (line: KeptLine): void => {
      if (isWanted(line, filter)) listener(line.line)
    }
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  #shorten(): void {
    let from = Math.max(0, this.#lines.length - this.#maxLines)
    let length = this.#lines.slice(from).reduce((sum, { line }) => sum + line.length, 0)
    while (length > (maxBytes * 3) / 4 && from < this.#lines.length - 1) {
      length -= this.#lines[from]?.line.length ?? 0
      from++
    }
    this.#lines = this.#lines.slice(from)
    this.#length = length
  }
}

function isWanted(line: KeptLine, { level, connector }: LogFilter): boolean {
  return (
    logLevels.indexOf(line.level) <= logLevels.indexOf(level) && (connector === null || line.connector === connector)
  )
}
