/** What a worker asks of the leader by requests between workers; the leader's end is `rest/internal.ts`. */
import { type Clock, ConnectError, type Logger, messageOf, type RawConfig } from '@penstock/core'
import { pause } from '../time/pause.ts'
import { type RequestSigner, signedRequest } from './internal-signature.ts'
import type { PeerClient } from './peer-client.ts'

const firstRetryMs = 250
const maxRetryMs = 60_000
const requestTimeoutMs = 30_000
const fenceTimeoutMs = 90_000
/** Keys rotate: a refused signature right after the first try is no news. */
const expectedRefusalMs = 60_000
/** A leader on the JVM answers without reading on in the config topic: what we have read of, it may learn a moment later. */
const behindMs = 10_000

export interface LeaderClientParts extends RequestSigner {
  readonly peers: PeerClient
  readonly logger: Logger
  readonly clock: Clock
}

/** Hands task configs to the leader, signed with the group's session key (KIP-507), until it takes them. */
export class LeaderClient {
  readonly #parts: LeaderClientParts

  constructor(parts: LeaderClientParts) {
    this.#parts = parts
  }

  /**
   * Retries with growing pauses for as long as `isWanted` and `signal` allow; the leader may change meanwhile. Rejects when
   * the leader goes on refusing the configs themselves.
   */
  async putTaskConfigs(
    connector: string,
    configs: readonly RawConfig[],
    leaderUrl: () => string | null,
    isWanted: () => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { logger, clock } = this.#parts
    const startedAt = clock.now()
    for (let pauseMs = firstRetryMs; !signal.aborted && isWanted(); pauseMs = Math.min(maxRetryMs, pauseMs * 2)) {
      try {
        const url = leaderUrl()
        if (url === null) throw new ConnectError('group.no_leader', 'no leader is known at the moment')
        await this.#send('POST', url, `connectors/${encodeURIComponent(connector)}/tasks`, configs)
        return
      } catch (error) {
        const { status } = error as { status?: number }
        const sinceMs = clock.now() - startedAt
        if (status === 400 && sinceMs >= behindMs) throw error
        const expected = status === 403 && sinceMs < expectedRefusalMs
        const text = `the leader did not take the task configs of connector ${connector}, trying again`
        logger[expected ? 'debug' : 'warn'](text, { reason: messageOf(error), pauseMs })
      }
      await pause(pauseMs, signal)
    }
  }

  /** Has the leader fence older tasks of a source connector (KIP-618). One try; rejects when the leader can't now. */
  async fence(connector: string, leaderUrl: string | null): Promise<void> {
    if (leaderUrl === null) throw new ConnectError('group.no_leader', 'no leader is known at the moment')
    await this.#send('PUT', leaderUrl, `connectors/${encodeURIComponent(connector)}/fence`, null)
  }

  async #send(method: 'POST' | 'PUT', leaderUrl: string, path: string, content: unknown): Promise<void> {
    const { href } = new URL(path, leaderUrl)
    const { status, text } = await this.#parts.peers.send(href, {
      method,
      // Fencing takes as long as the brokers need for it.
      signal: AbortSignal.timeout(method === 'PUT' ? fenceTimeoutMs : requestTimeoutMs),
      ...signedRequest(content, this.#parts),
    })
    if (status >= 200 && status < 300) return
    throw Object.assign(
      new ConnectError('herder.leader_refused', `${leaderUrl} answered ${status}: ${text.slice(0, 500)}`),
      { status },
    )
  }
}
