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
  /** Workers show `[hidden]` in place of secrets in configs. Those of Kafka Connect show them all the same. */
  readonly secrets?: 'hidden'
  /** Sends requests in place of the built-in one: for TLS settings of your own. */
  readonly fetch?: typeof fetch
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

interface Call {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly signal: AbortSignal
  readonly accept: string
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])

/** Sends requests to the first worker that can be reached, beginning with the one that answered last. */
export class Transport {
  readonly #urls: readonly string[]
  readonly #timeoutMs: number
  readonly #authorization: string | undefined
  readonly #hidesSecrets: boolean
  readonly #fetch: typeof fetch
  #current = 0

  constructor(options: ConnectClientOptions) {
    const urls = options.urls ?? (options.baseUrl === undefined ? [] : [options.baseUrl])
    if (urls.length === 0) throw new TypeError('a client needs baseUrl or urls')
    this.#urls = urls.map((url) => url.replace(/\/+$/, ''))
    this.#timeoutMs = options.timeoutMs ?? 90_000
    this.#authorization = options.authorization
    this.#hidesSecrets = options.secrets === 'hidden'
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
    const signal = AbortSignal.timeout(this.#timeoutMs)
    return answerOf(await this.#reach({ method, path, body, signal, accept: 'application/json' }))
  }

  /** The text of an answer that is no JSON. */
  async text(path: string): Promise<string> {
    const signal = AbortSignal.timeout(this.#timeoutMs)
    const response = await this.#reach({ method: 'GET', path, signal, accept: 'application/x-ndjson' })
    if (response.status >= 400) throw toError(await answerOf(response))
    return response.text()
  }

  /** The bytes of an answer that goes on: only its beginning must come in time. Rejects as `request` does. */
  async stream(path: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const beginning = new AbortController()
    const timer = setTimeout(
      () => beginning.abort(new DOMException('no answer in time', 'TimeoutError')),
      this.#timeoutMs,
    )
    try {
      const either = signal === undefined ? beginning.signal : AbortSignal.any([beginning.signal, signal])
      const response = await this.#reach({ method: 'GET', path, signal: either, accept: 'text/event-stream' })
      if (response.status >= 400) throw toError(await answerOf(response))
      return bytesOf(response)
    } finally {
      clearTimeout(timer)
    }
  }

  async #reach(call: Call): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#send(`${this.#urls[this.#current]}${call.path}`, call)
      } catch (error) {
        if (attempt >= this.#urls.length || !mayRepeat(call.method, error)) throw error
        this.#current = (this.#current + 1) % this.#urls.length
      }
    }
  }

  #send(url: string, { method, body, signal, accept }: Call): Promise<Response> {
    const headers: Record<string, string> = { accept }
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (this.#authorization !== undefined) headers.authorization = this.#authorization
    return this.#fetch(this.#hidesSecrets ? `${url}${url.includes('?') ? '&' : '?'}secrets=hidden` : url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal,
    })
  }
}

async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, body: parse(await response.text()) }
}

/** Read by hand: not every browser lets its streams be iterated. */
async function* bytesOf({ body }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader()
  if (reader === undefined) return
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value
  } finally {
    await reader.cancel().catch(() => {})
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
