import { Agent, type buildConnector, request } from 'undici'
import { mainTlsPrefix, tlsKeys } from '../config/tls-keys.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { nodeTls } from './node-tls.ts'

export interface PeerRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
  readonly signal: AbortSignal
}

export interface PeerAnswer {
  readonly status: number
  readonly text: string
  readonly location: string | null
}

/** Sends requests to other workers of the group; redirects are never followed. */
export interface PeerClient {
  send(url: string, request: PeerRequest): Promise<PeerAnswer>
  /** The same for an answer that goes on until its reader or its worker ends it. */
  open(url: string, request: PeerRequest): Promise<{ readonly status: number; readonly body: AsyncIterable<Buffer> }>
  /** The certificates have changed: requests from now on use the new ones. */
  renew(): void
  close(): Promise<void>
}

/** Trusts and shows certificates as the REST server of this worker does: the same keys are for both. */
export function createPeerClient({ raw }: Pick<WorkerConfig, 'raw'>): PeerClient {
  const tls = tlsKeys(raw, mainTlsPrefix)
  let plain: Agent | null = null
  let secure: Agent | null = null
  // Certificates are read for the first worker that asks for them: a group without TLS may have none.
  const agentFor = (url: string): Agent => {
    if (url.startsWith('https:')) {
      secure ??= new Agent({ connect: nodeTls(tls) as buildConnector.BuildOptions })
      return secure
    }
    plain ??= new Agent()
    return plain
  }
  return {
    async send(url, { method, headers, body, signal }) {
      const answer = await request(url, { method, headers, body, signal, dispatcher: agentFor(url) })
      const { location } = answer.headers
      return {
        status: answer.statusCode,
        text: await answer.body.text(),
        location: typeof location === 'string' ? location : null,
      }
    },
    async open(url, { method, headers, body, signal }) {
      const answer = await request(url, { method, headers, body, signal, dispatcher: agentFor(url) })
      return { status: answer.statusCode, body: answer.body }
    },
    renew() {
      void secure?.close() // after the requests under way
      secure = null
    },
    async close() {
      await Promise.all([plain?.destroy(), secure?.destroy()])
    },
  }
}
