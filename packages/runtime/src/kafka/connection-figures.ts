/** What the worker's own connections to Kafka do, told by the protocol client's diagnostics channels. */

import type { Clock } from '@penstock/core'
import { connectionsApiChannel, connectionsConnectsChannel } from '@platformatic/kafka'

/** Of one broker, by its address. */
export interface BrokerFigures {
  readonly broker: string
  readonly requests: number
  readonly responses: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Time until a request was answered. */
  readonly latencyMs: { readonly sum: number; readonly count: number; readonly max: number }
}

export interface ConnectionFigures {
  readonly open: number
  readonly opened: number
  readonly closed: number
  /** Attempts that ended before a connection stood, for want of a right as well as of a broker. */
  readonly failed: number
  readonly brokers: readonly BrokerFigures[]
}

/** The part of a connection that is looked at. */
export interface WatchedConnection {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly socket: {
    readonly bytesRead: number
    readonly bytesWritten: number
    once(event: 'close', listener: () => void): unknown
  }
}

interface Broker {
  requests: number
  responses: number
  /** Of connections that are closed. */
  bytesIn: number
  bytesOut: number
  readonly latencyMs: { sum: number; count: number; max: number }
}

type Event = { readonly connection: WatchedConnection; readonly error?: unknown }

/** More brokers than any cluster has; beyond it they are told of as one. */
const maxBrokers = 1_000

export class ConnectionMeter {
  readonly #clock: Clock
  readonly #brokers = new Map<string, Broker>()
  readonly #open = new Map<WatchedConnection, string>()
  readonly #startedAt = new WeakMap<object, number>()
  #opened = 0
  #closed = 0
  #failed = 0
  readonly #connects = { asyncStart: (event: unknown) => this.connected(event as Event) }
  readonly #calls = {
    start: (event: unknown) => this.requested(event as Event),
    asyncStart: (event: unknown) => this.answered(event as Event),
  }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts from now on, whatever client of this process opens the connections. */
  start(): this {
    connectionsConnectsChannel.asyncStart.subscribe(this.#connects.asyncStart)
    connectionsApiChannel.start.subscribe(this.#calls.start)
    connectionsApiChannel.asyncStart.subscribe(this.#calls.asyncStart)
    return this
  }

  stop(): void {
    connectionsConnectsChannel.asyncStart.unsubscribe(this.#connects.asyncStart)
    connectionsApiChannel.start.unsubscribe(this.#calls.start)
    connectionsApiChannel.asyncStart.unsubscribe(this.#calls.asyncStart)
  }

  figures(): ConnectionFigures {
    const bytes = new Map<string, { bytesIn: number; bytesOut: number }>()
    for (const [name, { bytesIn, bytesOut }] of this.#brokers) bytes.set(name, { bytesIn, bytesOut })
    for (const [{ socket }, name] of this.#open) {
      const sum = bytes.get(name)
      if (sum === undefined) continue
      sum.bytesIn += socket.bytesRead
      sum.bytesOut += socket.bytesWritten
    }
    return {
      open: this.#open.size,
      opened: this.#opened,
      closed: this.#closed,
      failed: this.#failed,
      brokers: [...this.#brokers].map(([broker, { requests, responses, latencyMs }]) => ({
        ...{ broker, requests, responses, latencyMs },
        bytesIn: bytes.get(broker)?.bytesIn ?? 0,
        bytesOut: bytes.get(broker)?.bytesOut ?? 0,
      })),
    }
  }

  connected({ connection, error }: Event): void {
    if (error !== undefined) {
      this.#failed++
      return
    }
    if (this.#open.has(connection)) return
    const name = this.#nameOf(connection)
    this.#opened++
    this.#open.set(connection, name)
    const { socket } = connection
    socket.once('close', () => {
      this.#open.delete(connection)
      this.#closed++
      const broker = this.#broker(name)
      broker.bytesIn += socket.bytesRead
      broker.bytesOut += socket.bytesWritten
    })
  }

  requested(event: Event): void {
    this.#startedAt.set(event, this.#clock.now())
    this.#broker(this.#nameOf(event.connection)).requests++
  }

  answered(event: Event): void {
    const startedAt = this.#startedAt.get(event)
    if (startedAt === undefined) return
    const broker = this.#broker(this.#nameOf(event.connection))
    const tookMs = this.#clock.now() - startedAt
    broker.responses++
    broker.latencyMs.sum += tookMs
    broker.latencyMs.count++
    broker.latencyMs.max = Math.max(broker.latencyMs.max, tookMs)
  }

  #nameOf(connection: WatchedConnection): string {
    const name = this.#open.get(connection) ?? `${connection.host}:${connection.port}`
    return this.#brokers.has(name) || this.#brokers.size < maxBrokers ? name : 'others'
  }

  #broker(name: string): Broker {
    let broker = this.#brokers.get(name)
    if (broker === undefined) {
      broker = { requests: 0, responses: 0, bytesIn: 0, bytesOut: 0, latencyMs: { sum: 0, count: 0, max: 0 } }
      this.#brokers.set(name, broker)
    }
    return broker
  }
}
