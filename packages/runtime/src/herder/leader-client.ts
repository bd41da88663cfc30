import { type Clock, ConnectError, type Logger, messageOf, type RawConfig } from '@penstock/core'
import { sign } from '../group/session-key.ts'
import type { SessionKey } from '../storage/config-state.ts'

const firstRetryMs = 250
const maxRetryMs = 60_000
const requestTimeoutMs = 30_000
/** Keys rotate: a refused signature right after the first try is no news. */
const expectedRefusalMs = 60_000

export interface LeaderClientParts {
  readonly signatureAlgorithm: string
  readonly sessionKey: () => SessionKey | null
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
   * Retries with growing pauses for as long as `isWanted` and `signal` allow; the leader may change meanwhile. Rejects when the leader refuses the configs themselves.
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
        await this.#post(url, connector, configs)
        return
      } catch (error) {
        const { status } = error as { status?: number }
        if (status === 400) throw error
        const expected = status === 403 && clock.now() - startedAt < expectedRefusalMs
        const text = `the leader did not take the task configs of connector ${connector}, trying again`
        logger[expected ? 'debug' : 'warn'](text, { reason: messageOf(error), pauseMs })
      }
      await sleep(pauseMs, signal)
    }
  }

  async #post(leaderUrl: string, connector: string, configs: readonly RawConfig[]): Promise<void> {
    const body = Buffer.from(JSON.stringify(configs))
    const key = this.#parts.sessionKey()
    const { signatureAlgorithm } = this.#parts
    const response = await fetch(new URL(`connectors/${encodeURIComponent(connector)}/tasks`, leaderUrl), {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(requestTimeoutMs),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': 'kafka-connect',
        ...(key === null
          ? {}
          : {
              'x-connect-authorization': sign(key.key, signatureAlgorithm, body).toString('base64'),
              'x-connect-request-signature-algorithm': signatureAlgorithm,
            }),
      },
      body,
    })
    const text = await response.text()
    if (response.ok) return
    throw Object.assign(
      new ConnectError('herder.leader_refused', `${leaderUrl} answered ${response.status}: ${text.slice(0, 500)}`),
      {
        status: response.status,
      },
    )
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
