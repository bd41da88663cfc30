import type { KeptLine } from '../telemetry/log-ring.ts'

const everyMs = 200
const mostAtOnce = 500

/**
 * Sends the lines that an executor logs to its worker, which keeps the latest: a few times a second, and at once where
 * something is wrong, because the executor may be about to die of it. Of too many at once the first are left out.
 */
export class LogLineSender {
  readonly #send: (lines: readonly KeptLine[]) => void
  #lines: KeptLine[] = []
  #leftOut = 0
  #timer: NodeJS.Timeout | null = null

  constructor(send: (lines: readonly KeptLine[]) => void) {
    this.#send = send
  }

  add(line: KeptLine): void {
    if (this.#lines.length >= mostAtOnce) {
      this.#leftOut++
      return
    }
    this.#lines.push(line)
    if (line.level === 'error' || line.level === 'fatal') this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), everyMs).unref()
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const lines = this.#lines
    if (this.#leftOut > 0) lines.push(leftOutLine(this.#leftOut))
    this.#lines = []
    this.#leftOut = 0
    if (lines.length > 0) this.#send(lines)
  }
}

function leftOutLine(count: number): KeptLine {
  const message = `${count} lines are left out here: there were too many at once`
  const line = JSON.stringify({ '@timestamp': new Date().toISOString(), level: 'warn', logger: 'log', message })
  return { level: 'warn', connector: null, line }
}
