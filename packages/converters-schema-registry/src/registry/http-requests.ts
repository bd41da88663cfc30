/** Requests to the URLs of a schema registry: one after the other, again after a while, until one is answered. */
import { createRequire } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { ConnectError, messageOf, RetriableError } from '@penstock/core'
import type * as Undici from 'undici'
import type { RegistryConfig } from './config.ts'
import { authorization, connectOptions } from './connection-options.ts'
import { withoutCredentials } from './urls.ts'

/** Loaded with the first registry that is asked. */
const undici = (): typeof Undici => createRequire(import.meta.url)('undici')
const mediaType = 'application/vnd.schemaregistry.v1+json'

/** An answer that is final, whatever it says. */
export interface Answer {
  readonly status: number
  /** The body as JSON; null where it is none. */
  readonly body: unknown
}

interface Node {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export class HttpRequests {
  readonly #config: RegistryConfig
  readonly #nodes: readonly Node[]
  readonly #agent: Undici.Agent
  readonly #closing = new AbortController()
  #preferred = 0

  constructor(config: RegistryConfig) {
    this.#config = config
    this.#nodes = config['schema.registry.url'].map((url) => {
      const authorizationOfUrl = authorization(config, url)
      const headers = { accept: mediaType, ...(authorizationOfUrl ? { authorization: authorizationOfUrl } : {}) }
      return { url: withoutCredentials(url), headers }
    })
    if (config['url.randomize']) this.#preferred = Math.floor(Math.random() * this.#nodes.length)
    const readMs = config['http.read.timeout.ms']
    this.#agent = new (undici().Agent)({ connect: connectOptions(config), headersTimeout: readMs, bodyTimeout: readMs })
  }

  /** Rejects with RetriableError when no URL answered well in all attempts. */
  async send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.#tryNodes(method, path, body)
      if ('answer' in outcome) return outcome.answer
      if (attempt >= this.#config['max.retries']) throw this.#unreachable(method, path, outcome.failures)
      await this.#wait(attempt)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#agent.destroy()
  }

  async #tryNodes(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
  ): Promise<{ answer: Answer } | { failures: string[] }> {
    const failures: string[] = []
    for (let tried = 0; tried < this.#nodes.length; tried++) {
      const number = (this.#preferred + tried) % this.#nodes.length
      const node = this.#nodes[number] as Node
      try {
        const answer = await this.#ask(node, method, path, body)
        if (!isPassing(answer.status)) {
          this.#preferred = number
          return { answer }
        }
        failures.push(`${node.url}: status ${answer.status} ${messageOfBody(answer.body)}`.trim())
      } catch (error) {
        if (this.#closing.signal.aborted) throw closed()
        failures.push(`${node.url}: ${messageOf(error) || String((error as { code?: unknown }).code)}`)
      }
    }
    return { failures }
  }

  async #ask(node: Node, method: 'GET' | 'POST', path: string, body: unknown): Promise<Answer> {
    const response = await undici().request(`${node.url}${path}`, {
      method,
      headers: body === undefined ? node.headers : { ...node.headers, 'content-type': mediaType },
      body: body === undefined ? null : JSON.stringify(body),
      dispatcher: this.#agent,
      signal: this.#closing.signal,
    })
    return { status: response.statusCode, body: parsed(await response.body.text()) }
  }

  async #wait(attempt: number): Promise<void> {
    const limit = Math.min(this.#config['retries.wait.ms'] * 2 ** attempt, this.#config['retries.max.wait.ms'])
    try {
      await delay(Math.random() * limit, undefined, { signal: this.#closing.signal })
    } catch (error) {
      throw this.#closing.signal.aborted ? closed() : error
    }
  }

  #unreachable(method: string, path: string, failures: readonly string[]): RetriableError {
    return new RetriableError(
      'schema_registry.unreachable',
      `${method} ${path} was answered by no schema registry of schema.registry.url: ${failures.join('; ')}`,
    )
  }
}

/** The registry's own words about a failure. */
export function messageOfBody(body: unknown): string {
  const message = typeof body === 'object' && body !== null ? (body as { message?: unknown }).message : undefined
  return typeof message === 'string' ? message : ''
}

function isPassing(status: number): boolean {
  return status >= 500 || status === 408 || status === 429
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function closed(): ConnectError {
  return new ConnectError('schema_registry.closed', 'the converter was closed while it asked the schema registry')
}
