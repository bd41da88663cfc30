/** How requests are sent: with the context's certificates, and again while workers rebalance. */
import { setTimeout as wait } from 'node:timers/promises'
import { isMomentaryConflict } from '@penstock/client'
import { codeOf, messageOf } from '@penstock/core'
import type { Context } from '../contexts/context.ts'
import { exitCodes } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { readSecret } from './credentials.ts'

export interface ClusterFetchOptions {
  /** Sends one request. */
  readonly send: typeof fetch
  /** How long to repeat what is answered with a conflict that passes. */
  readonly retryTimeoutMs: number
  /** Told once, before the first repetition. */
  readonly onRetry: (message: string) => void
  readonly signal: AbortSignal
}

const firstPauseMs = 200
const longestPauseMs = 2_000

/** Repeats requests that came during a rebalance; a worker that can't be reached is named with what to check. */
export function clusterFetch({ send, retryTimeoutMs, onRetry, signal }: ClusterFetchOptions): typeof fetch {
  return async (input, init) => {
    const deadline = Date.now() + retryTimeoutMs
    const both = { ...init, signal: init?.signal ? AbortSignal.any([init.signal, signal]) : signal }
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      const response = await sendOrExplain(send, input, both)
      if (response.status !== 409) return response
      const text = await response.text()
      if (!isMomentaryConflict(text) || Date.now() + pauseMs > deadline) return new Response(text, response)
      if (pauseMs === firstPauseMs) onRetry('the workers rebalance, trying again')
      await wait(pauseMs, undefined, { signal: both.signal })
    }
  }
}

async function sendOrExplain(
  send: typeof fetch,
  input: Parameters<typeof fetch>[0],
  init: RequestInit,
): Promise<Response> {
  try {
    return await send(input, init)
  } catch (error) {
    // A time-out, or Ctrl-C: told by whoever set them.
    if (error instanceof DOMException) throw error
    const cause = (error as { cause?: unknown }).cause ?? error
    const origin = new URL(input instanceof Request ? input.url : input).origin
    throw new CliError('cli.unreachable', exitCodes.unreachable, `can't reach ${origin}: ${advice(cause)}`, { cause })
  }
}

function advice(cause: unknown): string {
  const code = codeOf(cause) ?? ''
  if (code === 'ECONNREFUSED') return 'nobody listens there: check the URL and that the worker runs'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name is unknown: check the URL'
  if (/SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_UNTRUSTED/.test(code)) {
    return 'its certificate is signed by nobody who is trusted here: name the authority by ca-file in the context'
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for another host: check the URL'
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired'
  if (/ERR_SSL|EPROTO/.test(code))
    return `TLS can't be agreed on (${code}): check http or https in the URL, and cert-file`
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET') {
    return 'it closes the connection: check http or https in the URL, and whether it wants a client certificate'
  }
  return code === '' ? messageOf(cause) : `${messageOf(cause)} (${code})`
}

/** Sends with the context's certificates; without any, as Node does. */
export async function senderOf(context: Context): Promise<typeof fetch> {
  const { 'ca-file': ca, 'cert-file': cert, 'key-file': key, 'key-password': passphrase, insecure } = context
  if (ca === undefined && cert === undefined && insecure !== true) return fetch
  // Loaded late: most contexts don't need it, and it takes its time.
  const { Agent, fetch: fetchWith } = await import('undici')
  const dispatcher = new Agent({
    connect: {
      ...(ca === undefined ? {} : { ca: await readSecret(ca, 'ca-file') }),
      ...(cert === undefined ? {} : { cert: await readSecret(cert, 'cert-file') }),
      // Key and certificate may share a file.
      ...(cert === undefined ? {} : { key: await readSecret(key ?? cert, 'key-file') }),
      ...(passphrase === undefined ? {} : { passphrase }),
      rejectUnauthorized: insecure !== true,
    },
  })
  return (input, init) => fetchWith(String(input), { ...(init as object), dispatcher }) as unknown as Promise<Response>
}
