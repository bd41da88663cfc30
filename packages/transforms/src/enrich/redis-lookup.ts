import { ConnectError, DataError, type JsonValue, messageOf, type Password, RetriableError } from '@penstock/core'
import type { Redis } from 'ioredis'
import { foundValue, type ValueFormat } from './found-text.ts'
import type { Lookup } from './lookup.ts'

export interface RedisOptions {
  /** `redis://host:port/database`, or `rediss://` for TLS. */
  readonly url: string
  readonly username: string | null
  readonly password: Password | null
  /** Bounds connecting and each command. */
  readonly timeoutMs: number
  readonly format: ValueFormat
}

/** Looks strings up in Redis by GET. Connects at the first look-up, and again whenever the connection is gone. */
export class RedisLookup implements Lookup {
  readonly #options: RedisOptions
  /** For messages: without user and password. */
  readonly #address: string
  #client: Promise<Redis> | null = null
  /** Why the connection failed last: the errors of commands don't say it. */
  #connectionError: unknown = null

  constructor(options: RedisOptions) {
    this.#options = options
    this.#address = `Redis at ${new URL(options.url).host}`
  }

  async find(key: string): Promise<JsonValue | null> {
    this.#client ??= this.#connect()
    const client = await this.#client
    let text: string | null
    try {
      text = await client.get(key)
    } catch (error) {
      throw this.#failure(error)
    }
    return text === null ? null : foundValue(text, this.#options.format, this.#address)
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = null
    if (client !== null) (await client).disconnect()
  }

  async #connect(): Promise<Redis> {
    const { url, username, password, timeoutMs } = this.#options
    // Loaded by those who use it only.
    const { Redis } = await import('ioredis')
    const client = new Redis(url, {
      ...(username === null ? {} : { username }),
      ...(password === null ? {} : { password: password.reveal() }),
      lazyConnect: true,
      connectTimeout: timeoutMs,
      commandTimeout: timeoutMs,
      // A command that meets a broken connection fails at once: the framework repeats the record.
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(attempt * 100, 2000),
    })
    client.on('error', (error: unknown) => {
      this.#connectionError = error
    })
    client.on('ready', () => {
      this.#connectionError = null
    })
    return client
  }

  #failure(error: unknown): Error {
    const denied = [error, this.#connectionError]
      .map(replyOf)
      .find((reply) => reply !== null && deniedReply.test(reply))
    if (replyOf(error)?.startsWith('WRONGTYPE')) {
      return new DataError('enrich.redis_type', `what ${this.#address} holds under the key is no string`)
    }
    if (denied !== undefined) {
      return new ConnectError(
        'enrich.redis_denied',
        `${this.#address} refuses the look-up (${denied?.split(' ')[0]}): check redis.username and redis.password`,
      )
    }
    const cause = this.#connectionError ?? error
    return new RetriableError(
      'enrich.redis_unreachable',
      `looking up in ${this.#address} failed: ${messageOf(error)}${cause === error ? '' : ` (${messageOf(cause)})`}`,
      { cause },
    )
  }
}

const deniedReply = /^(?:NOAUTH|WRONGPASS|NOPERM)/

/** What Redis itself has answered, null for other errors. */
function replyOf(error: unknown): string | null {
  return error instanceof Error && error.name === 'ReplyError' ? error.message : null
}
