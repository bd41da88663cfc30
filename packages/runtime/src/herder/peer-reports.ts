/** What the other workers of the group say of themselves: asked all at once, each once, with signed requests (KIP-507). */
import { type Clock, ConnectError, messageOf } from '@penstock/core'
import { type RequestSigner, signedRequest } from './internal-signature.ts'
import type { PeerClient } from './peer-client.ts'
import type { ReportQuestion, WorkerReport } from './worker-report.ts'

export interface PeerReportsParts extends RequestSigner {
  readonly peers: Pick<PeerClient, 'send'>
  /** A worker that takes longer is given up. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/** So many are asked at a time. */
const parallel = 32
/** One that did not answer a moment ago is not waited for as long as the first time. */
const silentTimeoutMs = 500
const silentForMs = 30_000

export class PeerReports {
  readonly #parts: PeerReportsParts
  readonly #silentAt = new Map<string, number>()

  constructor(parts: PeerReportsParts) {
    this.#parts = parts
  }

  /** By URL, the report of each or why there is none; in the order of `urls`. */
  async ask(urls: readonly string[], question: ReportQuestion): Promise<Map<string, WorkerReport | Error>> {
    this.#forgetOld()
    const answers = new Map<string, WorkerReport | Error>(urls.map((url) => [url, unasked]))
    const waiting = [...answers.keys()]
    const askNext = async (): Promise<void> => {
      for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
        answers.set(url, await this.#ask(url, question))
      }
    }
    await Promise.all(Array.from({ length: Math.min(parallel, waiting.length) }, askNext))
    return answers
  }

  /** Workers come and go under new names. */
  #forgetOld(): void {
    const since = this.#parts.clock.now() - silentForMs
    for (const [url, at] of this.#silentAt) if (at <= since) this.#silentAt.delete(url)
  }

  async #ask(url: string, question: ReportQuestion): Promise<WorkerReport | Error> {
    const { timeoutMs, clock } = this.#parts
    const limitMs = this.#silentAt.has(url) ? Math.min(silentTimeoutMs, timeoutMs) : timeoutMs
    const signal = AbortSignal.timeout(limitMs)
    try {
      const report = await this.#send(url, question, signal)
      this.#silentAt.delete(url)
      return report
    } catch (error) {
      if (error instanceof ConnectError) return error
      if (!signal.aborted) return new ConnectError('peer.failed', reasonOf(error), { cause: error })
      this.#silentAt.set(url, clock.now())
      return new ConnectError('peer.silent', `it did not answer within ${limitMs} ms`, { cause: error })
    }
  }

  async #send(url: string, question: ReportQuestion, signal: AbortSignal): Promise<WorkerReport> {
    const { status, text } = await this.#parts.peers.send(new URL('workers/self', url).href, {
      method: 'POST',
      ...signedRequest(question, this.#parts),
      signal,
    })
    if (status === 404 || status === 405) {
      throw new ConnectError(
        'peer.other_kind',
        `it answers with HTTP ${status}: it is a worker of another kind, or of an older version`,
      )
    }
    if (status !== 200) throw new ConnectError('peer.refused', `it answers with HTTP ${status}: ${text.slice(0, 300)}`)
    return JSON.parse(text) as WorkerReport
  }
}

const unasked = new ConnectError('peer.unasked', 'it was not asked')

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return `it can't be asked: ${messageOf(cause ?? error) || messageOf(error)}`
}
