import { ConnectError } from './connect-error.ts'

export interface ConnectClientOptions {
  /** URL of a worker's REST listener. */
  readonly baseUrl?: string
  /** URLs of several workers of a cluster: any will do, an unreachable one is passed over. */
  readonly urls?: readonly string[]
  /** How long one request may take; 90 s, as long as a worker takes, where not set. */
  readonly timeoutMs?: number
  /** Value of the Authorization header. */
  readonly authorization?: string
  /** Sends requests in place of the built-in one: for TLS settings of your own. */
  readonly fetch?: typeof fetch
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])

/** Sends requests to the first worker that can be reached, beginning with the one that answered last. */
export class Transport {
  readonly #urls: readonly string[]
  readonly #timeoutMs: number
  readonly #authorization: string | undefined
  readonly #fetch: typeof fetch
  #current = 0

  constructor(options: ConnectClientOptions) {
    const urls = options.urls ?? (options.baseUrl === undefined ? [] : [options.baseUrl])
    if (urls.length === 0) throw new TypeError('a client needs baseUrl or urls')
    this.#urls = urls.map((url) => url.replace(/\/+$/, ''))
    this.#timeoutMs = options.timeoutMs ?? 90_000
    this.#authorization = options.authorization
    // Looked up with each request: who replaces the global one means every request.
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init))
  }

  /** Throws ConnectError for an answer with an error status, TypeError or a timeout's DOMException without an answer. */
  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.exchange(method, path, body)
    if (answer.status >= 400) throw toError(answer)
    return answer.body as T
  }

  /** As `request`, but hands out every answer, whatever its status. */
  async exchange(method: string, path: string, body?: unknown): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#send(`${this.#urls[this.#current]}${path}`, method, body)
      } catch (error) {
        if (attempt >= this.#urls.length || !mayRepeat(method, error)) throw error
        this.#current = (this.#current + 1) % this.#urls.length
      }
    }
  }

  async #send(url: string, method: string, body: unknown): Promise<Answer> {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (this.#authorization !== undefined) headers.authorization = this.#authorization
    const response = await this.#fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(this.#timeoutMs),
    })
    return { status: response.status, body: parse(await response.text()) }
  }
}

/** A read may be sent twice; a change only where the first worker can't have seen it. */
function mayRepeat(method: string, error: unknown): boolean {
  if (error instanceof DOMException) return false // our own timeout: the next worker would only double the wait
  const { cause } = error as { cause?: { code?: string } }
  return method === 'GET' || NEVER_SENT.has(cause?.code ?? '')
}

/** Error pages of the listener itself are not JSON: they stay text. */
function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function toError({ status, body }: Answer): ConnectError {
  if (typeof body !== 'object' || body === null) {
    return new ConnectError(status, status, typeof body === 'string' ? body : `HTTP ${status}`)
  }
  const { error_code, message } = body as { error_code?: unknown; message?: unknown }
  return new ConnectError(
    status,
    typeof error_code === 'number' ? error_code : status,
    typeof message === 'string' ? message : `HTTP ${status}`,
  )
}
