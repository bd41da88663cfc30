/** The latest lines of the log of this worker, or of another one of the group, which is asked with a signed request. */
import { ConnectError, NotFoundError } from '@penstock/core'
import type { LogRing } from '../telemetry/log-ring.ts'
import type { FollowedLog, LogControl, LogQuestion } from './herder.ts'
import { type RequestSigner, signedRequest } from './internal-signature.ts'
import type { PeerAnswer, PeerClient } from './peer-client.ts'

export interface WorkerLogsParts {
  readonly workerId: string
  readonly ring: LogRing
  /** Null for a worker without a group. */
  readonly group:
    | (RequestSigner & {
        /** URL of a member; null for none. */
        readonly urlOf: (workerId: string) => Promise<string | null>
        readonly peers: Pick<PeerClient, 'send' | 'open'>
        readonly timeoutMs: number
      })
    | null
}

export class WorkerLogs implements LogControl {
  readonly #parts: WorkerLogsParts

  constructor(parts: WorkerLogsParts) {
    this.#parts = parts
  }

  async recent(workerId: string | null, question: LogQuestion): Promise<readonly string[]> {
    if (this.#isOwn(workerId)) return this.ownRecent(question)
    const { url, request } = await this.#toPeer(workerId, { ...question, follow: false })
    const answer = await this.#group().peers.send(url, request)
    refuseFailure(workerId, answer)
    return answer.text.split('\n').filter((line) => line !== '')
  }

  async follow(workerId: string | null, question: LogQuestion): Promise<FollowedLog> {
    if (this.#isOwn(workerId)) return { begin: (onLine) => this.ownFollow(question, onLine), discard: () => {} }
    const { url, request } = await this.#toPeer(workerId, { ...question, follow: true })
    const stop = new AbortController()
    const late = setTimeout(() => stop.abort(), this.#group().timeoutMs)
    try {
      const answer = await this.#group().peers.open(url, { ...request, signal: stop.signal })
      if (answer.status !== 200) refuseFailure(workerId, { ...answer, text: '' })
      const discard = (): void => stop.abort()
      const begin: FollowedLog['begin'] = (onLine, onEnd) => {
        // That its worker has gone is told by the end: whoever follows asks again.
        void passLines(answer.body, onLine)
          .catch(() => {})
          .finally(onEnd)
        return discard
      }
      return { begin, discard }
    } catch (error) {
      stop.abort()
      throw error
    } finally {
      clearTimeout(late)
    }
  }

  ownRecent({ lines, level, connector }: LogQuestion): readonly string[] {
    return this.#parts.ring.recent({ level, connector }, lines)
  }

  ownFollow(question: LogQuestion, onLine: (line: string) => void): () => void {
    for (const line of this.ownRecent(question)) onLine(line)
    return this.#parts.ring.follow(question, onLine)
  }

  #isOwn(workerId: string | null): workerId is null {
    return workerId === null || workerId === this.#parts.workerId
  }

  #group(): NonNullable<WorkerLogsParts['group']> {
    const { group } = this.#parts
    if (group === null) throw new NotFoundError('herder.unknown_worker', 'A standalone worker has no others.')
    return group
  }

  async #toPeer(workerId: string, question: LogQuestion & { readonly follow: boolean }) {
    const group = this.#group()
    const url = await group.urlOf(workerId)
    if (url === null) {
      throw new NotFoundError(
        'herder.unknown_worker',
        `There is no worker ${workerId} in the group; GET /workers lists them.`,
      )
    }
    const signed = signedRequest(question, group, 'application/x-ndjson')
    const signal = AbortSignal.timeout(group.timeoutMs)
    return { url: new URL('workers/self/logs', url).href, request: { method: 'POST', ...signed, signal } }
  }
}

function refuseFailure(workerId: string, { status, text }: Pick<PeerAnswer, 'status' | 'text'>): void {
  if (status === 200) return
  throw new ConnectError('peer.refused', `worker ${workerId} answers with HTTP ${status} ${text.slice(0, 300)}`.trim())
}

async function passLines(chunks: AsyncIterable<Buffer>, onLine: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    // Empty lines keep the connection.
    for (const line of lines) if (line !== '') onLine(line)
  }
}
