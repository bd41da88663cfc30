import type { KeptLine } from '../telemetry/log-ring.ts'

const everyMs = 200
const mostAtOnce = 500

/**
 * Sends the lines that an executor logs to its worker, which keeps the latest: a few times a second, and at once where
 * something is wrong, because the executor may be about to die of it. What exceeds a number between two times is left out,
 * errors too: a connector that logs one for each record must not drown its worker.
 */
export class LogLineSender {
  readonly #send: (lines: readonly KeptLine[]) => void
  #lines: KeptLine[] = []
  /** Since the timer was set. */
  #taken = 0
  #leftOut = 0
  #timer: NodeJS.Timeout | null = null

  constructor(send: (lines: readonly KeptLine[]) => void) {
    this.#send = send
  }

  add(line: KeptLine): void {
    this.#timer ??= setTimeout(() => this.#turn(), everyMs).unref()
    if (this.#taken >= mostAtOnce) {
      this.#leftOut++
      return
    }
    this.#taken++
    this.#lines.push(line)
    if (line.level === 'error' || line.level === 'fatal') this.#flush()
  }

  #turn(): void {
    this.#timer = null
    this.#taken = 0
    if (this.#leftOut > 0) this.#lines.push(leftOutLine(this.#leftOut))
    this.#leftOut = 0
    this.#flush()
  }

  #flush(): void {
    const lines = this.#lines
    this.#lines = []
    if (lines.length > 0) this.#send(lines)
  }
}

function leftOutLine(count: number): KeptLine {
  const message = `${count} lines are left out here: there were too many at once`
  const line = JSON.stringify({ '@timestamp': new Date().toISOString(), level: 'warn', logger: 'log', message })
  return { level: 'warn', connector: null, line }
}
