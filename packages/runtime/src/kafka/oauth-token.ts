/** Tokens for the protocol client, by OAuth's client credentials grant; librdkafka fetches its own. */
import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { RetriableError } from '@penstock/core'

export interface OauthSettings {
  readonly tokenEndpoint: string
  readonly clientId: string
  readonly clientSecret: string
  /** Empty for none. */
  readonly scope: string
  /** Sent to the broker along with the token. */
  readonly extensions: Readonly<Record<string, string>>
  /** Trusted for the token endpoint: PEM, or a file with it; the system's certificates where neither is given. */
  readonly ca?: string | undefined
  readonly caFile?: string | undefined
  readonly connectTimeoutMs: number
  readonly readTimeoutMs: number
}

export interface Token {
  readonly text: string
  /** How long it is good from now on. */
  readonly lifetimeMs: number
}

/** Of its life, how much a token is used before the next one is fetched. */
const useOfLife = 0.8
/** For tokens that say nothing of their life. */
const unknownLifetimeMs = 60_000
const maxAnswerBytes = 1024 * 1024

/**
 * Gives a valid token, a new one before the old one expires. While the endpoint fails, what is still valid is used.
 * Callers at the same time share one request.
 */
export function tokenProvider(
  settings: OauthSettings,
  fetchToken: (settings: OauthSettings) => Promise<Token> = requestToken,
  now: () => number = Date.now,
): () => Promise<string> {
  let current: { text: string; renewAt: number; validUntil: number } | null = null
  let fetching: Promise<string> | null = null
  const renew = async (): Promise<string> => {
    try {
      const { text, lifetimeMs } = await fetchToken(settings)
      current = { text, renewAt: now() + lifetimeMs * useOfLife, validUntil: now() + lifetimeMs }
      return text
    } catch (error) {
      if (current !== null && now() < current.validUntil) return current.text
      throw error
    } finally {
      fetching = null
    }
  }
  return async () => {
    if (current !== null && now() < current.renewAt) return current.text
    fetching ??= renew()
    return fetching
  }
}

/** Asks the endpoint for a token. Rejects with a RetriableError that shows neither secret nor token. */
export async function requestToken(settings: OauthSettings): Promise<Token> {
  const { tokenEndpoint, scope } = settings
  const url = new URL(tokenEndpoint)
  const shown = `${url.origin}${url.pathname}`
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === '' ? {} : { scope }) }).toString()
  let answer: { status: number; text: string }
  try {
    answer = await post(url, body, settings)
  } catch (error) {
    throw new RetriableError('kafka.token_endpoint', `no token from ${shown}: ${reasonOf(error)}`, { cause: error })
  }
  const fields = objectOf(answer.text)
  if (answer.status !== 200 || typeof fields.access_token !== 'string') {
    const said = typeof fields.error === 'string' ? ` (${fields.error})` : ''
    const what = answer.status === 200 ? 'an answer without access_token' : `status ${answer.status}${said}`
    throw new RetriableError(
      'kafka.token_endpoint',
      `no token from ${shown}: ${what}; check sasl.oauthbearer.token.endpoint.url, client id, client secret and scope`,
    )
  }
  return { text: fields.access_token, lifetimeMs: lifetimeOf(fields.access_token, fields.expires_in) }
}

/** From the token itself where it is a JWT: `exp` counts, however old the answer is. */
function lifetimeOf(token: string, expiresIn: unknown): number {
  const { exp } = objectOf(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  if (typeof exp === 'number') return Math.max(0, exp * 1000 - Date.now())
  return Number(expiresIn) > 0 ? Number(expiresIn) * 1000 : unknownLifetimeMs
}

function post(url: URL, body: string, settings: OauthSettings): Promise<{ status: number; text: string }> {
  const { clientId, clientSecret, ca, caFile, connectTimeoutMs, readTimeoutMs } = settings
  const trusted = ca ?? (caFile === undefined ? undefined : readFileSync(caFile))
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      signal: AbortSignal.timeout(connectTimeoutMs + readTimeoutMs),
      ...(trusted === undefined ? {} : { ca: trusted }),
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > maxAnswerBytes) response.destroy(new Error('the answer is too large for a token'))
        else chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
    })
    sent.end(body)
  })
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown }
  // Several addresses were tried: the message is empty then.
  return [message, code].filter((part) => typeof part === 'string' && part !== '').join(', ')
}
