import { messageOf } from '@penstock/core'
import { NotAssignedError, NotLeaderError } from '../herder/errors.ts'
import type { PeerClient } from '../herder/peer-client.ts'
import { RestError } from './errors.ts'
import { signatureAlgorithmHeader, signatureHeader } from './internal.ts'
import type { Answer, Method, RestRequest } from './route.ts'

/** A request on its way to another worker. */
export interface Forwardable {
  readonly method: Method
  /** Path as it came, still encoded. */
  readonly path: string
  readonly request: RestRequest
  readonly hasBody: boolean
  readonly peers: PeerClient
  /** Aborts when the request has taken too long. */
  readonly signal: AbortSignal
}

/** Where an error of the herder says that the request belongs; undefined for any other error. */
export function targetOf(error: unknown): { url: string | null } | undefined {
  if (error instanceof NotLeaderError) return { url: error.leaderUrl }
  if (error instanceof NotAssignedError) return { url: error.ownerUrl }
  return undefined
}

/**
 * Passes a request on to the worker it belongs to and answers with that worker's answer. A request makes two hops at
 * most, the second to find the owner of a task through the leader: without `forward` it goes on with `forward=true`,
 * with that once more with `forward=false`, which goes nowhere.
 */
export async function forward(target: string | null, forwardable: Forwardable): Promise<Answer> {
  const { method, path, request, hasBody, peers, signal } = forwardable
  const hop = request.query.get('forward')
  if (hop !== null && hop.toLowerCase() !== 'true') {
    throw new RestError(409, 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)')
  }
  if (target === null || target === '') {
    throw new RestError(
      409,
      'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.',
    )
  }
  const query = new URLSearchParams(request.query)
  query.set('forward', String(hop === null))
  const url = `${target.replace(/\/+$/, '')}${path}?${query}`
  try {
    const { status, text, location } = await peers.send(url, {
      method: method.toUpperCase(),
      headers: headersFor(request, hasBody),
      body: hasBody ? request.body : null,
      signal,
    })
    return relay(status, text, location)
  } catch (error) {
    if (error instanceof RestError) throw error
    throw new RestError(500, `IO Error trying to forward REST request: ${reasonOf(error)}`, { cause: error })
  }
}

function headersFor(request: RestRequest, hasBody: boolean): Record<string, string> {
  const headers: Record<string, string> = { Accept: 'application/json', 'User-Agent': 'kafka-connect' }
  if (hasBody) headers['Content-Type'] = 'application/json'
  for (const name of ['Authorization', signatureHeader, signatureAlgorithmHeader]) {
    const value = request.header(name)
    if (value !== null) headers[name] = value
  }
  return headers
}

function relay(status: number, text: string, location: string | null): Answer {
  const body = text === '' ? undefined : parseAnswer(text)
  if (status >= 400) throw new RestError(status, errorMessage(body) ?? `The worker answered with HTTP ${status}`)
  if (status >= 300) throw new RestError(500, `Unexpected status code when handling forwarded request: ${status}`)
  const made = location === null ? {} : { location: new URL(location, 'http://worker/').pathname }
  return { status, ...(body === undefined ? {} : { body }), ...made }
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new RestError(500, 'IO Error trying to forward REST request: the answer of the worker is no JSON', {
      cause: error,
    })
  }
}

function errorMessage(body: unknown): string | null {
  const message = (body as { message?: unknown } | null | undefined)?.message
  return typeof message === 'string' ? message : null
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause === undefined ? messageOf(error) : messageOf(cause) || messageOf(error)
}
