/** Connects librdkafka's clients, and hears from their log why a connection fails: their error events don't say. */
import { ConnectError, RetriableError } from '@penstock/core'
import { connectionProblem, isLasting, isLoginRefused } from './connection-problem.ts'

/** A line of librdkafka's log; severity as in syslog. */
interface LogLine {
  readonly severity: number
  readonly fac: string
  readonly message: string
}

/** The part of a native client that is used here. */
export interface ConnectingClient {
  on(event: 'event.log', listener: (line: LogLine) => void): void
  connect(options: { timeout: number }, done: (error: Error | null) => void): void
  getMetadata(options: { timeout: number }, done: (error: Error | null, metadata?: unknown) => void): void
}

/** What of the log is about connections. */
const facilities: readonly string[] = ['FAIL', 'OIDC', 'SSL']
/** A blocked thread waits for the metadata, one of the few of the process: never for long. */
const metadataTimeoutMs = 500
/** Brokers that just start may refuse a login that they accept a moment later. */
const lastingForMs = 3_000
/** A running client is refused for so long before it gives up; the broker may be starting. */
const refusedForMs = 60_000
/** librdkafka tells a repeated failure every 30 s. */
const forgottenAfterMs = 90_000

/** Watches one client from before it connects. */
export class NativeConnection {
  readonly #client: ConnectingClient
  #reason: string | null = null
  #lastingSince: number | null = null
  #refused: { since: number; last: number } | null = null
  #connected = false
  /** Called with each new reason why a connection fails, while the client tries again by itself. */
  onTrouble: ((reason: string) => void) | null = null
  /** Called when a connected client was refused for so long that something must be changed. */
  onRefused: ((error: Error) => void) | null = null

  constructor(client: ConnectingClient) {
    this.#client = client
    client.on('event.log', (line) => this.#note(line))
  }

  /** Resolves when a broker has answered. Rejects at the time limit, or sooner when no attempt can succeed. */
  async connect(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs
    const ask = this.#client.getMetadata.bind(this.#client)
    // The client asks for metadata once, for all of the time, in a thread that can't be called back.
    this.#client.getMetadata = (_, done) => {
      const again = (): void =>
        ask({ timeout: Math.max(1, Math.min(metadataTimeoutMs, deadline - Date.now())) }, (error, metadata) => {
          if (error && Date.now() < deadline && !this.#isHopeless()) again()
          else done(error, metadata)
        })
      again()
    }
    await new Promise<void>((resolve, reject) => {
      this.#client.connect({ timeout: timeoutMs }, (error) => (error ? reject(this.#unreachable(error)) : resolve()))
    })
    this.#client.getMetadata = ask
    this.#connected = true
  }

  #isHopeless(): boolean {
    return this.#lastingSince !== null && Date.now() - this.#lastingSince > lastingForMs
  }

  #note({ fac, severity, message }: LogLine): void {
    if (!facilities.includes(fac)) return
    const reason = connectionProblem(message)
    const isNew = reason !== this.#reason
    // A connection that a broker closed in passing says nothing of why none comes about.
    if (severity <= 4 || this.#reason === null) this.#reason = reason
    if (isLasting(message)) this.#lastingSince ??= Date.now()
    if (this.#connected && isNew && severity <= 3) this.onTrouble?.(reason)
    if (this.#connected && isLoginRefused(message)) this.#countRefusal(reason)
  }

  #countRefusal(reason: string): void {
    const now = Date.now()
    const before = this.#refused
    this.#refused = { since: before && now - before.last < forgottenAfterMs ? before.since : now, last: now }
    if (now - this.#refused.since < refusedForMs) return
    this.onRefused?.(new ConnectError('kafka.refused', `Kafka refuses this client: ${reason}`))
  }

  #unreachable(error: Error): RetriableError {
    return new RetriableError(
      'kafka.unreachable',
      `can't connect to Kafka: ${this.#reason ?? connectionProblem(error)}`,
      {
        cause: error,
      },
    )
  }
}
